"""Everything a plan's offers ask of orders, as columns of one table: one look at the lines answers all of them.

`orders` has one row for each paid order, with the columns of `ORDERS`: `no` is its key, `paid_us` microseconds since
1970 in UTC; `customer_id` is null for guests, `channel` and `region` may be null where unknown. `lines` has one row
for each line, with those of `LINES`; `category` may be null where unknown. Other columns are left alone. Nothing
depends on an engine's session, its zone least of all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import ibis
import ibis.expr.types as ir

from jiacan.kernel.clocks import offsets_in
from jiacan.kernel.periods import Period
from jiacan.offers.contracts.benefits import SAME, Benefit, PointsBenefit
from jiacan.offers.contracts.conditions import (
    BetweenHours,
    CustomerIsNew,
    FromChannels,
    FromRegions,
    InBirthdayMonth,
    OnMonthDays,
    OnTiers,
    OnWeekdays,
    OrderNumberIs,
    Scope,
)
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.core.asked import Asked, Circumstance, asked_of
from jiacan.offers.measures.partly import Number, choose, in_64_bits, to_value

ORDERS = ibis.schema(
    {
        "no": "int64",
        "customer_id": "string",
        "paid_us": "int64",
        "number": "int64",
        "channel": "string",
        "region": "string",
    }
)
TIER, BIRTH_MONTH = "tier", "birth_month"
"""Columns that `orders` has besides where a plan asks for them: of its ladder, empty or null below the first; and the
month of the customer's birthday, null where none is known."""

LINES = ibis.schema(
    {"no": "int64", "sku": "string", "category": "string", "quantity": "int64", "spend_minor": "int64"}
)

DAY_US = 86_400_000_000
WEEK_US = 7 * DAY_US
MONDAY_US = 4 * DAY_US
"""The first Monday of 1970, in microseconds since the year's beginning."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY = date(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Figures:
    """A table of `order_figures`, and which of its columns answers what."""

    table: ir.Table
    asked: Asked

    def spend_minor(self, scope: Scope) -> ir.IntegerColumn:
        """Spend of the order's lines in the scope."""
        return self.table[f"spend_{self.asked.spends.index(scope)}"]

    def units(self, scope: Scope) -> ir.IntegerColumn:
        """Units of the order's lines in the scope."""
        return self.table[f"units_{self.asked.units.index(scope)}"]

    def factor(self, benefit: Benefit) -> Number:
        """By how many hundredths the benefit is multiplied on the order's tier."""
        factor: Number = SAME
        for tier, hundredths in benefit.by_tier if isinstance(benefit, PointsBenefit) else ():
            factor = choose(self.holds(OnTiers(frozenset({tier}))), hundredths, factor)
        return factor

    def holds(self, circumstance: Circumstance) -> ir.BooleanColumn:
        """Whether the order is as asked; a period that nothing but the window asks for always holds."""
        return self.table[f"holds_{self.asked.circumstances.index(circumstance)}"]


def columns_of_orders(rules: PlanRules) -> dict[str, str]:
    """What `orders` must have for this plan, with Ibis's names of types."""
    return {name: str(of) for name, of in ORDERS.items()} | columns_of_buyers(rules)


def columns_of_buyers(rules: PlanRules) -> dict[str, str]:
    """Those of them that tell what the plan asks of customers."""
    tier = {TIER: "string"} if rules.ladder is not None else {}
    return tier | ({BIRTH_MONTH: "int64"} if rules.asks_birthdays else {})


def order_figures(orders: ir.Table, lines: ir.Table, rules: PlanRules) -> ir.Table:
    """`(no, holds_0 …, spend_0 …, units_0 …)`: what `asked_of(rules)` asks, for each order that can meet an offer.

    Guests, staff, orders without lines and orders paid outside the plan's window can meet none.
    """
    asked = asked_of(rules)
    able = _able(orders, rules)
    answered = able.select(
        "no", **{f"holds_{place}": _holds(able, each, rules) for place, each in enumerate(asked.circumstances)}
    )
    return answered.join(_sums(lines.semi_join(answered, "no"), asked), "no")


def _able(orders: ir.Table, rules: PlanRules) -> ir.Table:
    window = rules.window
    if window is None:
        return orders.filter(ibis.literal(False))
    able = orders.filter(orders.customer_id.notnull(), _within(orders, window))
    return able.filter(able.customer_id.notin(sorted(rules.staff))) if rules.staff else able


def _sums(lines: ir.Table, asked: Asked) -> ir.Table:
    spends = {f"spend_{place}": _sum(lines, "spend_minor", scope) for place, scope in enumerate(asked.spends)}
    units = {f"units_{place}": _sum(lines, "quantity", scope) for place, scope in enumerate(asked.units)}
    return lines.group_by("no").agg(**spends, **units)


def _sum(lines: ir.Table, column: str, scope: Scope) -> ir.IntegerScalar:
    counted = _covers(lines, scope)
    amounts = lines[column] if counted is None else to_value(choose(counted, lines[column], 0))
    return in_64_bits(amounts.sum())


