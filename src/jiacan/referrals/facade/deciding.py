"""Who brought a friend: decided once, with the friend's first order, and then for ever."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from jiacan.kernel.periods import end_of, start_of
from jiacan.offers.facade import awarding, occasions
from jiacan.referrals.contracts.referrals import Reason, Referral, State, Touch
from jiacan.referrals.core.attribution import Accepted, ForReview, Known, Refused, Verdict, judge, pick
from jiacan.referrals.core.marks import Mark
from jiacan.referrals.core.rewards import occasions as occasions_of
from jiacan.referrals.facade.linking import bought_before
from jiacan.referrals.facade.programmes import InForce
from jiacan.referrals.store import links
from jiacan.referrals.store import referrals as store

Live = Mapping[str, InForce]
"""The plans in force that have referrals, by id."""


@dataclass(frozen=True, slots=True)
class FirstOrder:
    """A customer's first paid order."""

    customer_id: str
    order_id: str
    paid_at: datetime


def waiting(shop_id: int, customer_ids: Collection[str]) -> frozenset[str]:
    """Those of the customers who clicked a link and of whom nothing was decided; all that others cost is this."""
    return links.customers_waiting(shop_id, customer_ids)


def all_waiting(shop_id: int) -> frozenset[str]:
    """Every customer of the shop who clicked a link and of whom nothing was decided, under each of their numbers."""
    people = links.all_waiting(shop_id)
    return frozenset(number for person in people for number in links.numbers_of(shop_id, person))


def decide(shop_id: int, firsts: Iterable[FirstOrder], live: Live, *, at: datetime) -> tuple[Referral, ...]:
    """Decide of each customer by their first order, in the order of payment, and hold the rewards of who counts.

    Of a customer of whom it was decided before, or none of whose clicks counts, nothing is decided.

    Args:
        shop_id: whose customers.
        firsts: the customers' first paid orders.
        live: the plans in force that have referrals; clicks on links of others do not count.
        at: now.
    """
    with transaction.atomic():
        awarding.lock_plans(shop_id, live)
        store.lock_tree(shop_id)
        persons = _by_person(shop_id, firsts)
        decided = store.decided_of(shop_id, persons)
        touches = links.touches_of(shop_id, persons)
        found = []
        for person, first in sorted(persons.items(), key=lambda each: (each[1].paid_at, each[1].order_id)):
            if person not in decided and person in touches:
                referral = _decide(shop_id, person, first, touches[person], live, at=at)
                found += [referral] if referral is not None else []
        _hold(shop_id, found, live, at=at)
        return tuple(found)


def _by_person(shop_id: int, firsts: Iterable[FirstOrder]) -> dict[str, FirstOrder]:
    """The first order of each person, under whichever number."""
    told = sorted(firsts, key=lambda first: (first.paid_at, first.order_id), reverse=True)
    stands_for = links.canonical(shop_id, {first.customer_id for first in told})
    return {stands_for.get(first.customer_id, first.customer_id): first for first in told}


def _decide(
    shop_id: int, person: str, first: FirstOrder, touches: tuple[Touch, ...], live: Live, *, at: datetime
) -> Referral | None:
    touch = _which(person, first, touches, live)
    if touch is None:
        return None
    force = live[touch.plan_id]
    verdict = judge(_known(shop_id, person, touch, force), force.programme.terms)
    state, reason = _outcome(verdict)
    referral = Referral(
        id=0,
        plan_id=touch.plan_id,
        friend_id=person,
        referrer_id=touch.referrer_id,
        touched_at=touch.at,
        order_id=first.order_id,
        paid_at=first.paid_at,
        state=state,
        reason=reason,
        decided_at=at,
        ended_at=at if state is State.REFUSED else None,
        due_at=first.paid_at + force.programme.terms.return_window if state is State.PENDING else None,
    )
    return store.add_referral(shop_id, referral, network=touch.network)


def _which(person: str, first: FirstOrder, touches: tuple[Touch, ...], live: Live) -> Touch | None:
    """The click that counts; one's own only where there is no other, and one after the first order only to say so."""
    terms = {plan_id: force.programme.terms for plan_id, force in live.items()}
    of_others = [touch for touch in touches if touch.referrer_id != person]
    for choice in (of_others, touches):
        picked = pick(choice, terms, paid_at=first.paid_at)
        if picked is not None:
            return picked
    after = [touch for touch in of_others if touch.plan_id in terms and touch.at > first.paid_at]
    return min(after, key=lambda touch: (touch.at, touch.id), default=None)


def _known(shop_id: int, person: str, touch: Touch, force: InForce) -> Known:
    shared = store.kinds_shared(
        shop_id,
        links.numbers_of(shop_id, person),
        sorted(links.numbers_of(shop_id, touch.referrer_id)),
    )
    upward = store.parents_above(shop_id, [touch.referrer_id])
    zone = force.programme.zone
    day = touch.at.astimezone(zone).date()
    of_network = (
        store.count_of_network(shop_id, touch.plan_id, [touch.network], start_of(day, zone), end_of(day, zone))
        if touch.network
        else 0
    )
    return Known(
        friend_id=person,
        referrer_id=touch.referrer_id,
        bought_before_click=bought_before(shop_id, person, touch.at),
        upward=frozenset(edge.referrer_id for edge in upward.values()),
        same_phone=Mark.PHONE in shared,
        same_address=Mark.ADDRESS in shared,
        of_referrer=store.count_of_referrer(shop_id, touch.plan_id, touch.referrer_id),
        of_network_today=of_network,
    )


def _outcome(verdict: Verdict) -> tuple[State, Reason | None]:
    match verdict:
        case Accepted():
            return State.PENDING, None
        case ForReview(reason):
            return State.REVIEW, reason
        case Refused(reason):
            return State.REFUSED, reason


def _hold(shop_id: int, decided: Iterable[Referral], live: Live, *, at: datetime) -> None:
    for plan_id, force in live.items():
        hold_rewards(shop_id, [each for each in decided if each.plan_id == plan_id], force, at=at)


def hold_rewards(shop_id: int, referrals: Iterable[Referral], force: InForce, *, at: datetime) -> None:
    """Hold the rewards of those of the plan's referrals that are pending; what is held already stays."""
    asked = [each for one in referrals if one.state is State.PENDING for each in occasions_of(one)]
    if asked:
        force.announce(occasions.hold(shop_id, force.rules, asked, rules_of=force.rules_of, at=at), at)
