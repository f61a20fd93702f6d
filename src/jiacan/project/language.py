"""In which language to speak: asked for, or said by the environment."""

from __future__ import annotations

import os
from zoneinfo import ZoneInfo

from django.utils.translation import trans_real

from jiacan.kernel.messages import Language, Phrasebook

_DJANGO_CODES: dict[Language, str] = {"zh": "zh-hans", "en": "en"}


def language_of_environment() -> Language:
    """What JIACAN_LANG, or else the locale, begins with: Chinese for zh, English for the rest."""
    named = os.environ.get("JIACAN_LANG")
    locale = named or os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if locale.lower().startswith("zh") else "en"


def phrasebook(language: Language | None = None, zone: ZoneInfo | None = None) -> Phrasebook:
    """The words of a language, telling the time in `zone` (UTC where there is none yet)."""
    chosen = language or language_of_environment()
    catalogue = trans_real.translation(_DJANGO_CODES[chosen])
    return Phrasebook(chosen, catalogue.gettext, zone or ZoneInfo("UTC"))
