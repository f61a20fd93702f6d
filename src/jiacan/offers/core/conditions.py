"""Does an order meet a condition, and if not, what is missing? One answer serves match and explanation."""

from __future__ import annotations

from itertools import combinations

from jiacan.kernel.messages import Message, tell
from jiacan.kernel.money import Money
from jiacan.offers.contracts.conditions import (
    BetweenHours,
    Bundle,
    Condition,
    CustomerIsNew,
    FromChannels,
    FromRegions,
    InBirthdayMonth,
    OnMonthDays,
    OnTiers,
    OnWeekdays,
    OrderNumberIs,
    QuantityAtLeast,
    SpendAtLeast,
    SpendEvery,
)
from jiacan.offers.core.basket import Basket

SPEND_SHORT = tell("{missing} more is needed").text

WEEKDAYS = (
    tell("Monday"),
    tell("Tuesday"),
    tell("Wednesday"),
    tell("Thursday"),
    tell("Friday"),
    tell("Saturday"),
    tell("Sunday"),
)


def ask(condition: Condition, basket: Basket, currency: str) -> int | Message:
    """How many times over the order meets the condition (once, but for `SpendEvery`), or why it does not."""
    match condition:
        case SpendAtLeast():
            missing = condition.minor - basket.spend_minor(condition.scope)
            return 1 if missing <= 0 else _spend_short(missing, currency)
        case SpendEvery():
            spend = basket.spend_minor(condition.scope)
            times = spend // condition.minor
            if times == 0:
                return _spend_short(condition.minor - spend, currency)
            return times if condition.at_most_times is None else min(times, condition.at_most_times)
        case QuantityAtLeast():
            units = basket.units(condition.scope)
            return (
                1
                if units >= condition.units
                else tell("{missing} more pieces are needed", missing=condition.units - units)
            )
        case Bundle():
            return 1 if holds_bundle(condition, basket) else tell("the set is not complete")
        case _:
            return _ask_circumstances(condition, basket)


def _ask_circumstances(condition: Condition, basket: Basket) -> int | Message:
    order = basket.order
    match condition:
        case OnWeekdays(days):
            days_named = tuple(WEEKDAYS[day] for day in sorted(days))
            return 1 if basket.local.weekday() in days else tell("it is valid only on {days}", days=days_named)
        case BetweenHours(starts, ends):
            now = basket.local.time()
            inside = starts <= now < ends if starts < ends else now >= starts or now < ends
            words = tell("it is valid only from {starts} to {ends}", starts=f"{starts:%H:%M}", ends=f"{ends:%H:%M}")
            return 1 if inside else words
        case FromChannels(channels):
            return (
                1
                if order.channel in channels
                else tell("it is valid only in {channels}", channels=tuple(sorted(channels)))
            )
        case FromRegions(regions):
            words = tell("it is valid only for {regions}", regions=tuple(sorted(regions)))
            return 1 if order.region in regions else words
        case OnMonthDays():
            only = tell("it is valid only on these days of the month: {days}", days=month_days_named(condition))
            return 1 if condition.holds_on(basket.local.date()) else only
        case CustomerIsNew(new):
            words = tell("it is for a first order") if new else tell("it is for customers who ordered before")
            return 1 if (order.number == 1) == new else words
        case OrderNumberIs(at_least, at_most):
            fits = order.number >= at_least and (at_most is None or order.number <= at_most)
            return 1 if fits else tell("it is not for order number {number} of a customer", number=order.number)
        case OnTiers() | InBirthdayMonth():
            return _ask_of_buyer(condition, basket)
        case _:  # pragma: no cover - `ask` has dealt with the rest
            raise AssertionError(condition)


def _ask_of_buyer(condition: OnTiers | InBirthdayMonth, basket: Basket) -> int | Message:
    buyer = basket.order.buyer
    if isinstance(condition, OnTiers):
        if buyer.tier in condition.tiers:
            return 1
        asked = tuple(name for tier, name in basket.tiers.items() if tier in condition.tiers)
        if not buyer.tier:
            return tell("it is for {tiers}, and by their orders the customer stood on no tier", tiers=asked)
        tier = basket.tiers[buyer.tier]
        return tell("it is for {tiers}, and by their orders the customer stood on {tier}", tiers=asked, tier=tier)
    if buyer.birth_month is None:
        return tell("it is given in the month of the customer's birthday, and none is known")
    if buyer.birth_month != basket.local.month:
        return tell("it is given in the month of the customer's birthday")
    return 1


def month_days_named(condition: OnMonthDays) -> tuple[Message | str, ...]:
    """The days in their order."""
    named = tuple(str(day) for day in sorted(condition.days))
    return (*named, tell("the last")) if condition.last else named


def holds_bundle(bundle: Bundle, basket: Basket) -> bool:
    """Whether every part can be filled with no unit counted for two parts.

    Source: P. Hall (1935), On Representatives of Subsets: parts can be filled together if and only if no
    set of parts asks for more units than the SKUs any of them accepts have between them.
    """
    parts = bundle.parts
    for size in range(1, len(parts) + 1):
        for chosen in combinations(parts, size):
            accepted = frozenset().union(*(part.skus for part in chosen))
            if basket.units_of_any(accepted) < sum(part.quantity for part in chosen):
                return False
    return True


def _spend_short(missing_minor: int, currency: str) -> Message:
    return Message(SPEND_SHORT, {"missing": Money(missing_minor, currency)})


def missing_minor(short: Message) -> int:
    """How much spend a `SPEND_SHORT` answer says is missing."""
    missing = short.values["missing"]
    assert isinstance(missing, Money), "only an answer that spend is short names a sum"
    return missing.minor
