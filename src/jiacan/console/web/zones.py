"""The time zones a shop can be in, as a field of a form."""

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.utils.translation import gettext_lazy

_REGIONS = (
    "Africa/",
    "America/",
    "Antarctica/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
)


@cache
def zone_names() -> tuple[str, ...]:
    """Every zone that is named after a place, and UTC."""
    return ("UTC", *sorted(name for name in available_timezones() if name.startswith(_REGIONS)))


class ZoneField(forms.ChoiceField):
    """A zone by its name; gives the zone itself."""

    def __init__(self, **options: object) -> None:
        told = {
            "label": gettext_lazy("Time zone"),
            "help_text": gettext_lazy("Every time on the shop's pages is told in it."),
        }
        super().__init__(choices=lambda: [(name, name.replace("_", " ")) for name in zone_names()], **told | options)

    def clean(self, value: str) -> ZoneInfo:
        """The zone of that name."""
        return ZoneInfo(super().clean(value))
