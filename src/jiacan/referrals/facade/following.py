"""What becomes of referrals: completed when the friend's first order is final, undone when it came back."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction

from jiacan.offers.contracts.awards import GIVEN
from jiacan.offers.contracts.benefits import Kind
from jiacan.offers.contracts.occasions import OccasionState, Revocation
from jiacan.offers.facade import awarding, occasions
from jiacan.orders import facade as orders
from jiacan.orders.contracts import keep
from jiacan.referrals.contracts.referrals import COUNTS, Referral, Side, State
from jiacan.referrals.core.following import Completes, Standing, Step, TakesBack, Voids, Waits, follow
from jiacan.referrals.core.rewards import occasion_id, occasion_ids
from jiacan.referrals.facade.deciding import Live, hold_rewards
from jiacan.referrals.facade.programmes import InForce
from jiacan.referrals.store import payouts as payout_store
from jiacan.referrals.store import referrals as store

LOOK_AGAIN = timedelta(days=1)
"""How often an order is looked at of which nobody knows yet whether it was received."""

AT_ONCE = 200
"""Referrals of a transaction: few enough that others do not wait long for the plan."""

_RETURNED = "returned"
"""The id of the one revocation that an occasion can have: its order came back whole."""


def follow_due(shop_id: int, live: Live, *, at: datetime) -> int:
    """Look at every referral that is due, and complete those whose orders are final; counts those looked at."""
    looked_at = 0
    for plan_id, force in live.items():
        while due := store.due_of_plan(shop_id, plan_id, at, AT_ONCE):
            looked_at += len(due)
            follow_up(shop_id, force, due, at=at)
    return looked_at


def follow_orders(shop_id: int, order_ids: Collection[str], live: Live, *, at: datetime) -> int:
    """Look at the referrals by these first orders, because something of the orders changed; counts them."""
    found = [each for each in store.open_by_order(shop_id, order_ids) if each.plan_id in live]
    for plan_id in sorted({each.plan_id for each in found}):
        follow_up(shop_id, live[plan_id], [each.id for each in found if each.plan_id == plan_id], at=at)
    return len(found)


def follow_returned(shop_id: int, live: Live, *, at: datetime) -> int:
    """Look at every referral of whose first order something came back, after many refunds came; counts them."""
    looked_at = 0
    for plan_id, force in live.items():
        after = 0
        while found := store.open_of_plan(shop_id, plan_id, after=after, limit=AT_ONCE):
            after = found[-1].id
            returned = orders.load_refunds(shop_id, [each.order_id for each in found])
            concerned = [each.id for each in found if each.order_id in returned]
            if concerned:
                looked_at += len(concerned)
                follow_up(shop_id, force, concerned, at=at)
    return looked_at


def follow_up(shop_id: int, force: InForce, referral_ids: Collection[int], *, at: datetime) -> None:
    """Let each of the plan's referrals take the step that its order asks for now; one transaction, safe to repeat."""
    with transaction.atomic():
        awarding.lock_plans(shop_id, [force.rules.plan_id])
        found = [each for each in store.lock_referrals(shop_id, referral_ids) if each.state in COUNTS]
        hold_rewards(shop_id, found, force, at=at)  # those that a person let through just now
        steps = [
            (referral, follow(referral.state, _standing(shop_id, referral), force.programme.terms, at=at))
            for referral in found
        ]
        _complete(shop_id, [referral for referral, step in steps if isinstance(step, Completes)], force, at=at)
        _let_go(shop_id, [referral for referral, step in steps if isinstance(step, Voids)], force, at=at)
        _take_back(shop_id, [referral for referral, step in steps if isinstance(step, TakesBack)], force, at=at)
        for referral, step in steps:
            store.save_step(shop_id, _after(referral, step, at))


def _standing(shop_id: int, referral: Referral) -> Standing:
    recorded = orders.find_order(shop_id, referral.order_id)
    assert recorded is not None, "a recorded order is never forgotten"
    returned = [line for refund in recorded.refunds for line in refund.lines]
    return Standing(
        paid_at=referral.paid_at,
        received_at=recorded.order.received_at,
        kept=bool(keep(recorded.order.lines, returned).lines),
    )


def _after(referral: Referral, step: Step, at: datetime) -> Referral:
    match step:
        case Completes():
            return replace(referral, state=State.COMPLETED, ended_at=at, due_at=None)
        case Voids():
            return replace(referral, state=State.VOIDED, ended_at=at, due_at=None)
        case TakesBack():
            return replace(referral, state=State.TAKEN_BACK, ended_at=at, due_at=None)
        case Waits(until):
            if referral.state is not State.PENDING:
                return referral
            return replace(referral, due_at=at + LOOK_AGAIN if until is None else until)


def _complete(shop_id: int, referrals: Iterable[Referral], force: InForce, *, at: datetime) -> None:
    by_occasion = {each: referral for referral in referrals for each in occasion_ids(referral)}
    if not by_occasion:
        return
    settled = occasions.confirm(shop_id, force.rules, by_occasion, rules_of=force.rules_of, at=at)
    force.announce(settled, at)
    owed = [
        payout_store.NewPayout(
            plan_id=force.rules.plan_id,
            referral_id=by_occasion[award.order_id].id,
            occasion_id=award.order_id,
            offer_id=award.offer_id,
            customer_id=award.customer_id,
            amount_minor=amount,
        )
        for award in settled.awards
        if award.outcome in GIVEN
        and (amount := sum(item.amount_minor for item in award.items if item.kind is Kind.CASH)) > 0
    ]
    payout_store.add_payouts(shop_id, owed, at=at)


def _let_go(shop_id: int, referrals: Iterable[Referral], force: InForce, *, at: datetime) -> None:
    ids = [each for referral in referrals for each in occasion_ids(referral)]
    if ids:
        occasions.let_go(shop_id, force.rules.plan_id, ids, at=at)


def _take_back(shop_id: int, referrals: Iterable[Referral], force: InForce, *, at: datetime) -> None:
    ids = [occasion_id(each.plan_id, each.id, side) for each in referrals for side in Side]
    if not ids:
        return
    answers = occasions.answers_of(shop_id, force.rules.plan_id, ids)
    given = [each for each in ids if each in answers and answers[each].state is OccasionState.SETTLED]
    returned = [Revocation(_RETURNED, each, at) for each in given]
    force.announce(occasions.take_back(shop_id, force.rules, returned, rules_of=force.rules_of), at)
    payout_store.cancel_of_occasions(shop_id, ids)
