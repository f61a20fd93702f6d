"""Tiers that make one ladder, each higher than the one before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise

from jiacan.kernel.messages import tell
from jiacan.plans.contracts.problems import Problem
from jiacan.plans.core.checks.references import tiers_asked
from jiacan.plans.core.compiling.conditions import tiers_named
from jiacan.plans.core.parts.offers import OfferPart, given_by
from jiacan.plans.core.parts.plan import PlanPart
from jiacan.plans.core.parts.tiers import PrivilegePart, TierPart
from jiacan.plans.core.problems import error, warning

_LONGEST = timedelta(days=3660)


def check_tiers(plan: PlanPart) -> Iterator[Problem]:
    """What is wrong with what tiers need, and with the time in which they need it."""
    needing = [tier for tier in plan.tiers if tier.needs is not None]
    yield from _check_membership(plan, is_ladder=bool(needing))
    yield from _check_privileges(plan)
    if not needing:
        yield from _check_nobody_asked(plan)
    if needing and len(needing) < len(plan.tiers):
        without = next(tier for tier in plan.tiers if tier.needs is None)
        yield error(
            without.at("id"),
            tell("Tier {tier} says no `needs` while others do; give every tier its own, or none.", tier=without.id),
        )
        return
    measured = [tier for tier in needing if _is_measured(tier)]
    for tier in needing:
        if not _is_measured(tier):
            yield error(
                tier.at("needs"),
                tell("Tier {tier} needs one of `spend` and `orders`, and not both.", tier=tier.id),
            )
    for below, tier in pairwise(measured):
        yield from _check_order(below, tier)


def _check_privileges(plan: PlanPart) -> Iterator[Problem]:
    """That what is said to give a privilege is there, and gives it to customers of the tier."""
    order = [tier.id for tier in plan.tiers]
    gates = {offer.id: tiers_of(offer, order) for offer in plan.offers}
    gates |= {item.id: frozenset(item.tiers) for item in plan.mall}
    for tier in plan.tiers:
        for privilege in tier.privileges:
            if privilege.by is not None:
                yield from _check_giver(tier, privilege, privilege.by, gates)


def _check_giver(
    tier: TierPart, privilege: PrivilegePart, by: str, gates: Mapping[str, frozenset[str]]
) -> Iterator[Problem]:
    if by not in gates:
        yield error(privilege.at("by"), tell("There is no offer and no item of the mall {by}.", by=by))
    elif not gates[by]:
        told = tell("{by} asks for no tier, so that it is no privilege of {tier}.", by=by, tier=tier.id)
        yield warning(privilege.at("by"), told)
    elif tier.id not in gates[by]:
        yield error(privilege.at("by"), tell("{by} gives nothing to customers of {tier}.", by=by, tier=tier.id))


def tiers_of(offer: OfferPart, order: Sequence[str]) -> frozenset[str]:
    """The tiers that an offer or its rungs ask for, or multiply points of; none where it asks for none."""
    asked = [when.tier for when in (offer.when, *(rung.when for rung in offer.rungs or ())) if when is not None]
    factors = [benefit.points.by_tier for benefit in given_by(offer) if benefit.points is not None]
    named = {tier for part in asked if part is not None for tier in tiers_named(part, order)}
    return frozenset(named.union(*factors))


def _check_nobody_asked(plan: PlanPart) -> Iterator[Problem]:
    """Without a ladder nobody stands on a tier, whatever offers give."""
    known = {tier.id for tier in plan.tiers}
    for asked, place in tiers_asked(plan):
        if asked in known:
            yield error(
                place,
                tell("No tier of this plan says what it `needs`, so no customer stands on {tier}.", tier=asked),
            )


def _check_membership(plan: PlanPart, *, is_ladder: bool) -> Iterator[Problem]:
    part = plan.membership
    if part is None:
        return
    if not is_ladder:
        yield warning(
            plan.key_at("membership"), tell("No tier says what it `needs`, so nobody goes up or down by it.")
        )
    if part.within is not None and not timedelta(0) < part.within <= _LONGEST:
        yield error(part.at("within"), tell("Orders count for an hour at least and 3660 days at most, such as 365d."))
    if part.grace > _LONGEST:
        yield error(part.at("grace"), tell("A grace is 3660 days at most, such as 30d."))


def _is_measured(tier: TierPart) -> bool:
    return tier.needs is not None and (tier.needs.spend is None) != (tier.needs.orders is None)


def _check_order(below: TierPart, tier: TierPart) -> Iterator[Problem]:
    assert below.needs is not None
    assert tier.needs is not None
    if (below.needs.spend is None) != (tier.needs.spend is None):
        yield error(
            tier.at("needs"),
            tell(
                "Tier {tier} counts otherwise than {below}; let all count `spend`, or all `orders`.",
                tier=tier.id,
                below=below.id,
            ),
        )
    elif (tier.needs.spend or tier.needs.orders or 0) <= (below.needs.spend or below.needs.orders or 0):
        yield error(
            tier.at("needs"),
            tell(
                "Tier {tier} needs no more than {below}; list tiers from the lowest up.", tier=tier.id, below=below.id
            ),
        )
