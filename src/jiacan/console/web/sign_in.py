"""How people come in: only those who were invited have an account."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class InvitedOnly(DefaultAccountAdapter):
    """Nobody signs themselves up; an invitation or the first start makes accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed."""
        return False
