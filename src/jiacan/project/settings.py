"""Django's settings. Whatever an operator may choose comes from the environment and is named here.

JIACAN_HOME             the folder of the embedded database and the server's files (a folder of the user's by default)
JIACAN_DATABASE_URL     a PostgreSQL server to use instead of the embedded one
JIACAN_SERVERS          a file that names further PostgreSQL servers of shops (servers.toml in JIACAN_HOME by default)
JIACAN_LANG             zh or en; otherwise LANG decides (the command line only)
JIACAN_SECRET_KEY       what sessions and links are signed with; `jiacan serve` keeps one in JIACAN_HOME by default
JIACAN_URL              the address people reach the server at, such as https://shop.example: links are made with it,
                        and https turns on HSTS and cookies that travel over TLS only
JIACAN_HOSTS            names the server answers to, by commas (JIACAN_URL's own, localhost and 127.0.0.1 by default)
JIACAN_PROXIES          how many proxies stand before the server and may say where a request came from (0 by default)
JIACAN_PRIVATE_WEBHOOKS 1 lets webhooks go to private and loopback addresses
JIACAN_API_RATE         how many requests a minute each token of the API may send (6000 by default); a tenth at once
JIACAN_GROUP_COMMIT     off settles every request of orders by itself; the results are the same, only slower
JIACAN_STANDBYS         how many processes stand by for parts that die (2 by default; each takes some 170 MB)
JIACAN_METRICS_TOKEN    a bearer token that opens /metrics to others than this machine
JIACAN_EMAIL_URL        smtp://user:password@host:port to send mail by; without it links are shown to be handed on
"""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from csp.constants import NONCE, NONE, SELF

from jiacan.project.home import home

PACKAGE = Path(__file__).resolve().parent.parent

SECRET_KEY = os.environ.get("JIACAN_SECRET_KEY", "not-used-by-the-command-line")
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [PACKAGE / "locale"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGGING_CONFIG = None
"""The server's processes set their logs up themselves; commands speak through `project.output`."""

# --- where the server is reached --------------------------------------------------------------------------

PUBLIC_URL = os.environ.get("JIACAN_URL", "").rstrip("/")
_BEHIND_TLS = PUBLIC_URL.startswith("https://")
_HOST = urlsplit(PUBLIC_URL).hostname
ALLOWED_HOSTS = [
    name.strip() for name in os.environ.get("JIACAN_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if name.strip()
] + ([_HOST] if _HOST else [])
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []
TRUSTED_PROXIES = int(os.environ.get("JIACAN_PROXIES", "0"))
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000 if _BEHIND_TLS else 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _BEHIND_TLS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "jiacan.console.web.frame.csrf_failure"
PRIVATE_WEBHOOKS = os.environ.get("JIACAN_PRIVATE_WEBHOOKS") == "1"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
API_RATE_PER_MINUTE = int(os.environ.get("JIACAN_API_RATE", "6000"))
STANDBYS = int(os.environ.get("JIACAN_STANDBYS", "2"))
GROUP_COMMIT = os.environ.get("JIACAN_GROUP_COMMIT", "on") != "off"
MAX_UPLOAD_BYTES = 200 * 1024 * 1024
"""The largest file of orders that a page takes."""
UPLOADS = home() / "uploads"
"""Where such files lie until they are read, a day at most."""

# --- what it is made of -----------------------------------------------------------------------------------

INSTALLED_APPS = [
    "jiacan.project",
    "jiacan.api",
    "jiacan.campaigns",
    "jiacan.plans",
    "jiacan.members",
    "jiacan.draws",
    "jiacan.referrals",
    "jiacan.offers",
    "jiacan.customers",
    "jiacan.orders",
    "jiacan.ledger",
    "jiacan.webhooks",
    "jiacan.console",
    "jiacan.tenancy",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "jiacan.project.serving.requests.watched",
    "jiacan.api.web.problems.ProblemDocuments",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "jiacan.project.serving.policy.ContentPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "jiacan.project.urls"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    }
]

STATIC_URL = "/static/"
# Offers are below members, so they are told here who keeps the points and the tiers that they give.
POINTS_KEEPER = "jiacan.members.facade.noting.note"
TIERS_KEEPER = "jiacan.members.facade.given_tiers.note"
# Draws are below plans, so they are told here who knows a plan's versions.
PLAN_IN_FORCE = "jiacan.campaigns.facade.live.find_live"

# `jiacan serve` collects static files and names their folder; elsewhere they are served from where they lie.
STATIC_ROOT = os.environ.get("JIACAN_STATIC_ROOT")
WHITENOISE_USE_FINDERS = STATIC_ROOT is None
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_ROOT
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# Shared by every process, so that limits on sign-in count what all of them see. A migration makes the table.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "tenancy_cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

# --- who may come in --------------------------------------------------------------------------------------

AUTH_USER_MODEL = "tenancy.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/account/login/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/account/login/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # or anyone could have mail sent to anyone
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_ADAPTER = "jiacan.console.web.sign_in.InvitedOnly"
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Jiacan"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an owner invited the address; nobody signs up with one that is not theirs
USERSESSIONS_TRACK_ACTIVITY = True

if os.environ.get("JIACAN_EMAIL_URL"):
    _MAIL = urlsplit(os.environ["JIACAN_EMAIL_URL"])
    EMAIL_HOST, EMAIL_PORT = _MAIL.hostname, _MAIL.port or 587
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_MAIL.username or ""), unquote(_MAIL.password or "")
    EMAIL_USE_TLS = True
    EMAIL_TIMEOUT = 10
    if "@" in EMAIL_HOST_USER:
        DEFAULT_FROM_EMAIL = EMAIL_HOST_USER
else:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

# --- jobs -------------------------------------------------------------------------------------------------

# Imported when a worker begins or a job is first put off, so that commands which do neither start quickly.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
PROCRASTINATE_IMPORT_PATHS = [
    "jiacan.campaigns.jobs",
    "jiacan.draws.jobs",
    "jiacan.members.jobs",
    "jiacan.referrals.jobs",
    "jiacan.webhooks.jobs",
    "jiacan.project.serving.upkeep",
]

DATABASE_ROUTERS = ["jiacan.project.places.routing.OfTheDirectory"]

# Filled in by `project.database.open_database`, which starts the embedded server where none is named.
DATABASES = {
    "default": {
        "ENGINE": "jiacan.project.postgres",
        "NAME": "jiacan",
        "HOST": "",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }
}
