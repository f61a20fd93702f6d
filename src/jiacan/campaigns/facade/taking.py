"""Deliveries settled together: recorded, awarded and announced in one transaction, and each answered for itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from time import perf_counter
from typing import TypeVar

from django.db import InterfaceError, OperationalError, transaction
from psycopg.errors import DeadlockDetected

from jiacan.campaigns.contracts.online import (
    Delivery,
    Earlier,
    Once,
    OrderAnswer,
    Outcome,
    RefundAnswer,
    TakenAnswer,
    Told,
)
from jiacan.campaigns.facade import coupons, referring, standing
from jiacan.campaigns.facade.announcing import pass_on
from jiacan.campaigns.facade.live import LivePlan, live_plans
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.places import at_place
from jiacan.kernel.stages import Stage, observe
from jiacan.offers.contracts.awards import Award, ClawBack
from jiacan.offers.contracts.settled import Settled
from jiacan.offers.facade import awarding, reading, reserving
from jiacan.orders import facade as orders
from jiacan.orders.contracts import EventKey, IncomingOrder, Order, Taken
from jiacan.tenancy.contracts import Shop

Answer = TypeVar("Answer")
Settlements = tuple[tuple[LivePlan, Settled], ...]

_NONE: Mapping[str, Order] = {}

ATTEMPTS = 5
"""Each attempt lost means that another transaction got something done, so this many in a row is a fault."""


def take_each(shop: Shop, deliveries: Sequence[Delivery]) -> list[Outcome]:
    """Settle deliveries of different orders in one transaction; one that cannot be settled fails alone.

    What an outcome says is durable.
    """
    try:
        with at_place(shop.id):
            outcomes = again_if_deadlocked(lambda: _take(shop, deliveries), events=_size(deliveries))
        return [_told(each, outcome) for each, outcome in zip(deliveries, outcomes, strict=True)]
    except Exception as error:
        if len(deliveries) == 1 or isinstance(error, OperationalError | InterfaceError):
            return [error] * len(deliveries)
    half = len(deliveries) // 2
    return [*take_each(shop, deliveries[:half]), *take_each(shop, deliveries[half:])]


def _told(delivery: Delivery, outcome: Outcome) -> Outcome:
    """The answer as it is to be told; written after the commit, since nobody else need wait for that."""
    if delivery.write is None or not isinstance(outcome, TakenAnswer):
        return outcome
    try:
        return Told(delivery.write(outcome))
    except Exception as error:
        return error


def _size(deliveries: Sequence[Delivery]) -> int:
    return sum(len(each.orders) + len(each.refunds) for each in deliveries)


def _take(shop: Shop, deliveries: Sequence[Delivery]) -> list[Outcome]:
    before = _answered_before(deliveries)
    fresh = [each for place, each in enumerate(deliveries) if place not in before]
    answers = _settle_deliveries(shop, fresh) if fresh else []
    given = iter(_kept(fresh, answers))
    return [before[place] if place in before else next(given) for place in range(len(deliveries))]


def _kept(deliveries: Sequence[Delivery], answers: Sequence[TakenAnswer]) -> Sequence[TakenAnswer | Told]:
    """The answers; those of deliveries that work once are written and kept in the transaction that settled them."""
    told: dict[int, Told] = {}
    once: list[tuple[Once, object]] = []
    for place, (each, answer) in enumerate(zip(deliveries, answers, strict=True)):
        if each.once is not None:
            told[place] = Told(answer if each.write is None else each.write(answer))
            once.append((each.once, told[place].answer))
    if once:
        once[0][0].keep([(one.ticket, answer) for one, answer in once])
    return [told.get(place, answer) for place, answer in enumerate(answers)]


def _answered_before(deliveries: Sequence[Delivery]) -> dict[int, Earlier | JiacanError]:
    """By place, what those deliveries are answered that do not work now."""
    once: list[tuple[int, Once]] = [(n, each.once) for n, each in enumerate(deliveries) if each.once is not None]
    if not once:
        return {}
    found = once[0][1].find([each.ticket for _, each in once])
    return {place: said for (place, _), said in zip(once, found, strict=True) if said is not None}


def _settle_deliveries(shop: Shop, deliveries: Sequence[Delivery]) -> list[TakenAnswer]:
    at = max(each.at for each in deliveries)
    incoming = [order for each in deliveries for order in each.orders]
    refunds = [refund for each in deliveries for refund in each.refunds]
    live = live_plans(shop.id)
    # Before their orders are counted, so that no other process settles one of the same customers' meanwhile.
    awarding.lock_plans(shop.id, [plan.plan_id for plan in live if _holds_any(plan, incoming)])
    began = perf_counter()
    taken = orders.take(shop.id, incoming, refunds, currency=currency_of(shop, live))
    observe(Stage.RECORD, perf_counter() - began, len(incoming) + len(refunds))
    states = list(zip(incoming, taken.orders, strict=True))
    order_ids = {order.order_id for order in incoming} | {refund.order_id for refund in refunds}
    settled = settle(shop.id, live, order_ids, at=at, fresh=taken.fresh)
    follow(shop.id, live, settled, order_ids, known=order_ids - taken.fresh.keys(), buyers=_buyers(incoming), at=at)
    awards = awards_by_order(
        shop.id, settled, live, before={one.order_id for one, state in states if state is not Taken.NEW}
    )
    came_back = list(zip(refunds, taken.refunds, strict=True))
    backs = _claw_backs(
        shop.id, settled, live, before={one.order_id for one, state in came_back if state is not Taken.NEW}
    )
    of_orders = iter([OrderAnswer(one.order_id, state, awards.get(one.order_id, {})) for one, state in states])
    of_refunds = iter(
        [
            RefundAnswer(one.refund_id, one.order_id, state, backs.get((one.refund_id, one.order_id), {}))
            for one, state in came_back
        ]
    )
    return [
        TakenAnswer(
            orders=tuple(next(of_orders) for _ in each.orders), refunds=tuple(next(of_refunds) for _ in each.refunds)
        )
        for each in deliveries
    ]


def follow(
    shop_id: int,
    live: Sequence[LivePlan],
    settled: Settlements,
    order_ids: Collection[str],
    *,
    known: Collection[str],
    buyers: Collection[str],
    at: datetime,
) -> None:
    """What orders that were settled mean for referrals, tiers, coupons, draws and other systems.

    `known` are those of which something was known before, or came back; `buyers` whose orders were paid.
    """
    referring.note(shop_id, live, known, buyers, at=at)
    standing.note(shop_id, live, order_ids, at=at)
    coupons.note(shop_id, known, at=at)
    pass_on(shop_id, settled, at=at)


def _buyers(incoming: Iterable[IncomingOrder]) -> set[str]:
    return {order.customer_id for order in incoming if order.paid_at is not None and order.customer_id is not None}


def _holds_any(plan: LivePlan, incoming: Iterable[IncomingOrder]) -> bool:
    window = plan.window()
    return window is not None and any(one.paid_at is not None and one.paid_at in window for one in incoming)


def currency_of(shop: Shop, live: Sequence[LivePlan]) -> str:
    """The currency of the shop's orders; empty where nothing says it yet."""
    return shop.currency or (live[0].rules.currency if live else "")


