"""How people come in, and what the audit keeps of how they do: only those who were invited have an account."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse

from jiacan.console.facade import address_of
from jiacan.console.web.language import remember_language
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor

_AUDITED = {
    "account/email/password_changed": "password changed",
    "account/email/password_reset": "password changed",
    "account/email/password_set": "password changed",
    "mfa/email/totp_activated": "two-step sign-in turned on",
    "mfa/email/totp_deactivated": "two-step sign-in turned off",
    "mfa/email/recovery_codes_generated": "recovery codes made",
}
"""The changes that allauth tells people of, by the mail it would send."""


class InvitedOnly(DefaultAccountAdapter):
    """Nobody signs themselves up; an invitation or the first start makes accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Where the request came from, as everywhere else: limits on sign-in count by it."""
        return address_of(request)

    def post_login(self, request: HttpRequest, user: Any, **how: Any) -> HttpResponse:
        """Go on in the language that the person chose."""
        answer = super().post_login(request, user, **how)
        return remember_language(answer, user.language) if user.language else answer

    def send_notification_mail(self, template_prefix: str, user: Any, *args: Any, **options: Any) -> None:
        """Write the change to the audit of the person's shops too."""
        action = _AUDITED.get(template_prefix)
        if action is not None:
            tenancy.audit_person(
                user.pk, actor=Actor(user.email, f"console {address_of(self.request)}"), action=action
            )
        super().send_notification_mail(template_prefix, user, *args, **options)
