"""Tokens by which a shop's own site lets its customers in: JWTs that are signed by HMAC-SHA256, and nothing else.

Source: RFC 7515 (compact serialisation), RFC 7519 (claims); one algorithm is taken, whatever the header asks for.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import json
from base64 import urlsafe_b64decode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import Any

from jiacan.members.contracts.sign_in import CLOCKS_DIFFER, TOKEN_LASTS, Claims, TokenRefused, WhyRefused

LONGEST_TOKEN = 2_000
LONGEST_CUSTOMER = 200
NONCE_CHARACTERS = range(8, 101)
_LAST_SECOND = 7_258_118_400  # 2200-01-01


@dataclass(frozen=True, slots=True)
class SignedToken:
    """A token that was taken apart and not believed yet."""

    signed: bytes
    signature: bytes
    payload: bytes


def take_apart(text: str) -> SignedToken:
    """The token's parts.

    Raises:
        TokenRefused: it is none, or asks for another algorithm.
    """
    parts = text.split(".")
    if len(text) > LONGEST_TOKEN or len(parts) != 3 or not text.isascii():
        raise TokenRefused(WhyRefused.UNREADABLE)
    header, payload, signature = (_decoded(part) for part in parts)
    if _object(header).get("alg") != "HS256":
        raise TokenRefused(WhyRefused.UNREADABLE)
    return SignedToken(text.rpartition(".")[0].encode(), signature, payload)


def is_signed(token: SignedToken, secrets: Iterable[str]) -> bool:
    """Whether one of the secrets signed it; every one is tried, so the time it takes tells nothing."""
    fits = [
        hmac.compare_digest(hmac.new(secret.encode(), token.signed, hashlib.sha256).digest(), token.signature)
        for secret in secrets
    ]
    return any(fits)


def read_claims(token: SignedToken) -> Claims:
    """What a token says whose signature is right.

    Raises:
        TokenRefused: something that it must say is not there.
    """
    said = _object(token.payload)
    customer, nonce = said.get("sub"), said.get("jti")
    issued, expires = _moment(said.get("iat")), _moment(said.get("exp"))
    if not isinstance(customer, str) or not isinstance(nonce, str) or issued is None or expires is None:
        raise TokenRefused(WhyRefused.UNREADABLE)
    if not _is_number(customer) or len(nonce) not in NONCE_CHARACTERS:
        raise TokenRefused(WhyRefused.UNREADABLE)
    return Claims(customer, issued, expires, nonce)


def check_times(claims: Claims, at: datetime) -> None:
    """Refuse what is over, not begun, or meant to last too long.

    Raises:
        TokenRefused: so it is.
    """
    if claims.expires_at - claims.issued_at > TOKEN_LASTS or claims.expires_at < claims.issued_at:
        raise TokenRefused(WhyRefused.LASTS_TOO_LONG)
    if claims.issued_at > at + CLOCKS_DIFFER:
        raise TokenRefused(WhyRefused.NOT_YET)
    if claims.expires_at <= at:
        raise TokenRefused(WhyRefused.EXPIRED)


def to_network(address: str) -> str:
    """The network that a try is counted for: an IPv4 address, or an IPv6 network of 64 bits, which one line has.

    >>> to_network("203.0.113.9"), to_network("2001:db8:1:2:3::4"), to_network("nowhere")
    ('203.0.113.9', '2001:db8:1:2::', '')
    """
    try:
        found = ip_address(address.strip())
    except ValueError:
        return ""
    if found.version == 4:
        return str(found)
    return str(ip_network((int(found), 64), strict=False).network_address)


def _is_number(customer: str) -> bool:
    """Whether it can be a shop's number of a customer."""
    return 0 < len(customer) <= LONGEST_CUSTOMER and customer.isprintable() and customer == customer.strip()


def _decoded(part: str) -> bytes:
    try:
        return urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError) as error:
        raise TokenRefused(WhyRefused.UNREADABLE) from error


def _object(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise TokenRefused(WhyRefused.UNREADABLE) from error
    if not isinstance(found, dict):
        raise TokenRefused(WhyRefused.UNREADABLE)
    return found


def _moment(seconds: object) -> datetime | None:
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 <= seconds < _LAST_SECOND:
        return None
    return datetime.fromtimestamp(seconds, UTC)
