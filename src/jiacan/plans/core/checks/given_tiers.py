"""Tiers that offers give: for how long, and who asks for them."""

from __future__ import annotations

from collections.abc import Iterator

from jiacan.kernel.messages import tell
from jiacan.offers.contracts.rules import Trigger
from jiacan.offers.contracts.tiers import GivenFor
from jiacan.plans.contracts.problems import Problem
from jiacan.plans.core.checks.references import benefits_by_giver
from jiacan.plans.core.checks.tiers import tiers_of
from jiacan.plans.core.parts.benefits import BenefitPart
from jiacan.plans.core.parts.offers import OfferPart
from jiacan.plans.core.parts.plan import PlanPart
from jiacan.plans.core.problems import error, warning
from jiacan.plans.core.tree import Place


def check_given_tiers(plan: PlanPart) -> Iterator[Problem]:
    """What is wrong with how long tiers are given for, and offers that will not see that they were."""
    is_ladder = any(tier.needs is not None for tier in plan.tiers)
    given: set[str] = set()
    for giver, benefits in benefits_by_giver(plan):
        terms: dict[str, GivenFor] = {}
        for benefit in benefits:
            if benefit.tier is not None:
                given.add(benefit.tier)
                yield from _check_time(benefit, benefit.tier, is_ladder=is_ladder)
                yield from _check_one_time(giver, benefit, benefit.tier, terms)
    if is_ladder:
        yield from _check_asked(plan, given)


def _check_time(benefit: BenefitPart, tier: str, *, is_ladder: bool) -> Iterator[Problem]:
    if is_ladder and benefit.for_ is None:
        told = tell("Say for how long {tier} is given: `for: 30d`, `for: 12m`, or `for: month`.", tier=tier)
        yield error(benefit.at("tier"), told)
    elif benefit.for_ is not None and not is_ladder:
        told = tell("No tier of this plan says what it `needs`, so nobody stands on {tier}; remove `for`.", tier=tier)
        yield error(benefit.at("for"), told)


def _check_one_time(giver: str, benefit: BenefitPart, tier: str, terms: dict[str, GivenFor]) -> Iterator[Problem]:
    if benefit.for_ is not None and terms.setdefault(tier, benefit.for_) != benefit.for_:
        told = tell(
            "{giver} gives {tier} for another time elsewhere; write the same in both.", giver=giver, tier=tier
        )
        yield error(benefit.at("for"), told)


def _check_asked(plan: PlanPart, given: set[str]) -> Iterator[Problem]:
    order = [tier.id for tier in plan.tiers]
    for offer in plan.offers:
        asked = tiers_of(offer, order) if offer.trigger is Trigger.ORDER_PAID else frozenset()
        if asked & given:
            told = tell(
                "{offer} asks where customers stand by their orders alone, so it does not see who was given {tiers}.",
                offer=offer.id,
                tiers=tuple(tier for tier in order if tier in asked & given),
            )
            yield warning(_place_of(offer), told)


def _place_of(offer: OfferPart) -> Place:
    return offer.at("when", "tier") if offer.when is not None and offer.when.tier is not None else offer.at()
