"""The language a browser is answered in, kept in a cookie of its own."""

from __future__ import annotations

from typing import TypeVar

from django.conf import settings
from django.http import HttpResponse

LANGUAGES = {"zh": "zh-hans", "en": "en"}
"""How the languages of people are called in Django."""

_A_YEAR_SECONDS = 365 * 24 * 3600
Answer = TypeVar("Answer", bound=HttpResponse)


def remember_language(answer: Answer, language: str) -> Answer:
    """The answer, which tells the browser to ask for zh or en from now on, or again for what it likes when empty."""
    chosen = LANGUAGES.get(language)
    if chosen is None:
        answer.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite=settings.LANGUAGE_COOKIE_SAMESITE)
        return answer
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        max_age=_A_YEAR_SECONDS,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
    )
    return answer
