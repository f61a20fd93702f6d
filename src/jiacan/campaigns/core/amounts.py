"""How figures of each unit are written, the same in a sentence, a table and a chart."""

from __future__ import annotations

from enum import StrEnum

from jiacan.campaigns.contracts.reported import Interval
from jiacan.kernel.money import Money, format_money
from jiacan.plans.contracts.document import Measure

_MINUS = "\N{MINUS SIGN}"


class Unit(StrEnum):
    """What a figure counts; an amount is money whose currency is named beside it."""

    COUNT = "count"
    DECIMAL = "decimal"
    MONEY = "money"
    AMOUNT = "amount"
    SHARE = "share"
    POINTS = "points"
    RATIO = "ratio"


UNITS: dict[Measure, Unit] = {
    Measure.ORDERS: Unit.COUNT,
    Measure.SALES: Unit.MONEY,
    Measure.NEW_CUSTOMERS: Unit.COUNT,
    Measure.REPURCHASE_RATE: Unit.SHARE,
    Measure.RETURN_ON_SPEND: Unit.RATIO,
    Measure.AVERAGE_ORDER_VALUE: Unit.MONEY,
    Measure.AWARDS: Unit.COUNT,
}


def write(value: float, unit: Unit, currency: str) -> str:
    """The figure as people read it, with a true minus sign.

    >>> write(-123450, Unit.MONEY, "CNY"), write(0.254, Unit.SHARE, "CNY"), write(2.5, Unit.RATIO, "CNY")
    ('−1,234.50 CNY', '25.4%', '2.50')
    """
    return _plain(value, unit, currency).replace("-", _MINUS)


def _plain(value: float, unit: Unit, currency: str) -> str:
    match unit:
        case Unit.COUNT:
            return f"{round(value):,}"
        case Unit.MONEY:
            return format_money(Money(round(value), currency))
        case Unit.AMOUNT:
            return format_money(Money(round(value), currency)).removesuffix(f" {currency}")
        case Unit.DECIMAL:
            return f"{value:,.1f}"
        case Unit.SHARE:
            return f"{value * 100:.1f}%"
        case Unit.POINTS:
            return f"{value * 100:+.1f}"
        case Unit.RATIO:
            return f"{value:,.2f}"


def write_change(value: float, unit: Unit, currency: str) -> str:
    """The figure with its sign."""
    written = write(value, unit, currency)
    return f"+{written}" if value > 0 and not written.startswith("+") else written


def write_interval(interval: Interval, unit: Unit, currency: str) -> str:
    """Both ends, the currency named once."""
    low, high = (write(end, unit, currency) for end in (interval.low, interval.high))
    return f"{low.removesuffix(' ' + currency)} \N{EN DASH} {high}"