def settle(
    shop_id: int,
    live: Sequence[LivePlan],
    order_ids: Iterable[str],
    *,
    at: datetime,
    fresh: Mapping[str, Order] = _NONE,
) -> Settlements:
    """Settle what is not settled of these orders and their refunds, all plans under one lock.

    `fresh` are those that this transaction recorded as new, as `orders.take` gives them.
    """
    plain = {order_id: (_paid(order),) for order_id, order in fresh.items()}
    asked = [order_id for order_id in order_ids if order_id not in plain]
    events = {**plain, **(orders.events_of(shop_id, asked) if asked else {})}
    outside = _outside(live, events)
    reserved = reserving.plans_held(shop_id, outside) if outside else {}
    concerned = [(plan, found) for plan in live if (found := _of_plan(plan, events, reserved))]
    if len(concerned) > 1:
        awarding.lock_plans(shop_id, [plan.plan_id for plan, _ in concerned])
    return tuple(
        (plan, awarding.settle_events(shop_id, plan.rules, found, rules_of=plan, at=at, at_hand=fresh))
        for plan, found in concerned
    )


def _paid(order: Order) -> EventKey:
    return EventKey(order.paid_at, is_refund=False, id=order.order_id, order_id=order.order_id)


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


def awards_by_order(
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


def again_if_deadlocked(work: Callable[[], Answer], *, events: int = 1) -> Answer:
    """Do the work in a transaction, again where that meets another one in accounts of plans that they do not share.

    The database ends one of two that wait for each other. `events` are what a commit makes durable.
    """
    attempts_left = ATTEMPTS
    while True:
        attempts_left -= 1
        try:
            with transaction.atomic():
                answer = work()
                done = perf_counter()
            observe(Stage.COMMIT, perf_counter() - done, events)
            return answer
        except OperationalError as error:
            if not isinstance(error.__cause__, DeadlockDetected) or attempts_left == 0:
                raise
