"""Reservations: everything bounded that a cart would take is held, until its order is paid or its time is over.

Parts are changed under the lock of their plan. Whoever holds it lets go first of what is due.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from django.db import transaction

from jiacan.kernel.places import at_place
from jiacan.offers.contracts.reservations import (
    OrderPaidAlready,
    Reservation,
    ReservationState,
    ReservationUnknown,
)
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.contracts.settled import Settled
from jiacan.offers.core.events import paid_event
from jiacan.offers.core.reserving import Part, release_group
from jiacan.offers.facade.books import carry_out
from jiacan.offers.facade.buyers import know
from jiacan.offers.facade.holding import hold_event
from jiacan.offers.store import awards, reservations
from jiacan.offers.store.reservations import OpenPart
from jiacan.orders import facade as orders
from jiacan.orders.contracts import IncomingOrder, Order

PlanRulesOf = Callable[[str, int], PlanRules]


def reserve(
    shop_id: int,
    cart: IncomingOrder,
    rules: Sequence[PlanRules],
    *,
    rules_of: PlanRulesOf,
    new_id: str,
    at: datetime,
    expires_at: datetime,
    made_by: str,
) -> tuple[Reservation, dict[str, Settled]]:
    """Hold what the cart would get if it were paid now; with the levels that this changed, by plan.

    The same cart again gives the reservation that is open; another one for the same order takes its place.

    Raises:
        OrderPaidAlready: the order has been paid.
    """
    wanted = replace(cart, paid_at=None, received_at=None)
    with transaction.atomic():
        reservations.lock_order(shop_id, cart.order_id)
        earlier = reservations.find_open_of(shop_id, cart.order_id)
        plan_ids = {each.plan_id for each in rules} | set(earlier.awards if earlier else ())
        awards.lock_plans(shop_id, plan_ids)
        if orders.events_of(shop_id, [cart.order_id]):
            raise OrderPaidAlready(order_id=cart.order_id)
        present = reservations.find_open_of(shop_id, cart.order_id)
        if present is not None and present.expires_at > at and present.cart == wanted:
            return present, {}
        if present is not None:
            _let_go_whole(shop_id, present, ReservationState.REPLACED, at=at)
        number = orders.next_number(shop_id, cart.customer_id, cart.order_id, at)
        order = wanted.as_paid(at, number=number)
        parts: list[Part] = []
        levels: dict[str, Settled] = {}
        for each in rules:
            _let_go(shop_id, reservations.find_open_parts(shop_id, each.plan_id, (), due_by=at), at=at)
            part, levels[each.plan_id] = _hold(shop_id, order, each, rules_of, new_id=new_id, expires_at=expires_at)
            parts.append(part)
        made = Reservation(
            id=new_id,
            cart=wanted,
            awards={part.plan_id: part.awards for part in parts},
            state=ReservationState.OPEN,
            reserved_at=at,
            expires_at=expires_at,
            ended_at=None,
        )
        goods = orders.goods_hash(cart.customer_id, cart.lines)
        reservations.add_reservation(shop_id, made, parts, goods_hash=goods, made_by=made_by)
        return made, levels


def _hold(
    shop_id: int, order: Order, rules: PlanRules, rules_of: PlanRulesOf, *, new_id: str, expires_at: datetime
) -> tuple[Part, Settled]:
    """Hold what the order would take of one plan if it were paid."""
    known = know(shop_id, [order], rules)
    held = hold_event(
        shop_id,
        rules,
        paid_event(known[order.order_id], rules),
        rules_of=partial(rules_of, rules.plan_id),
        name=new_id,
        expires_at=expires_at,
    )
    part = Part(
        reservation_id=new_id,
        order_id=order.order_id,
        plan_id=rules.plan_id,
        plan_version=rules.version,
        awards=held.awards,
        holds=held.holds,
        reserved_at=order.paid_at,
        expires_at=expires_at,
    )
    return part, Settled(levels=held.levels)


def find_reservation(shop_id: int, reservation_id: str) -> Reservation | None:
    """The reservation, whatever became of it."""
    return reservations.find_reservation(shop_id, reservation_id)


def get_reservation(shop_id: int, reservation_id: str) -> Reservation:
    """The reservation, whatever became of it.

    Raises:
        ReservationUnknown: there is none.
    """
    found = reservations.find_reservation(shop_id, reservation_id)
    if found is None:
        raise ReservationUnknown(reservation_id=reservation_id)
    return found


def lock_reservation(shop_id: int, reservation_id: str, plan_ids: Collection[str] = ()) -> Reservation:
    """The reservation, which no one changes until the caller's transaction ends, nor settles these plans.

    Raises:
        ReservationUnknown: there is none.
    """
    found = get_reservation(shop_id, reservation_id)
    awards.lock_plans(shop_id, {*found.awards, *plan_ids})
    return get_reservation(shop_id, reservation_id)


def release(shop_id: int, reservation_id: str, *, at: datetime) -> Reservation:
    """Let go of what the reservation holds; one that has ended stays as it is.

    Raises:
        ReservationUnknown: there is none.
    """
    with transaction.atomic():
        found = lock_reservation(shop_id, reservation_id)
        if found.state is ReservationState.OPEN:
            _let_go_whole(shop_id, found, ReservationState.RELEASED, at=at)
        return get_reservation(shop_id, reservation_id)


def end_committed(shop_id: int, reservation_id: str, *, at: datetime) -> Reservation:
    """The order was paid and settled; also where no plan gave it anything."""
    reservations.end_reservation(shop_id, reservation_id, ReservationState.COMMITTED, at)
    return get_reservation(shop_id, reservation_id)


def expire_due(at: datetime) -> int:
    """Let go of everything, at every shop, whose time is over; counts the reservations."""
    expired = 0
    for shop_id, plan_id in reservations.find_due(at):
        with at_place(shop_id), transaction.atomic():
            awards.lock_plan(shop_id, plan_id)
            expired += _let_go(shop_id, reservations.find_open_parts(shop_id, plan_id, (), due_by=at), at=at)
    return expired + reservations.expire_empty(at)


def plans_held(shop_id: int, order_ids: Collection[str]) -> dict[str, frozenset[str]]:
    """The plans of which something is reserved for these orders, each with those orders."""
    return reservations.find_plans_held(shop_id, order_ids)


def claim(shop_id: int, plan_id: str, order_ids: Collection[str], *, at: datetime) -> dict[str, Part]:
    """What is reserved of the plan for these paid orders, by order; whatever is due or not theirs is let go.

    A reservation is used up by its order, whichever way it comes, if the order has the goods that were reserved.
    """
    found = reservations.find_open_parts(shop_id, plan_id, order_ids, due_by=at)
    if not found:
        return {}
    goods = orders.goods_of(shop_id, order_ids)
    usable = [one for one in found if one.part.expires_at > at and _is_for(one, goods.get(one.part.order_id))]
    _let_go(shop_id, [one for one in found if one not in usable], at=at)
    for one in usable:
        reservations.end_part(shop_id, one.part, used=True)
        reservations.end_reservation(shop_id, one.part.reservation_id, ReservationState.COMMITTED, at)
    return {one.part.order_id: one.part for one in usable}


def _is_for(one: OpenPart, goods: object) -> bool:
    return one.goods_hash == goods and one.state in (ReservationState.OPEN, ReservationState.COMMITTED)


def _let_go_whole(shop_id: int, reservation: Reservation, state: ReservationState, *, at: datetime) -> None:
    """Let go of every part; the locks of their plans are held."""
    over = ReservationState.EXPIRED if at >= reservation.expires_at else state
    reservations.end_reservation(shop_id, reservation.id, over, at)
    _let_go(shop_id, reservations.find_parts_of(shop_id, reservation.id), at=at)


def _let_go(shop_id: int, found: Iterable[OpenPart], *, at: datetime) -> int:
    """Free what the parts hold, and end their reservations that were open; counts those."""
    parts = [one.part for one in found]
    groups = [group for part in parts if (group := release_group(part, at)).entries]
    carry_out(shop_id, groups, (), ())
    ended = 0
    for part in parts:
        reservations.end_part(shop_id, part, used=False)
        state = ReservationState.EXPIRED if at >= part.expires_at else ReservationState.REPLACED
        ended += reservations.end_reservation(shop_id, part.reservation_id, state, at)
    return ended
