"""What coupon codes are made of, what a coupon takes off, and what became of those of an award.

A code is 14 characters of 31 and one that checks them: 31^14 of them, 69 bits. Without 0, 1, I, L and O no two look
alike, and 31 is a prime, so that the check finds every wrong character and every two neighbours that are swapped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from jiacan.kernel.money import Money, divide_half_up
from jiacan.members.contracts.coupons import (
    Asked,
    Coupon,
    CouponExpired,
    CouponUsed,
    CouponVoid,
    Ending,
    NothingToTakeOff,
    NotTheirs,
    OtherCurrency,
    State,
    Terms,
    TooLittleSpend,
)
from jiacan.members.core.coupon_words import ending_words
from jiacan.offers.contracts.coupons import GivenCoupons, TakenBack

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
BODY = 14
"""Characters of a code that chance chooses."""

_SPELL = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
_UNEVEN = bytes(range(256 - 256 % len(ALPHABET), 256))
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_DROP = str.maketrans("", "", "- \u2010\u2011\u2013\t")


def codes_in(chance: bytes) -> Iterator[str]:
    """As many codes as the bytes of chance are enough for, each character as likely as any other.

    >>> list(codes_in(bytes(14)))
    ['22222-22222-22222']
    """
    spelt = chance.translate(_SPELL, _UNEVEN).decode()
    for start in range(0, len(spelt) - BODY + 1, BODY):
        body = spelt[start : start + BODY]
        whole = body + _check(body)
        yield f"{whole[:5]}-{whole[5:10]}-{whole[10:]}"


def _check(body: str) -> str:
    return ALPHABET[sum(place * _VALUE[each] for place, each in enumerate(body, 1)) % len(ALPHABET)]


def read_code(typed: str) -> str | None:
    """The code as it is kept, however it was typed; None where it cannot be one.

    >>> read_code(" 22222 2222222222 "), read_code("22222-22222-22223")
    ('22222-22222-22222', None)
    """
    plain = typed.translate(_DROP).upper()
    if len(plain) != BODY + 1 or not all(each in _VALUE for each in plain) or _check(plain[:BODY]) != plain[BODY]:
        return None
    return f"{plain[:5]}-{plain[5:10]}-{plain[10:]}"


# --- what it takes off ------------------------------------------------------------------------------------


def take_off(coupon: Coupon, terms: Terms, asked: Asked, *, taken_minor: int, at: datetime) -> int:
    """What the coupon takes off the order now, after other coupons took so much.

    Raises:
        CouponUsed, CouponExpired, CouponVoid, NotTheirs, OtherCurrency, TooLittleSpend, NothingToTakeOff: it is not
            to be used, and why.
    """
    open_or_refuse(coupon, at)
    if coupon.customer_id is not None and coupon.customer_id != asked.customer_id:
        raise NotTheirs(code=coupon.code, customer_id=asked.customer_id)
    if asked.currency != terms.currency:
        raise OtherCurrency(code=coupon.code, asked=asked.currency, currency=terms.currency)
    if asked.spend_minor < terms.min_spend_minor:
        spend, least = Money(asked.spend_minor, terms.currency), Money(terms.min_spend_minor, terms.currency)
        raise TooLittleSpend(code=coupon.code, spend=spend, least=least)
    off = min(worth(terms, asked.spend_minor), asked.spend_minor - taken_minor)
    if off <= 0:
        raise NothingToTakeOff(code=coupon.code, order_id=asked.order_id)
    return off


def open_or_refuse(coupon: Coupon, at: datetime) -> None:
    """Let pass what can be used at that moment.

    Raises:
        CouponUsed, CouponExpired, CouponVoid: it cannot, and why.
    """
    if coupon.used is not None:
        raise CouponUsed(code=coupon.code, order_id=coupon.used.order_id, used_at=coupon.used.used_at)
    if coupon.state in (State.TAKEN_BACK, State.VOID):
        raise CouponVoid(code=coupon.code, why=ending_words(coupon))
    over = coupon.state is State.EXPIRED or (coupon.expires_at is not None and coupon.expires_at <= at)
    if over:
        raise CouponExpired(code=coupon.code, expired_at=coupon.expires_at or at)


def worth(terms: Terms, spend_minor: int) -> int:
    """What it takes off so much spend, rounded half up."""
    if terms.off_minor is not None:
        return terms.off_minor
    assert terms.percent is not None, "a coupon has `off` or `percent`"
    assert terms.at_most_minor is not None, "a percentage has `at_most`"
    return min(divide_half_up(spend_minor * terms.percent, 100), terms.at_most_minor)


# --- those of an award ------------------------------------------------------------------------------------


def brought_up_to_date(coupons: Sequence[Coupon], given: GivenCoupons) -> tuple[Coupon, ...]:
    """The coupons of one award, in the order of their parts, with what was taken back or lapsed since.

    The last of those that are open are taken back first, as the award's own rows have it.
    """
    is_open = [each.part for each in coupons if each.state is State.OPEN]
    gone = is_open[given.left :]
    told = sum(each.state is State.TAKEN_BACK and each.ended_by != "" for each in coupons)
    backs = list(_one_by_one(given.taken_back))[told:]
    ended: dict[int, Coupon] = {}
    by_part = {each.part: each for each in coupons}
    for part, back in zip(reversed(gone), backs, strict=False):
        ended[part] = replace(
            by_part[part],
            state=State.TAKEN_BACK,
            ended_at=back.at,
            ending=Ending.REFUND,
            ended_by=back.refund_id,
        )
    if given.lapsed:
        for part in is_open[: given.left]:
            ended[part] = replace(by_part[part], state=State.EXPIRED, ended_at=given.expires_at)
    return tuple(ended.get(each.part, each) for each in coupons)


def _one_by_one(backs: Iterable[TakenBack]) -> Iterator[TakenBack]:
    for back in backs:
        yield from [back] * back.quantity


def seen_at(coupon: Coupon, at: datetime) -> Coupon:
    """The coupon as it is at that moment: one that is open and past its time has expired."""
    if coupon.state is State.OPEN and coupon.expires_at is not None and coupon.expires_at <= at:
        return replace(coupon, state=State.EXPIRED, ended_at=coupon.expires_at)
    return coupon


def place_of(coupon: Coupon, siblings: Iterable[Coupon]) -> int:
    """Where the coupon stands, or would stand again, among those of its award that are open."""
    return sum(each.state is State.OPEN and each.part < coupon.part for each in siblings)
