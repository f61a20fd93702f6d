"""Orders one at a time: recorded, settled in every live plan and announced, in one transaction.

Cart by cart the same: quoted, reserved, and committed when the order is paid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from jiacan.campaigns.contracts.online import Committed, Delivery, TakenAnswer
from jiacan.campaigns.facade.announcing import announce
from jiacan.campaigns.facade.live import LivePlan, live_plans
from jiacan.campaigns.facade.taking import (
    again_if_deadlocked,
    awards_by_order,
    currency_of,
    follow,
    settle,
    take_each,
)
from jiacan.offers.contracts.quotes import Quote
from jiacan.offers.contracts.reservations import (
    OrderPaidAlready,
    Reservation,
    ReservationOver,
    ReservationState,
)
from jiacan.offers.facade import awarding, reserving
from jiacan.orders import facade as orders
from jiacan.orders.contracts import IncomingOrder, Refund, Taken
from jiacan.tenancy.contracts import Actor, Shop


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
    (outcome,) = take_each(shop, [Delivery(incoming, refunds, at)])
    if isinstance(outcome, Exception):
        raise outcome
    assert isinstance(outcome, TakenAnswer), "nothing keeps answers of this delivery"
    return outcome


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
    orders.check([cart])
    return again_if_deadlocked(lambda: _reserve(shop, cart, at=at, hold_seconds=hold_seconds, actor=actor))


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
    return again_if_deadlocked(lambda: _commit(shop, reservation_id, paid_at=paid_at, at=at))


def _commit(shop: Shop, reservation_id: str, *, paid_at: datetime, at: datetime) -> Committed:
    live = live_plans(shop.id)
    on = [plan.plan_id for plan in live if (window := plan.window()) is not None and paid_at in window]
    reservation = reserving.lock_reservation(shop.id, reservation_id, on)
    order_id = reservation.cart.order_id
    if reservation.state is not ReservationState.COMMITTED:
        _refuse_over(reservation, at)
        paid = replace(reservation.cart, paid_at=paid_at)
        (state,) = orders.take(shop.id, [paid], (), currency=currency_of(shop, live)).orders
        if state is Taken.CONFLICT:
            raise OrderPaidAlready(order_id=order_id)
    settled = settle(shop.id, live, [order_id], at=at)
    customer = reservation.cart.customer_id
    buyers = [] if customer is None else [customer]
    follow(shop.id, live, settled, [order_id], known=[order_id], buyers=buyers, at=at)
    ended = reserving.end_committed(shop.id, reservation_id, at=at)
    return Committed(ended, awards_by_order(shop.id, settled, live, before={order_id}).get(order_id, {}))


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
    released = again_if_deadlocked(lambda: reserving.release(shop.id, reservation_id, at=at))
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
