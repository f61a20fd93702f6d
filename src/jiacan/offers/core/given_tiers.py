"""What of awards and claw-backs puts customers on a tier, or ends that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from jiacan.offers.contracts.awards import GIVEN, Award, ClawBack
from jiacan.offers.contracts.benefits import Kind
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.contracts.tiers import GivenFor, TierGiven, TierMoved, TierTaken

Terms = Mapping[tuple[str, str], GivenFor]
"""For how long an offer gives a tier, by both."""


def terms_of(rules: PlanRules) -> Terms:
    """For how long the plan's offers put customers on tiers; empty where none does."""
    return {(offer.id, tier): lasts for offer in rules.offers for tier, lasts in offer.given_tiers.items()}


def told_of(
    awards: Iterable[Award], claw_backs: Iterable[ClawBack], versions: Iterable[PlanRules]
) -> Iterator[TierMoved]:
    """The tiers among what was given and taken back.

    Args:
        awards: each is looked at only where its version gives tiers.
        claw_backs: of whatever version.
        versions: those that the awards were given by.
    """
    giving = {rules.version: terms for rules in versions if (terms := terms_of(rules))}
    if giving:
        for award in awards:
            if award.outcome in GIVEN:
                yield from _given(award, giving.get(award.plan_version, {}))
    for back in claw_backs:
        for item in back.items:
            if item.kind is Kind.TIER and item.quantity:
                yield TierTaken(back.order_id, back.offer_id, back.customer_id, item.id, back.at)


def _given(award: Award, terms: Terms) -> Iterator[TierGiven]:
    for item in award.items:
        lasts = terms.get((award.offer_id, item.id)) if item.kind is Kind.TIER else None
        if lasts is not None:
            yield TierGiven(award.order_id, award.offer_id, award.customer_id, item.id, lasts, award.settled_for)
