"""What an order is short of: how much spend or how many pieces more would bring something more of an offer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jiacan.kernel.messages import Message, tell
from jiacan.kernel.money import Money
from jiacan.offers.contracts.benefits import Benefit, BundlePriceBenefit, UnitsForBenefit, UnitsOffBenefit
from jiacan.offers.contracts.conditions import (
    Bundle,
    BundlePart,
    Condition,
    QuantityAtLeast,
    Scope,
    SpendAtLeast,
    SpendEvery,
)
from jiacan.offers.contracts.rules import Offer, PlanRules, Rung, Trigger
from jiacan.offers.core.basket import Basket
from jiacan.offers.core.conditions import ask
from jiacan.offers.core.match import base_of, reached_rungs
from jiacan.offers.core.promises import describe_promise
from jiacan.offers.core.units import Run, missing_for_sets, whole_sets


@dataclass(frozen=True, slots=True)
class Gap:
    """Spend and pieces that are missing; nothing of either where nothing is."""

    minor: int = 0
    units: int = 0

    @property
    def is_closed(self) -> bool:
        """Whether nothing is missing."""
        return self.minor == 0 and self.units == 0


@dataclass(frozen=True, slots=True)
class Step:
    """The next rung or step of an offer that more goods reach, and what is missing to it."""

    rung: Rung
    gap: Gap


def find_step(offer: Offer, basket: Basket, rules: PlanRules) -> Step | None:
    """The next step that more goods would bring; None where there is none, or goods alone do not bring it."""
    if offer.trigger is not Trigger.ORDER_PAID or basket.order.paid_at not in offer.during:
        return None
    reached = [rung.number for rung, _ in reached_rungs(offer, basket, rules.currency)]
    above = [rung for rung in offer.rungs if not reached or rung.number > reached[-1]]
    steps = [Step(rung, gap) for rung in above if (gap := _gap_to(offer, rung, basket, rules)) is not None]
    if steps:
        return steps[0]
    if not reached:
        return None
    last = next(rung for rung in offer.rungs if rung.number == reached[-1])
    gaps = [gap for gap in _further(offer, last, basket) if not gap.is_closed]
    return Step(last, min(gaps, key=lambda gap: (gap.units, gap.minor))) if gaps else None


def _gap_to(offer: Offer, rung: Rung, basket: Basket, rules: PlanRules) -> Gap | None:
    """What is missing to a rung that is not reached; None where more goods do not help."""
    gaps = [_gap(condition, basket, rules) for condition in (*offer.conditions, *rung.conditions)]
    known = [gap for gap in gaps if gap is not None]
    if len(known) < len(gaps):
        return None
    return Gap(max(gap.minor for gap in known), max(gap.units for gap in known))


def _gap(condition: Condition, basket: Basket, rules: PlanRules) -> Gap | None:
    match condition:
        case SpendAtLeast(minor, scope) | SpendEvery(minor, _, scope):
            return Gap(minor=max(0, minor - basket.spend_minor(scope)))
        case QuantityAtLeast(units, scope):
            return Gap(units=max(0, units - basket.units(scope)))
        case Bundle(parts):
            return Gap(units=missing_for_sets(_runs_of(parts, basket), parts, 1))
        case _:
            return None if isinstance(ask(condition, basket, rules.currency), Message) else Gap()


def _further(offer: Offer, rung: Rung, basket: Basket) -> Iterator[Gap]:
    """What is missing to the next whole step of spend, group of pieces, or set."""
    for condition in (*offer.conditions, *rung.conditions):
        if isinstance(condition, SpendEvery):
            spend = basket.spend_minor(condition.scope)
            if _has_room(spend // condition.minor, condition.at_most_times):
                yield Gap(minor=condition.minor - spend % condition.minor)
    for benefit in rung.benefits:
        yield _further_group(benefit, base_of(offer, rung), basket)


def _further_group(benefit: Benefit, base: Scope, basket: Basket) -> Gap:
    match benefit:
        case UnitsOffBenefit(every=every) | UnitsForBenefit(units=every):
            units = basket.units(benefit.scope or base)
            return Gap(units=every - units % every) if _has_room(units // every, benefit.at_most_times) else Gap()
        case BundlePriceBenefit(parts=parts):
            runs = _runs_of(parts, basket)
            sets = whole_sets(runs, parts)
            return (
                Gap(units=missing_for_sets(runs, parts, sets + 1))
                if _has_room(sets, benefit.at_most_times)
                else Gap()
            )
        case _:
            return Gap()


def _has_room(times: int, at_most_times: int | None) -> bool:
    return at_most_times is None or times < at_most_times


def _runs_of(parts: Iterable[BundlePart], basket: Basket) -> tuple[Run, ...]:
    return basket.runs(Scope(skus=frozenset().union(*(part.skus for part in parts))))


def step_words(offer: Offer, step: Step, basket: Basket, rules: PlanRules) -> Message:
    """What is missing, and what it would bring."""
    benefits = describe_promise(step.rung.benefits, basket, base_of(offer, step.rung), rules)
    money = Money(step.gap.minor, rules.currency)
    if not step.gap.units:
        return tell("{missing} more brings {benefits}", missing=money, benefits=benefits)
    if not step.gap.minor:
        return tell("{units} more piece(s) bring {benefits}", units=step.gap.units, benefits=benefits)
    return tell(
        "{missing} and {units} more piece(s) bring {benefits}",
        missing=money,
        units=step.gap.units,
        benefits=benefits,
    )
