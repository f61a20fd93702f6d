"""Everything that is named elsewhere exists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jiacan.kernel.messages import Message, tell
from jiacan.offers.contracts.benefits import Kind
from jiacan.plans.contracts.problems import Problem
from jiacan.plans.core.nearest import did_you_mean
from jiacan.plans.core.parts.benefits import BenefitPart
from jiacan.plans.core.parts.challenges import rewards_of
from jiacan.plans.core.parts.draws import drawn_in
from jiacan.plans.core.parts.offers import KindLinesPart, given_by
from jiacan.plans.core.parts.part import Wrong
from jiacan.plans.core.parts.plan import PlanPart
from jiacan.plans.core.problems import error
from jiacan.plans.core.shape import Written
from jiacan.plans.core.tree import Place
from jiacan.plans.core.watches import read_watch

SECTION_OF_KIND = {"gift": "stock", "service": "stock", "coupon": "coupons", "ticket": "draws", "tier": "tiers"}

NOUNS = {
    "stock": tell("stock item"),
    "coupons": tell("coupon"),
    "draws": tell("draw"),
    "tiers": tell("tier"),
    "budget": tell("budget line"),
    "tasks": tell("task"),
}


def check_references(plan: PlanPart, written: Written) -> Iterator[Problem]:
    """Names of stock, coupons, draws, tiers, budget lines and tasks that the plan does not have."""
    for benefit in _all_benefits(plan):
        for kind, section in SECTION_OF_KIND.items():
            named = getattr(benefit, kind)
            if named is not None:
                yield from _missing(named, section, written, benefit.at(kind))
    for tier, place in tiers_asked(plan):
        yield from _missing(tier, "tiers", written, place)
    for lines in _all_budgets(plan):
        for kind in Kind:
            named = getattr(lines, kind.value)
            if named is not None:
                yield from _missing(named, "budget", written, lines.at(kind.value))
    yield from _check_lists(plan, written)
    yield from _check_watches(plan, written)


def _check_lists(plan: PlanPart, written: Written) -> Iterator[Problem]:
    for item in plan.mall:
        for number, tier in enumerate(item.tiers):
            yield from _missing(tier, "tiers", written, item.at("tiers", number))
    for task in plan.tasks:
        for number, need in enumerate(task.needs):
            yield from _missing(need, "tasks", written, task.at("needs", number))


def tiers_asked(plan: PlanPart) -> Iterator[tuple[str, Place]]:
    """Every tier on which an offer asks a customer to stand, or by which it multiplies points, and where."""
    for offer in plan.offers:
        for when in (offer.when, *(rung.when for rung in offer.rungs or ())):
            if when is not None and when.tier is not None:
                part = when.tier
                yield from ((tier, part.at("(list)", number)) for number, tier in enumerate(part.any_of or ()))
                for key, one in (("(one)", part.one), ("at_least", part.at_least)):
                    if one is not None:
                        yield one, part.at(key)
    for benefit in _all_benefits(plan):
        if benefit.points is not None:
            yield from ((tier, benefit.points.at("by_tier", tier)) for tier in benefit.points.by_tier)


def benefits_by_giver(plan: PlanPart) -> Iterator[tuple[str, tuple[BenefitPart, ...]]]:
    """Every offer, draw, challenge and item of the mall by its id, with all that it can give."""
    for offer in plan.offers:
        yield offer.id, (*given_by(offer), *offer.otherwise)
    for draw in plan.draws:
        yield draw.id, tuple(drawn_in(draw))
    for challenge in plan.challenges:
        yield challenge.id, tuple(rewards_of(challenge))
    for item in plan.mall:
        yield item.id, (item.give,)


def _all_benefits(plan: PlanPart) -> Iterable[BenefitPart]:
    return (benefit for _, benefits in benefits_by_giver(plan) for benefit in benefits)


def _all_budgets(plan: PlanPart) -> Iterable[KindLinesPart]:
    budgets = (
        *(offer.budget for offer in plan.offers),
        *(draw.budget for draw in plan.draws),
        *(challenge.budget for challenge in plan.challenges),
        *(item.budget for item in plan.mall),
    )
    return [budget for budget in budgets if budget is not None]


def _check_watches(plan: PlanPart, written: Written) -> Iterator[Problem]:
    for risk in plan.risks:
        place = risk.at("watch")
        try:
            watch = read_watch(risk.watch, plan.currency)
        except Wrong as wrong:
            yield error(place, wrong.message)
        else:
            yield from _missing(watch.id, watch.watched.value, written, place)


def _missing(named: str, section: str, written: Written, place: Place) -> Iterator[Problem]:
    known = written.get(section, ())
    if named not in known:
        yield error(place, _no_such(named, section, known))


def _no_such(named: str, section: str, known: tuple[str, ...]) -> Message:
    noun = NOUNS[section]
    if not known:
        return tell(
            "There is no {noun} {named}; the plan has no `{section}`.", noun=noun, named=named, section=section
        )
    nearest = did_you_mean(named, known)
    return tell(
        "There is no {noun} {named}.{hint}",
        noun=noun,
        named=named,
        hint=nearest if nearest.text else tell(" There are: {known}.", known=tuple(dict.fromkeys(known))),
    )
