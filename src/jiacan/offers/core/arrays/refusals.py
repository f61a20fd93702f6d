"""The refusals behind a walk's answers."""

from __future__ import annotations

from datetime import date, timedelta

from jiacan.offers.contracts.awards import BudgetExhausted, LimitReached, NotStacked, Refusal, StockEmpty
from jiacan.offers.core.arrays.clock import from_us
from jiacan.offers.core.arrays.layout import Layout
from jiacan.offers.core.arrays.values import NONE, PER_CUSTOMER_PER_DAY, PER_DAY, SHORT, STACKED

_LIMITS = ("total", "per_day", "per_customer", "per_customer_per_day")
_EPOCH_DAY = date(1970, 1, 1)


def to_refusal(
    layout: Layout, *, offer: int, day: int, reason: int, short_of: int, asked: int, left: int, emptied_at: int
) -> Refusal:
    """The refusal of one pair.

    Args:
        layout: the plan.
        offer: the pair's.
        day: the event's local day, in days since 1970.
        reason: of the answer, as are the rest.
        short_of: the account, or the offer that was given.
        asked: of the account.
        left: in it.
        emptied_at: when that was, in microseconds since 1970.
    """
    if reason == STACKED:
        stacking = layout.rules.offers[offer].stacking
        assert stacking is not None, "only offers of a group exclude each other"
        return NotStacked(stacking.group, layout.rules.offers[short_of].id)
    if reason == SHORT:
        if short_of >= len(layout.stock):
            return BudgetExhausted(layout.budget[short_of - len(layout.stock)], asked, left)
        return StockEmpty(layout.stock[short_of], asked, left, None if emptied_at == NONE else from_us(emptied_at))
    bound = getattr(layout.rules.offers[offer].limits, _LIMITS[reason])
    by_day = reason in (PER_DAY, PER_CUSTOMER_PER_DAY)
    return LimitReached(_LIMITS[reason], bound, _EPOCH_DAY + timedelta(days=day) if by_day else None)
