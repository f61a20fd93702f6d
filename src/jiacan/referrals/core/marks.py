"""What tells that two customers are one household, in the one form that is hashed."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from ipaddress import ip_address, ip_network

_MAINLAND = re.compile(r"(?:\+?86|0086)(1\d{10})")


class Mark(StrEnum):
    """What is compared."""

    PHONE = "phone"
    ADDRESS = "address"


def to_phone(text: str) -> str:
    """The digits of a telephone number, a mainland mobile without its country code; empty where there are none.

    >>> to_phone("+86 138-0013-8000"), to_phone("13800138000"), to_phone("０１３８")
    ('13800138000', '13800138000', '0138')
    """
    plain = unicodedata.normalize("NFKC", text)
    digits = re.sub(r"[^\d+]", "", plain)
    mainland = _MAINLAND.fullmatch(digits)
    return mainland[1] if mainland else digits.replace("+", "")


def to_address(text: str) -> str:
    """The letters and figures of an address, without width, case, spaces and punctuation.

    >>> to_address("上海市 静安区（南京西路）1 2 3 号"), to_address("Flat 2, 1 High St.")
    ('上海市静安区南京西路123号', 'flat21highst')
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def to_network(address: str) -> str:
    """The network an address belongs to: /24 of IPv4, /48 of IPv6; empty where it is no address.

    >>> to_network("203.0.113.77"), to_network("2001:db8:1:2::3"), to_network("unknown")
    ('203.0.113.0/24', '2001:db8:1::/48', '')
    """
    try:
        parsed = ip_address(address.strip())
    except ValueError:
        return ""
    mapped = getattr(parsed, "ipv4_mapped", None)
    known = mapped or parsed
    return str(ip_network(f"{known}/{24 if known.version == 4 else 48}", strict=False))
