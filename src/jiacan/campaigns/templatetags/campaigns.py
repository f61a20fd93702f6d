"""What templates of campaigns say with."""

from __future__ import annotations

from django import template

from jiacan.campaigns.web.shown import owner_named
from jiacan.console.facade import words

register = template.Library()


@register.filter
def owner_name(owner: str) -> str:
    """Who a plan says does something, in words."""
    return words().word(owner_named(owner))
