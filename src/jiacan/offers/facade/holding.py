"""Holding what an event would take, before it is sure that it happens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jiacan.offers.contracts.awards import Award
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.contracts.settled import Level
from jiacan.offers.core.events import PaidEvent
from jiacan.offers.core.reserving import hold_group, split_lapses
from jiacan.offers.core.settle import settle
from jiacan.offers.facade import backing
from jiacan.offers.facade.books import VersionRules, carry_out, find_levels, load_book
from jiacan.offers.store import awards, giving


@dataclass(frozen=True, slots=True)
class HeldBack:
    """What the event would be given, under how many holds in the ledger, and the levels that this changed."""

    awards: tuple[Award, ...]
    holds: int
    levels: tuple[Level, ...]


def hold_event(
    shop_id: int,
    rules: PlanRules,
    event: PaidEvent,
    *,
    rules_of: VersionRules,
    name: str,
    expires_at: datetime | None,
) -> HeldBack:
    """Settle the event as if it happened, and hold what that takes; what lapses by then lapses for good.

    The plan's lock is held. The holds stand under `name`, until `expires_at` where there is such a moment.
    """
    backing.follow(shop_id, rules.plan_id)
    held = awards.find_held(shop_id, rules.plan_id, (), lapsing_by=event.at)
    earlier = [rules_of(version) for version in sorted({one.plan_version for one in held} - {rules.version})]
    book = load_book(shop_id, rules, [event], held, earlier)
    before = dict(book.available)
    (settlement,) = settle([event], rules, book, earlier=earlier)
    lapses, grants = split_lapses(settlement)
    bounded = {*book.available, *(count.account for count in settlement.counts)}
    hold = hold_group(name, grants, bounded, rules=rules, at=event.at, expires_at=expires_at)
    groups = [*lapses, *([hold] if hold.entries else [])]
    carry_out(shop_id, groups, settlement.counts, bounded)
    giving.update_held(shop_id, rules.plan_id, held)
    return HeldBack(settlement.awards, len(hold.entries), find_levels(rules, before, book))
