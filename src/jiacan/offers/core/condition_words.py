"""Conditions in words: what an offer asks of an order."""

from __future__ import annotations

from collections.abc import Iterable

from jiacan.kernel.messages import Message, tell
from jiacan.kernel.money import Money
from jiacan.offers.contracts.conditions import (
    BetweenHours,
    Bundle,
    BundlePart,
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
    Scope,
    SpendAtLeast,
    SpendEvery,
)
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.core.conditions import WEEKDAYS, month_days_named


def condition_words(condition: Condition, rules: PlanRules) -> Message:
    """What the condition asks of an order."""
    currency = rules.currency
    match condition:
        case SpendAtLeast(minor, scope):
            return in_scope(tell("spend {amount} or more", amount=Money(minor, currency)), scope)
        case SpendEvery(minor, None, scope):
            return in_scope(tell("for every {amount} spent", amount=Money(minor, currency)), scope)
        case SpendEvery(minor, times, scope):
            words = tell(
                "for every {amount} spent, {times} times at most", amount=Money(minor, currency), times=times
            )
            return in_scope(words, scope)
        case QuantityAtLeast(units, scope):
            return in_scope(tell("buy {units} pieces or more", units=units), scope)
        case Bundle(parts):
            return tell("buy together: {parts}", parts=parts_words(parts))
        case _:
            return _circumstance(condition, rules)


def _circumstance(condition: Condition, rules: PlanRules) -> Message:
    match condition:
        case OnWeekdays(days):
            return tell("on {days}", days=tuple(WEEKDAYS[day] for day in sorted(days)))
        case OnMonthDays():
            return tell("on these days of the month: {days}", days=month_days_named(condition))
        case BetweenHours(starts, ends):
            return tell("paid from {starts} to {ends}", starts=f"{starts:%H:%M}", ends=f"{ends:%H:%M}")
        case FromChannels(channels):
            return tell("bought in {channels}", channels=tuple(sorted(channels)))
        case FromRegions(regions):
            return tell("sent to {regions}", regions=tuple(sorted(regions)))
        case _:
            return _of_customer(condition, rules)


def _of_customer(condition: Condition, rules: PlanRules) -> Message:
    match condition:
        case CustomerIsNew(True):
            return tell("the customer's first order")
        case CustomerIsNew():
            return tell("customers who ordered before")
        case OrderNumberIs(at_least, at_most) if at_least == at_most:
            return tell("the customer's order number {number}", number=at_least)
        case OrderNumberIs(at_least, None):
            return tell("from the customer's order number {number} on", number=at_least)
        case OrderNumberIs(at_least, at_most):
            return tell("the customer's orders number {first} to {last}", first=at_least, last=at_most)
        case OnTiers(tiers):
            named = tuple(name for tier, name in rules.tiers.items() if tier in tiers)
            return tell("for customers on {tiers}", tiers=named)
        case InBirthdayMonth():
            return tell("in the month of the customer's birthday")
        case _:  # pragma: no cover - `condition_words` has dealt with the rest
            raise AssertionError(condition)


def parts_words(parts: Iterable[BundlePart]) -> tuple[Message, ...]:
    """What each part of a set asks for."""
    return tuple(
        tell("{quantity} × {skus}", quantity=part.quantity, skus=tell("any of {skus}", skus=tuple(sorted(part.skus))))
        if len(part.skus) > 1
        else tell("{quantity} × {skus}", quantity=part.quantity, skus=next(iter(part.skus)))
        for part in parts
    )


def in_scope(words: Message, scope: Scope | None) -> Message:
    """The words with the goods that they are about."""
    named = () if scope is None else tuple(sorted(scope.categories | scope.skus))
    left_out = () if scope is None else tuple(sorted(scope.except_categories | scope.except_skus))
    if named and left_out:
        return tell("{words} (on {named}, without {left_out})", words=words, named=named, left_out=left_out)
    if named:
        return tell("{words} (on {named})", words=words, named=named)
    return tell("{words} (without {left_out})", words=words, left_out=left_out) if left_out else words