def _covers(lines: ir.Table, scope: Scope) -> ir.BooleanColumn | None:
    """Whether the line is in the scope; None where every line is."""
    category = lines.category.fill_null("")
    named = [
        column.isin(sorted(names))
        for column, names in ((lines.sku, scope.skus), (category, scope.categories))
        if names
    ]
    left_out = [
        column.notin(sorted(names))
        for column, names in ((lines.sku, scope.except_skus), (category, scope.except_categories))
        if names
    ]
    asked = [ibis.or_(*named)] * bool(named) + left_out
    return ibis.and_(*asked) if asked else None


def _holds(orders: ir.Table, asked: Circumstance, rules: PlanRules) -> ir.BooleanValue:
    match asked:
        case Period():
            return _within(orders, asked)
        case OnWeekdays(days):
            return ibis.or_(*(_local_us(orders, rules).between(*_day(day)) for day in sorted(days)))
        case OnMonthDays():
            return _day_us(orders, rules).isin([_us(day - _FIRST_DAY) for day in _days(rules) if asked.holds_on(day)])
        case BetweenHours(starts, ends):
            of_day, begins, over = _local_us(orders, rules) % DAY_US, _of_day_us(starts), _of_day_us(ends)
            later, earlier = of_day >= begins, of_day < over
            return later & earlier if starts < ends else later | earlier
        case FromChannels(channels):
            return orders.channel.fill_null("").isin(sorted(channels))
        case FromRegions(regions):
            return orders.region.fill_null("").isin(sorted(regions))
        case CustomerIsNew() | OrderNumberIs() | OnTiers() | InBirthdayMonth():
            return _holds_of_buyer(orders, asked, rules)


def _holds_of_buyer(
    orders: ir.Table, asked: CustomerIsNew | OrderNumberIs | OnTiers | InBirthdayMonth, rules: PlanRules
) -> ir.BooleanValue:
    match asked:
        case CustomerIsNew(new):
            return orders.number == 1 if new else orders.number != 1
        case OrderNumberIs(at_least, at_most):
            reached = orders.number >= at_least
            return reached if at_most is None else reached & (orders.number <= at_most)
        case OnTiers(tiers):
            return orders[TIER].fill_null("").isin(sorted(tiers))
        case InBirthdayMonth():
            return orders[BIRTH_MONTH].fill_null(0) == _month(orders, rules)


def _within(orders: ir.Table, period: Period) -> ir.BooleanValue:
    return (orders.paid_us >= _to_us(period.starts_at)) & (orders.paid_us < _to_us(period.ends_at))


def _local_us(orders: ir.Table, rules: PlanRules) -> ir.IntegerValue:
    """When the order was paid on the plan's clocks, in microseconds since Monday's beginning."""
    return _rest_of(_on_clocks(orders, rules, since_us=MONDAY_US), WEEK_US, rules)


def _on_clocks(orders: ir.Table, rules: PlanRules, *, since_us: int = 0) -> ir.IntegerValue:
    """When the order was paid on the plan's clocks, in microseconds since that moment of theirs."""
    steps = offsets_in(rules.zone, _window(rules))
    ahead = [to_value(_us(step.offset) - since_us) for step in steps]
    later = [(orders.paid_us >= _to_us(step.since), by) for step, by in zip(steps, ahead, strict=True)][1:]
    return orders.paid_us + (ibis.cases(*reversed(later), else_=ahead[0]) if later else ahead[0])


def _rest_of(local_us: ir.IntegerValue, whole_us: int, rules: PlanRules) -> ir.IntegerValue:
    # Before 1970 the remainder is below zero.
    rest = local_us % whole_us
    return rest if _window(rules).starts_at.year > 1970 else (rest + whole_us) % whole_us


def _day_us(orders: ir.Table, rules: PlanRules) -> ir.IntegerValue:
    """The beginning of the local day on which the order was paid."""
    local_us = _on_clocks(orders, rules)
    return local_us - _rest_of(local_us, DAY_US, rules)


def _month(orders: ir.Table, rules: PlanRules) -> ir.IntegerValue:
    """The local month in which the order was paid, from 1."""
    local_us, days = _on_clocks(orders, rules), _days(rules)
    later = [(local_us >= _us(day - _FIRST_DAY), to_value(day.month)) for day in days[1:] if day.day == 1]
    first = to_value(days[0].month)
    return ibis.cases(*reversed(later), else_=first) if later else first


def _days(rules: PlanRules) -> tuple[date, ...]:
    return _window(rules).days(rules.zone)


def _window(rules: PlanRules) -> Period:
    window = rules.window
    assert window is not None, "what is asked of an order is asked by an offer for orders"
    return window


def _day(day: int) -> tuple[int, int]:
    return day * DAY_US, (day + 1) * DAY_US - 1


def _of_day_us(at: time) -> int:
    return _us(timedelta(hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond))


def _to_us(at: datetime) -> int:
    return _us(at - _EPOCH)


def _us(length: timedelta) -> int:
    return length // _MICROSECOND
