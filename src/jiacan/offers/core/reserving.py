"""What a reservation does to the ledger: one hold on each bounded account, let go or turned into awards.

Nothing of it belongs to anyone while it is held: the holds stand against the plan's own account `reserved`. When the
order is paid, they are let go and the awards granted in one group, so that exactly what was held is given.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from jiacan.ledger.contracts import AccountKey, Entry, Expire, Group, Hold, Move, Void
from jiacan.offers.contracts.awards import Award, Outcome
from jiacan.offers.contracts.rules import PlanRules, Trigger
from jiacan.offers.core.accounts import allowances, means, plan_account
from jiacan.offers.core.book import Held
from jiacan.offers.core.events import PaidEvent
from jiacan.offers.core.granting import grant_group
from jiacan.offers.core.holding import to_held
from jiacan.offers.core.settle import Settlement

GIVEN = frozenset({Outcome.GRANTED, Outcome.OTHERWISE})
"""The outcomes after which the customer has something."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a reservation holds of one plan: the awards as they were settled, under `holds` ledger holds."""

    reservation_id: str
    order_id: str
    plan_id: str
    plan_version: int
    awards: tuple[Award, ...]
    holds: int
    reserved_at: datetime
    expires_at: datetime

    def hold_keys(self) -> tuple[str, ...]:
        """The keys of its holds in the ledger."""
        return tuple(_hold_key(self.reservation_id, self.plan_id, number) for number in range(self.holds))


@dataclass(frozen=True, slots=True)
class Pending:
    """What is held for an occasion that is not sure yet: the awards as they were settled, without an hour."""

    occasion_id: str
    trigger: Trigger
    customer_id: str
    plan_id: str
    plan_version: int
    awards: tuple[Award, ...]
    holds: int
    reserved_at: datetime

    def hold_keys(self) -> tuple[str, ...]:
        """The keys of its holds in the ledger."""
        return tuple(_hold_key(self.occasion_id, self.plan_id, number) for number in range(self.holds))


def _hold_key(name: str, plan_id: str, number: int) -> str:
    return f"reservation/{name}/{plan_id}/{number}"


def hold_group(
    name: str,
    grants: Iterable[Group],
    bounded: Container[AccountKey],
    *,
    rules: PlanRules,
    at: datetime,
    expires_at: datetime | None,
) -> Group:
    """Holds of everything that the grants would take out of bounded accounts; empty where they take nothing."""
    taken: dict[AccountKey, int] = {}
    for group in grants:
        for entry in group.entries:
            if isinstance(entry, Move | Hold) and entry.debit in bounded:
                taken[entry.debit] = taken.get(entry.debit, 0) + entry.amount
    return Group(
        tuple(
            Hold(
                _hold_key(name, rules.plan_id, number),
                account,
                plan_account(rules.plan_id, "reserved", account.unit),
                amount,
                at,
                expires_at,
            )
            for number, (account, amount) in enumerate(taken.items())
        )
    )


def release_group(part: Part, at: datetime) -> Group:
    """Let go of what the part holds: by its time being over, or before."""
    if at >= part.expires_at:
        return Group(tuple(Expire(f"{key}/expire", key, at) for key in part.hold_keys()))
    return void_group(part, at)


def void_group(part: Part | Pending, at: datetime) -> Group:
    """Let go of what is held, before any time is over."""
    return Group(tuple(_voids(part, at)))


def _voids(part: Part | Pending, at: datetime) -> Iterator[Entry]:
    return (Void(f"{key}/void", key, at) for key in part.hold_keys())


@dataclass(frozen=True, slots=True)
class Used:
    """A part turned into awards, what the customer holds of them, and the bounded accounts they were held in."""

    settlement: Settlement
    held: tuple[Held, ...]
    bounded: frozenset[AccountKey]


def use(part: Part | Pending, event: PaidEvent, rules: PlanRules) -> Used:
    """The paid order, or the occasion that is sure now, gets exactly what was held.

    Args:
        part: what was held of this plan.
        event: the order or the occasion; it need not have been matched.
        rules: of the version by which it was held.
    """
    offers = {offer.id: offer for offer in rules.offers}
    awards = tuple(replace(award, settled_for=event.at) for award in part.awards)
    day = part.reserved_at.astimezone(rules.zone).date()
    bounded: set[AccountKey] = {account.key for account, _, _ in means(rules)}
    entries: list[Entry] = list(_voids(part, event.at))
    held = []
    for award in awards:
        if award.outcome not in GIVEN:
            continue
        offer = offers[award.offer_id]
        counts = tuple(allowances(rules.plan_id, offer.id, offer.limits, customer_id=award.customer_id, day=day))
        entries.extend(grant_group(award, offer, counts, rules).entries)
        bounded.update(count.account for count in counts)
        held.append(to_held(award, offer, rules))
    groups = (Group(tuple(entries)),) if entries else ()
    return Used(Settlement(event, awards=awards, groups=groups), tuple(held), frozenset(bounded))


def split_lapses(settlement: Settlement) -> tuple[Sequence[Group], Sequence[Group]]:
    """What lapsed before the event, and what its awards would do, each as ledger groups."""
    given = sum(award.outcome in GIVEN for award in settlement.awards)
    lapses = len(settlement.groups) - given
    return settlement.groups[:lapses], settlement.groups[lapses:]
