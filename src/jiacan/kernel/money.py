"""Money as whole minor units, and every rounding that is allowed to happen to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

MICROS = 1_000_000
"""Unit prices and line discounts are whole millionths of the major unit, so that nothing is lost before rounding."""

# ISO 4217: the currencies whose minor unit is not a hundredth.
_MINOR_DIGITS = {
    **dict.fromkeys(
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(),  # noqa: SIM905
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in whole minor units (fen, pence) of its currency (ISO 4217)."""

    minor: int
    currency: str


def minor_digits(currency: str) -> int:
    """How many decimals the currency has: 2 for CNY, 0 for JPY, 3 for KWD.

    Source: ISO 4217.
    """
    return _MINOR_DIGITS.get(currency, 2)


def divide_half_up(numerator: int, denominator: int) -> int:
    """The nearest whole number to `numerator / denominator`, halves away from zero.

    >>> [divide_half_up(n, 2) for n in (1, 3, -1, -3)]
    [1, 2, -1, -2]
    """
    quotient = (2 * abs(numerator) + denominator) // (2 * denominator)
    return quotient if numerator >= 0 else -quotient


def to_minor(amount: Decimal, currency: str) -> int:
    """Major units to whole minor units, halves up.

    >>> to_minor(Decimal("3.205"), "GBP"), to_minor(Decimal("80"), "JPY")
    (321, 80)
    """
    return int(amount.scaleb(minor_digits(currency)).to_integral_value(ROUND_HALF_UP))


def to_micros(amount: Decimal) -> int:
    """Major units to whole millionths, halves up."""
    return int(amount.scaleb(6).to_integral_value(ROUND_HALF_UP))


def micros_to_minor(micros: int, currency: str) -> int:
    """Millionths of the major unit to whole minor units, halves up: the rounding of one order line.

    >>> micros_to_minor(2_545_000, "GBP")
    255
    """
    digits = minor_digits(currency)
    return divide_half_up(micros * 10**digits, MICROS)


def to_major(minor: int, currency: str) -> Decimal:
    """Whole minor units as an exact decimal of major units."""
    return Decimal(minor).scaleb(-minor_digits(currency))


def format_money(money: Money) -> str:
    """The amount with its decimals, thousands and currency code.

    >>> format_money(Money(123450, "CNY"))
    '1,234.50 CNY'
    """
    return f"{to_major(money.minor, money.currency):,.{minor_digits(money.currency)}f} {money.currency}"


def allocate(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Share `total` over `weights` by largest remainder; ties go to the earlier; the sum is exact.

    Args:
        total: whole units to share; may be negative.
        weights: none negative; when all are zero the first takes everything.

    >>> allocate(100, [1, 1, 1])
    (34, 33, 33)
    """
    if not weights:
        raise ValueError("there is nothing to allocate over")
    if min(weights) < 0:
        raise ValueError("a weight is negative")
    whole = sum(weights)
    if whole == 0:
        return (total, *(0 for _ in weights[1:]))
    sign, size = (1, total) if total >= 0 else (-1, -total)
    shares = [size * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: -(size * weights[i] % whole))
    for i in by_remainder[: size - sum(shares)]:
        shares[i] += 1
    return tuple(sign * share for share in shares)
