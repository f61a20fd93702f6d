"""Giving for what is no order: settled as orders are, held before it is sure, and taken back whole.

An occasion is settled once for a plan, however often it is told. One that pends is confirmed or let go, not given.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from jiacan.kernel.stages import Stage
from jiacan.offers.contracts.awards import Award
from jiacan.offers.contracts.errors import OccasionNotSettled
from jiacan.offers.contracts.occasions import Occasion, OccasionAnswer, OccasionState, Revocation
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.contracts.settled import Level, Settled
from jiacan.offers.core.book import Held
from jiacan.offers.core.events import PaidEvent, RefundEvent
from jiacan.offers.core.occasions import occasion_event, revocation_event
from jiacan.offers.core.reserving import Pending, use, void_group
from jiacan.offers.facade import backing
from jiacan.offers.facade.books import VersionRules, carry_out
from jiacan.offers.facade.holding import hold_event
from jiacan.offers.facade.reserving import claim
from jiacan.offers.facade.settling import Ready, Watch, settle_ready
from jiacan.offers.store import awards as store
from jiacan.offers.store import occasions as pending_store
from jiacan.orders.contracts import EventKey


def give(
    shop_id: int, rules: PlanRules, occasions: Iterable[Occasion], *, rules_of: VersionRules, at: datetime
) -> Settled:
    """Settle those of the occasions that are neither settled, pending nor let go; safe to repeat.

    Args:
        shop_id: whose customers they concern.
        rules: the version that they are settled by.
        occasions: in any order; they settle in that of their moments.
        rules_of: the rules of an earlier version, for what it gave that lapses by then.
        at: now; reservations whose time is over by then are let go first.

    Raises:
        OfferUnknown: one names an offer that `rules` do not have for it.
    """
    watch = Watch()
    with transaction.atomic():
        store.lock_plan(shop_id, rules.plan_id)
        fresh = _fresh(shop_id, rules.plan_id, occasions)
        if not fresh:
            return Settled()
        events = [occasion_event(occasion, rules) for occasion in fresh]
        watch.over(Stage.MATCH, len(fresh))
        held = _let_due_go(shop_id, rules.plan_id, at=at, lapsing_by=events[-1].at)
        earlier = _earlier(held, rules, rules_of)
        return settle_ready(shop_id, rules, Ready(_keys(events), events, held, earlier), watch)


def _fresh(shop_id: int, plan_id: str, occasions: Iterable[Occasion]) -> list[Occasion]:
    """Those that nothing was settled or held for, each once, in their order."""
    once: dict[str, Occasion] = {}
    for occasion in sorted(occasions, key=lambda each: (each.occurred_at, each.id)):
        once.setdefault(occasion.id, occasion)
    keys = [EventKey(each.occurred_at, False, each.id, each.id) for each in once.values()]
    unsettled = store.unsettled(shop_id, plan_id, keys)
    held = pending_store.find_held_ever(shop_id, plan_id, once.keys())
    return [once[key.id] for key in unsettled if key.id not in held]


def _keys(events: Iterable[PaidEvent]) -> list[EventKey]:
    return [EventKey(event.at, False, event.order_id, event.order_id) for event in events]


def _let_due_go(shop_id: int, plan_id: str, *, at: datetime, lapsing_by: datetime) -> tuple[Held, ...]:
    """Let money follow its points, and reservations go whose time is over; what lapses before the events is held."""
    found = store.find_pending(shop_id, plan_id, (), due_by=at, lapsing_by=lapsing_by)
    if found.follows:
        backing.follow(shop_id, plan_id)
    if found.is_reserved:
        claim(shop_id, plan_id, (), at=at)
    return store.find_held(shop_id, plan_id, (), lapsing_by=lapsing_by) if found.lapses else ()


def _earlier(held: Iterable[Held], rules: PlanRules, rules_of: VersionRules) -> list[PlanRules]:
    return [rules_of(version) for version in sorted({one.plan_version for one in held} - {rules.version})]


def hold(
    shop_id: int, rules: PlanRules, occasions: Iterable[Occasion], *, rules_of: VersionRules, at: datetime
) -> Settled:
    """Hold everything that the occasions would take, until each is confirmed or let go; safe to repeat.

    Nothing is given yet, so that it says no awards; `answers_of` says what pends. The arguments are those of `give`.

    Raises:
        OfferUnknown: one names an offer that `rules` do not have for it.
    """
    with transaction.atomic():
        store.lock_plan(shop_id, rules.plan_id)
        fresh = _fresh(shop_id, rules.plan_id, occasions)
        if fresh:
            _let_due_go(shop_id, rules.plan_id, at=at, lapsing_by=fresh[-1].occurred_at)
        levels = [level for each in fresh for level in _hold(shop_id, rules, each, rules_of)]
        return Settled(events=len(fresh), levels=_joined(levels))


def _hold(shop_id: int, rules: PlanRules, occasion: Occasion, rules_of: VersionRules) -> tuple[Level, ...]:
    event = occasion_event(occasion, rules)
    held = hold_event(shop_id, rules, event, rules_of=rules_of, name=occasion.id, expires_at=None)
    pending = Pending(
        occasion_id=occasion.id,
        trigger=occasion.trigger,
        customer_id=occasion.customer_id,
        plan_id=rules.plan_id,
        plan_version=rules.version,
        awards=held.awards,
        holds=held.holds,
        reserved_at=occasion.occurred_at,
    )
    pending_store.add_pending(shop_id, pending)
    return held.levels


def _joined(levels: Iterable[Level]) -> tuple[Level, ...]:
    """Each level once: as it was before the first change, and after the last."""
    joined: dict[tuple[str, str], Level] = {}
    for level in levels:
        first = joined.get((level.means, level.id), level)
        joined[level.means, level.id] = Level(level.means, level.id, first.before, level.after)
    return tuple(joined.values())


def confirm(
    shop_id: int, rules: PlanRules, occasion_ids: Collection[str], *, rules_of: VersionRules, at: datetime
) -> Settled:
    """Give those of the occasions that pend exactly what was held for them; safe to repeat.

    Args:
        shop_id: whose.
        rules: the version in force, for the places of its offers.
        occasion_ids: those that do not pend are left alone.
        rules_of: the rules of an earlier version, for what it held.
        at: now, for which they settle; what they give is valid from then on.
    """
    watch = Watch()
    with transaction.atomic():
        store.lock_plan(shop_id, rules.plan_id)
        found = pending_store.find_open(shop_id, rules.plan_id, occasion_ids)
        if not found:
            return Settled()
        events = [_confirmed(each, at) for each in found]
        versions = {each.plan_version for each in found}
        by = {number: rules if number == rules.version else rules_of(number) for number in versions}
        used = {
            event.order_id: use(each, event, by[each.plan_version]) for each, event in zip(found, events, strict=True)
        }
        pending_store.end(shop_id, found, at, used=True)
        earlier = [version for number, version in by.items() if number != rules.version]
        return settle_ready(shop_id, rules, Ready(_keys(events), events, earlier=earlier, used=used), watch)


def _confirmed(pending: Pending, at: datetime) -> PaidEvent:
    moment = max(at, pending.reserved_at)
    return PaidEvent(pending.occasion_id, pending.customer_id, moment, (), trigger=pending.trigger)


def let_go(shop_id: int, plan_id: str, occasion_ids: Collection[str], *, at: datetime) -> int:
    """Those of the occasions that pend give nothing, for ever, and what they held is free again; counts them."""
    with transaction.atomic():
        store.lock_plan(shop_id, plan_id)
        found = pending_store.find_open(shop_id, plan_id, occasion_ids)
        carry_out(shop_id, [group for each in found if (group := void_group(each, at)).entries], (), ())
        pending_store.end(shop_id, found, at, used=False)
        return len(found)


def take_back(
    shop_id: int, rules: PlanRules, revocations: Iterable[Revocation], *, rules_of: VersionRules
) -> Settled:
    """Take back what occasions gave that came to nothing after all, as a return of everything would; safe to repeat.

    Args:
        shop_id: whose.
        rules: the version in force.
        revocations: in any order; each counts once.
        rules_of: the rules of an earlier version, for what it gave.

    Raises:
        OccasionNotSettled: nothing was settled for one of the occasions.
    """
    watch = Watch()
    with transaction.atomic():
        store.lock_plan(shop_id, rules.plan_id)
        ready = _ready_to_take_back(shop_id, rules.plan_id, revocations)
        if not ready:
            return Settled()
        keys, events = [key for key, _ in ready], [event for _, event in ready]
        occasion_ids = {key.order_id for key in keys}
        backing.follow(shop_id, rules.plan_id)
        held = store.find_held(shop_id, rules.plan_id, occasion_ids, lapsing_by=keys[-1].occurred_at)
        return settle_ready(shop_id, rules, Ready(keys, events, held, _earlier(held, rules, rules_of)), watch)


def _ready_to_take_back(
    shop_id: int, plan_id: str, revocations: Iterable[Revocation]
) -> list[tuple[EventKey, RefundEvent]]:
    """Those that took nothing back before, each once, in their order."""
    once = {(each.occasion_id, each.id): each for each in revocations}
    given = _given(shop_id, plan_id, {each.occasion_id for each in once.values()})
    ready = {}
    for each in once.values():
        event = revocation_event(each, given[each.occasion_id])
        ready[EventKey(event.at, True, each.id, each.occasion_id)] = event
    return [(key, ready[key]) for key in store.unsettled(shop_id, plan_id, sorted(ready))]


def _given(shop_id: int, plan_id: str, occasion_ids: Collection[str]) -> dict[str, datetime | None]:
    """When each of the occasions was settled for; None where nothing came of it."""
    missing = set(occasion_ids) - _settled(shop_id, plan_id, occasion_ids)
    if missing:
        raise OccasionNotSettled(occasion_id=min(missing))
    found = store.find_awards(shop_id, plan_id, list(occasion_ids))
    return {**dict.fromkeys(occasion_ids), **{award.order_id: award.settled_for for award in found}}


def _settled(shop_id: int, plan_id: str, occasion_ids: Collection[str]) -> set[str]:
    """Those of the occasions that were settled, whatever came of them."""
    keys = [EventKey(datetime.min, False, each, each) for each in occasion_ids]  # noqa: DTZ901 - only its id is asked
    return set(occasion_ids) - {key.id for key in store.unsettled(shop_id, plan_id, keys)}


def held_for(shop_id: int, plan_id: str, occasion_id: str) -> tuple[Award, ...]:
    """What is held for an occasion that pends, as it was settled; nothing of one that does not."""
    return tuple(award for each in pending_store.find_open(shop_id, plan_id, [occasion_id]) for award in each.awards)


def answers_of(shop_id: int, plan_id: str, occasion_ids: Collection[str]) -> dict[str, OccasionAnswer]:
    """What became of these occasions, by id; one that nothing was settled or held for is absent."""
    ids = list(occasion_ids)
    answers: dict[str, OccasionAnswer] = {}
    for pending, state in (
        *((each, OccasionState.PENDING) for each in pending_store.find_open(shop_id, plan_id, ids)),
        *((each, OccasionState.LET_GO) for each in pending_store.find_let_go(shop_id, plan_id, ids)),
    ):
        answers[pending.occasion_id] = OccasionAnswer(pending.occasion_id, state, pending.awards)
    for each in _settled(shop_id, plan_id, ids):
        answers[each] = OccasionAnswer(each, OccasionState.SETTLED, ())
    for award in store.find_awards(shop_id, plan_id, ids):
        before = answers[award.order_id]
        answers[award.order_id] = replace(before, awards=(*before.awards, award))
    for back in store.find_claw_backs(shop_id, plan_id, ids):
        before = answers[back.order_id]
        answers[back.order_id] = replace(before, claw_backs=(*before.claw_backs, back))
    return answers
