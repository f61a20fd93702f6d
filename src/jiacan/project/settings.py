"""Django's settings. Whatever an operator may choose comes from the environment and is named here.

JIACAN_HOME          the folder of the embedded database (a folder of the user's by default)
JIACAN_DATABASE_URL  a PostgreSQL server to use instead of the embedded one
JIACAN_LANG          zh or en; otherwise LANG decides
"""

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent

SECRET_KEY = os.environ.get("JIACAN_SECRET_KEY", "not-used-by-the-command-line")
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [PACKAGE / "locale"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "jiacan.tenancy",
    "jiacan.ledger",
    "jiacan.orders",
    "jiacan.customers",
    "jiacan.offers",
    "jiacan.plans",
    "jiacan.campaigns",
]

TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]

# Filled in by `project.database.open_database`, which starts the embedded server where none is named.
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "jiacan",
        "HOST": "",
        "CONN_MAX_AGE": None,
    }
}
