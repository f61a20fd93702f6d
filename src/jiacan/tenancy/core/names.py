"""The forms in which names are kept, so that one thing has one name."""

from __future__ import annotations

import re

_SHOP_NAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?")


def to_address(email: str) -> str:
    """An e-mail address as it is kept and compared: without spaces around it, in lower case.

    >>> to_address(" Wang@Example.com ")
    'wang@example.com'
    """
    return email.strip().lower()


def is_shop_name(text: str) -> bool:
    """Whether a shop can have it as its short name, which is part of its pages' addresses.

    >>> is_shop_name("tea-house"), is_shop_name("tea.house"), is_shop_name("Tea")
    (True, False, False)
    """
    return _SHOP_NAME.fullmatch(text) is not None
