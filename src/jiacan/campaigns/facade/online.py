"""Orders one at a time: recorded, settled in every live plan and announced, in one transaction.

Cart by cart the same: quoted, reserved, and committed when the order is paid.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import uuid4

from django.db import OperationalError, transaction
from psycopg.errors import DeadlockDetected

from jiacan.campaigns.contracts.online import Committed, OrderAnswer, RefundAnswer, TakenAnswer
from jiacan.campaigns.facade.announcing import announce
from jiacan.campaigns.facade.live import LivePlan, live_plans
from jiacan.offers.contracts.awards import Award, ClawBack
from jiacan.offers.contracts.quotes import Quote
from jiacan.offers.contracts.reservations import (
    OrderPaidAlready,
    Reservation,
    ReservationOver,
    ReservationState,
)
from jiacan.offers.contracts.settled import Settled
from jiacan.offers.facade import awarding, reading, reserving
from jiacan.orders import facade as orders
from jiacan.orders.contracts import EventKey, IncomingOrder, Refund, Taken
from jiacan.tenancy.contracts import Actor, Shop

Answer = TypeVar("Answer")
Settlements = tuple[tuple[LivePlan, Settled], ...]

ATTEMPTS = 5
"""Each attempt lost means that another transaction got something done, so this many in a row is a fault."""


def take(shop: Shop, incoming: Sequence[IncomingOrder], refunds: Sequence[Refund], *, at: datetime) -> TakenAnswer:
    """Record orders and refunds, and settle what is paid in every plan whose time holds it.

    Delivered again they are answered the same and earn nothing more. An order that contradicts what is recorded does
    not stop the others.

    Args:
        shop: whose they are.
        incoming: paid or not; at most a thousand.
        refunds: at most a thousand; one may come before its order.
        at: now.

    Raises:
        OrderUnusable: one of them cannot be recorded as it stands; then none is.
    """
    return _again_if_deadlocked(lambda: _take(shop, incoming, refunds, at=at))


def _take(shop: Shop, incoming: Sequence[IncomingOrder], refunds: Sequence[Refund], *, at: datetime) -> TakenAnswer:
    live = live_plans(shop.id)
    taken = orders.take(shop.id, incoming, refunds, currency=_currency(shop, live))
    order_ids = {order.order_id for order in incoming} | {refund.order_id for refund in refunds}
    settled = _settle(shop.id, live, order_ids, at=at)
    announce(shop.id, settled, at=at)
    states = list(zip(incoming, taken.orders, strict=True))
    awards = _awards(shop.id, settled, live, before={one.order_id for one, state in states if state is not Taken.NEW})
    came_back = list(zip(refunds, taken.refunds, strict=True))
    backs = _claw_backs(
        shop.id, settled, live, before={one.order_id for one, state in came_back if state is not Taken.NEW}
    )
    return TakenAnswer(
        orders=tuple(OrderAnswer(one.order_id, state, awards.get(one.order_id, {})) for one, state in states),
        refunds=tuple(
            RefundAnswer(one.refund_id, one.order_id, state, backs.get((one.refund_id, one.order_id), {}))
            for one, state in came_back
        ),
    )


def _currency(shop: Shop, live: Sequence[LivePlan]) -> str:
    return shop.currency or (live[0].rules.currency if live else "")


def _settle(shop_id: int, live: Sequence[LivePlan], order_ids: Iterable[str], *, at: datetime) -> Settlements:
    """Settle what is not settled of these orders and their refunds, all plans under one lock."""
    events = orders.events_of(shop_id, list(order_ids))
    outside = _outside(live, events)
    reserved = reserving.plans_held(shop_id, outside) if outside else {}
    concerned = [(plan, found) for plan in live if (found := _of_plan(plan, events, reserved))]
    if len(concerned) > 1:
        awarding.lock_plans(shop_id, [plan.plan_id for plan, _ in concerned])
    return tuple(
        (plan, awarding.settle_events(shop_id, plan.rules, found, rules_of=plan, at=at)) for plan, found in concerned
    )


def _outside(live: Sequence[LivePlan], events: Mapping[str, tuple[EventKey, ...]]) -> list[str]:
    """The orders that were not paid in the time of every plan, so that it matters what was reserved for them."""
    windows = [plan.window() for plan in live]
    return [
        order_id
        for order_id, (paid, *_) in events.items()
        if any(window is None or paid.occurred_at not in window for window in windows)
    ]


def _of_plan(
    plan: LivePlan, events: Mapping[str, tuple[EventKey, ...]], reserved: Mapping[str, frozenset[str]]
) -> list[EventKey]:
    """The events that the plan settles, in order: of orders paid in its time, or reserved in it."""
    window = plan.window()
    held = reserved.get(plan.plan_id, frozenset())
    return sorted(
        event
        for order_id, of_order in events.items()
        if order_id in held or (window is not None and of_order[0].occurred_at in window)
        for event in of_order
    )


def _awards(
    shop_id: int, settled: Settlements, live: Sequence[LivePlan], *, before: Collection[str]
) -> Mapping[str, Mapping[str, tuple[Award, ...]]]:
    """By order and plan, what was awarded now, and all that orders known from before ever were."""
    found = [(plan.plan_id, award) for plan, each in settled for award in each.awards if award.order_id not in before]
    if before:
        found += reading.awards_of_orders(shop_id, [plan.plan_id for plan in live], before)
    of_orders: dict[str, dict[str, tuple[Award, ...]]] = {}
    for plan_id, award in found:
        of_order = of_orders.setdefault(award.order_id, {})
        of_order[plan_id] = (*of_order.get(plan_id, ()), award)
    return of_orders


def _claw_backs(
    shop_id: int, settled: Settlements, live: Sequence[LivePlan], *, before: Collection[str]
) -> Mapping[tuple[str, str], Mapping[str, tuple[ClawBack, ...]]]:
    """By refund (with its order) and plan, what was taken back now, and all of orders with refunds known before."""
    found = [
        (plan.plan_id, back) for plan, each in settled for back in each.claw_backs if back.order_id not in before
    ]
    if before:
        found += reading.claw_backs_of_orders(shop_id, [plan.plan_id for plan in live], before)
    of_refunds: dict[tuple[str, str], dict[str, tuple[ClawBack, ...]]] = {}
    for plan_id, back in found:
        of_refund = of_refunds.setdefault((back.refund_id, back.order_id), {})
        of_refund[plan_id] = (*of_refund.get(plan_id, ()), back)
    return of_refunds


def quote(shop: Shop, cart: IncomingOrder, *, at: datetime) -> tuple[Quote, ...]:
    """What the cart would cost and get in each live plan if it were paid now; nothing is held for it."""
    number = orders.next_number(shop.id, cart.customer_id, cart.order_id, at)
    order = cart.as_paid(at, number=number)
    return tuple(
        awarding.quote(shop.id, order, plan.rules, rules_of=plan) for plan in live_plans(shop.id) if _is_on(plan, at)
    )


def _is_on(plan: LivePlan, at: datetime) -> bool:
    window = plan.rules.window
    return window is not None and at in window


# --- reservations -----------------------------------------------------------------------------------------


def reserve(shop: Shop, cart: IncomingOrder, *, at: datetime, hold_seconds: int, actor: Actor) -> Reservation:
    """Hold everything bounded that the cart would take if it were paid now, so that nobody else gets it.

    The same cart again gives the reservation that is open; another cart of the same order takes its place.

    Raises:
        OrderUnusable: the cart cannot be recorded as it stands.
        OrderPaidAlready: the order has been paid.
    """
    orders.check(cart)
    return _again_if_deadlocked(lambda: _reserve(shop, cart, at=at, hold_seconds=hold_seconds, actor=actor))


def _reserve(shop: Shop, cart: IncomingOrder, *, at: datetime, hold_seconds: int, actor: Actor) -> Reservation:
    live = {plan.plan_id: plan for plan in live_plans(shop.id)}
    reservation, levels = reserving.reserve(
        shop.id,
        cart,
        [plan.rules for plan in live.values() if _is_on(plan, at)],
        rules_of=lambda plan_id, number: live[plan_id](number),
        new_id=str(uuid4()),
        at=at,
        expires_at=at + timedelta(seconds=hold_seconds),
        made_by=actor.name,
    )
    announce(shop.id, [(live[plan_id], changed) for plan_id, changed in levels.items()], at=at)
    return reservation


def find_reservation(shop_id: int, reservation_id: str) -> Reservation | None:
    """The reservation, whatever became of it; None where there is none."""
    return reserving.find_reservation(shop_id, reservation_id)


def commit(shop: Shop, reservation_id: str, *, paid_at: datetime, at: datetime) -> Committed:
    """Record the order as it was reserved, and give it exactly what was; again, the answer is the same.

    Args:
        shop: whose it is.
        reservation_id: what `reserve` gave.
        paid_at: when the order was paid.
        at: now, which decides whether the reservation still stands.

    Raises:
        ReservationUnknown: there is none.
        ReservationOver: its time is over, or it was released.
        OrderPaidAlready: the order was recorded as paid with other goods.
    """
    return _again_if_deadlocked(lambda: _commit(shop, reservation_id, paid_at=paid_at, at=at))


def _commit(shop: Shop, reservation_id: str, *, paid_at: datetime, at: datetime) -> Committed:
    live = live_plans(shop.id)
    on = [plan.plan_id for plan in live if (window := plan.window()) is not None and paid_at in window]
    reservation = reserving.lock_reservation(shop.id, reservation_id, on)
    order_id = reservation.cart.order_id
    if reservation.state is not ReservationState.COMMITTED:
        _refuse_over(reservation, at)
        paid = replace(reservation.cart, paid_at=paid_at)
        (state,) = orders.take(shop.id, [paid], (), currency=_currency(shop, live)).orders
        if state is Taken.CONFLICT:
            raise OrderPaidAlready(order_id=order_id)
    settled = _settle(shop.id, live, [order_id], at=at)
    announce(shop.id, settled, at=at)
    ended = reserving.end_committed(shop.id, reservation_id, at=at)
    return Committed(ended, _awards(shop.id, settled, live, before={order_id}).get(order_id, {}))


def _refuse_over(reservation: Reservation, at: datetime) -> None:
    ended_at = reservation.ended_at or (reservation.expires_at if at >= reservation.expires_at else None)
    if ended_at is not None:
        raise ReservationOver(
            reservation_id=reservation.id, order_id=reservation.cart.order_id, state=reservation.state, at=ended_at
        )


def release(shop: Shop, reservation_id: str, *, at: datetime) -> Reservation:
    """Let go of what the reservation holds, so that others can have it; again, the answer is the same.

    Raises:
        ReservationUnknown: there is none.
        ReservationOver: its order was paid with it.
    """
    released = _again_if_deadlocked(lambda: reserving.release(shop.id, reservation_id, at=at))
    if released.state is ReservationState.COMMITTED:
        assert released.ended_at is not None, "what was committed has ended"
        raise ReservationOver(
            reservation_id=reservation_id,
            order_id=released.cart.order_id,
            state=released.state,
            at=released.ended_at,
        )
    return released


def expire_due(at: datetime) -> int:
    """Let go of every reservation, at every shop, whose time is over; counts them."""
    return reserving.expire_due(at)


def _again_if_deadlocked(work: Callable[[], Answer]) -> Answer:
    """Two transactions can meet in accounts of plans that they do not share; then the database ends one of them."""
    attempts_left = ATTEMPTS
    while True:
        attempts_left -= 1
        try:
            with transaction.atomic():
                return work()
        except OperationalError as error:
            if not isinstance(error.__cause__, DeadlockDetected) or attempts_left == 0:
                raise
