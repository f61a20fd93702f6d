"""What awards hold, as expressions over figures: how many of each item, what it is worth, in which slot it stands.

`offers.core.benefits` is the rule; this says the same of whole tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd

import ibis.expr.types as ir

from jiacan.kernel.money import MICROS, minor_digits
from jiacan.offers.contracts.benefits import (
    SAME,
    Benefit,
    CashBenefit,
    CouponBenefit,
    CreditBenefit,
    GiftBenefit,
    Kind,
    PointsBenefit,
    ServiceBenefit,
    TicketBenefit,
    TierBenefit,
)
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.core.slots import ItemSort, items_of, sort_of
from jiacan.offers.measures.partly import Number, Truth, both, choose, count, either, product, to_value, total


@dataclass(frozen=True, slots=True)
class Step:
    """Benefits that are given `times` over where the order has reached them, each by its factor in hundredths."""

    reached: Truth
    benefits: tuple[Benefit, ...]
    times: Number
    factors: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class Slots:
    """The columns of some slots, and whether any of them holds something."""

    columns: dict[str, ir.Value]
    filled: Truth


@dataclass(frozen=True, slots=True)
class _Part:
    """One benefit among those that are given: its place, its step and its factor."""

    place: int
    step: Step
    benefit: Benefit
    factor: Number


@dataclass(frozen=True, slots=True)
class _Entry:
    """One item: whether there is any of it, how much, and its places among the benefits, each where it is reached."""

    sort: ItemSort
    there: Truth
    amount: Number
    places: tuple[tuple[int, Truth], ...]


def fill_slots(steps: Sequence[Step], number: int, prefix: str, spend_minor: Number, rules: PlanRules) -> Slots:
    """What the steps come to: each item once, in the place where it was first named; those without quantity vanish.

    Args:
        steps: what is given.
        number: how many slots there are.
        prefix: what the columns' names begin with.
        spend_minor: the spend that points by spend are counted from.
        rules: the plan.
    """
    entries = _entries(steps, spend_minor, rules)
    codes = {sort: code for code, sort in enumerate(items_of(rules))}
    ranks = [
        count(both(other.there, _precedes(other, entry)) for other in entries if other is not entry)
        for entry in entries
    ]
    columns: dict[str, ir.Value] = {}
    for slot in range(number):
        item: Number = -1
        quantity: Number = 0
        amount: Number = 0
        for entry, rank in zip(entries, ranks, strict=True):
            here = both(entry.there, rank.equals(slot))
            item = choose(here, codes[entry.sort], item)
            quantity = choose(here, _quantity(entry), quantity)
            amount = choose(here, _worth(entry, rules), amount)
        columns[f"{prefix}item_{slot}"] = to_value(item).cast("int16")
        columns[f"{prefix}quantity_{slot}"] = to_value(quantity)
        columns[f"{prefix}amount_{slot}"] = to_value(amount)
    return Slots(columns, either(entry.there for entry in entries))


def whole_steps(minor: Number, step_minor: int) -> Number:
    """How many whole steps there are in an amount that is not below zero.

    Engines divide whole numbers as floating ones; what is divided here has no remainder, so that rounding is exact.
    """
    if isinstance(minor, int) or step_minor == 1:
        return minor // step_minor if isinstance(minor, int) else minor
    return ((minor - minor % step_minor) / step_minor).round().cast("int64")


def _entries(steps: Sequence[Step], spend_minor: Number, rules: PlanRules) -> list[_Entry]:
    named = [(step, *each) for step in steps for each in zip(step.benefits, step.factors, strict=True)]
    found: dict[ItemSort, list[_Part]] = {}
    for place, (step, benefit, factor) in enumerate(named):
        found.setdefault(sort_of(benefit, rules), []).append(_Part(place, step, benefit, factor))
    entries = []
    for sort, parts in found.items():
        there = either(both(part.step.reached, _any(part, spend_minor)) for part in parts)
        amounts = (choose(part.step.reached, _amount(part, spend_minor), 0) for part in parts)
        places = tuple((part.place, part.step.reached) for part in parts)
        entries.append(_Entry(sort, there, total(amounts), places))
    return [entry for entry in entries if entry.there is not False]


def _any(part: _Part, spend_minor: Number) -> Truth:
    """Whether the benefit comes to something where its step is reached."""
    benefit, step = part.benefit, part.step
    if isinstance(benefit, TierBenefit):
        return True
    if not isinstance(part.factor, int):
        return _amount(part, spend_minor) > 0
    # Times that the plan does not decide are one at least.
    some = benefit_number(benefit) > 0 and (not isinstance(step.times, int) or step.times > 0)
    if isinstance(benefit, PointsBenefit) and benefit.per_minor is not None:
        return both(some, spend_minor >= benefit.per_minor)
    return some


def _amount(part: _Part, spend_minor: Number) -> Number:
    benefit, factor = part.benefit, part.factor
    once: Number = benefit_number(benefit)
    if isinstance(benefit, PointsBenefit) and benefit.per_minor is not None:
        once = product(once, whole_steps(spend_minor, benefit.per_minor))
    whole = product(once, part.step.times)
    return whole if isinstance(factor, int) else whole_steps(product(whole, factor), SAME)


def benefit_number(benefit: Benefit) -> int:
    """How many, or how much money, the benefit gives once over."""
    match benefit:
        case GiftBenefit(_, number) | ServiceBenefit(_, number) | CouponBenefit(_, number) | TicketBenefit(_, number):
            return number
        case PointsBenefit(number) | CashBenefit(number) | CreditBenefit(number):
            return number
        case TierBenefit():
            return 1
        case _:
            raise AssertionError("price effects are not reckoned in tables")


def _precedes(first: _Entry, second: _Entry) -> Truth:
    """Whether the first item stands before the second, where both are there."""
    places, others = _possible(first), _possible(second)
    if places[-1][0] < others[0][0]:
        return True
    if others[-1][0] < places[0][0]:
        return False
    return _first_place(places) < _first_place(others)


def _possible(entry: _Entry) -> list[tuple[int, Truth]]:
    """The places that may be the first: those up to one that is surely reached."""
    surely = next((i for i, (_, reached) in enumerate(entry.places) if reached is True), len(entry.places) - 1)
    return list(entry.places[: surely + 1])


def _first_place(places: Sequence[tuple[int, Truth]]) -> ir.IntegerValue:
    first: Number = places[-1][0]
    for place, reached in reversed(places[:-1]):
        first = choose(reached, place, first)
    return to_value(first)


def _quantity(entry: _Entry) -> Number:
    return 1 if entry.sort.kind in (Kind.CASH, Kind.CREDIT, Kind.TIER) else entry.amount


def _worth(entry: _Entry, rules: PlanRules) -> Number:
    match entry.sort.kind:
        case Kind.GIFT | Kind.SERVICE:
            return product(entry.amount, rules.stock[entry.sort.id].unit_cost_minor)
        case Kind.COUPON:
            return product(entry.amount, rules.coupons[entry.sort.id].face_minor)
        case Kind.POINTS:
            return _points_worth(entry.amount, rules)
        case Kind.CASH | Kind.CREDIT:
            return entry.amount
        case _:
            return 0


def _points_worth(points: Number, rules: PlanRules) -> Number:
    """What the points are worth, halves up, as `micros_to_minor` has it."""
    micros = rules.points_value_micros * 10 ** minor_digits(rules.currency)
    shared = gcd(micros, MICROS)
    worth, of = micros // shared, MICROS // shared
    if of == 1:
        return product(points, worth)
    return whole_steps(product(points, worth) + of // 2, of)
