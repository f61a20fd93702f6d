"""Groups of offers that compete for one order, and in which turn its matches are tried."""

from __future__ import annotations

from collections.abc import Iterable

from jiacan.offers.contracts.awards import Match
from jiacan.offers.contracts.rules import Offer, Pick, PlanRules


def in_turn(matches: Iterable[Match], rules: PlanRules) -> list[Match]:
    """Plan order, in which they come; but a group that gives its best is tried where its first stands, best first."""
    found = list(matches)
    if not any(offer.stacking for offer in rules.offers):
        return found
    place = {offer.id: number for number, offer in enumerate(rules.offers)}
    stacking = {offer.id: offer.stacking for offer in rules.offers}
    first_of_group: dict[str, int] = {}
    for match in found:
        group = stacking[match.offer_id]
        if group is not None:
            first_of_group.setdefault(group.group, place[match.offer_id])

    def turn(match: Match) -> tuple[int, int, int]:
        group, own = stacking[match.offer_id], place[match.offer_id]
        if group is None or group.pick is not Pick.BEST:
            return own, 0, own
        return first_of_group[group.group], -match.at_risk_minor, own

    return sorted(found, key=turn)


def exclusive_group(offer: Offer) -> str | None:
    """The group of which an order gets only one offer, if the offer stands in one."""
    return None if offer.stacking is None or offer.stacking.pick is Pick.ALL else offer.stacking.group
