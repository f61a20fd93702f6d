"""Requests that arrive together settle together: writers gather what waits at a shop and settle it in one go.

A shop has one writer at a time in this process, and a few writers serve all shops in turn, so that no shop keeps
another waiting for longer than one batch. Other processes' writers take turns with these at the plan's lock. Nobody
is answered before their batch is durable. docs/decisions/0013-group-commit.md says why it is so.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Condition, Thread
from typing import TypeVar

from django.db import close_old_connections, connection

from jiacan.campaigns.contracts.online import Delivery, Earlier, Outcome, TakenAnswer
from jiacan.campaigns.facade.taking import take_each
from jiacan.kernel.stages import Stage, observe
from jiacan.orders import facade as orders
from jiacan.tenancy.contracts import Shop

Value = TypeVar("Value")

WRITERS = 2
MOST_EVENTS = 512
"""A batch is closed when it holds so many orders and refunds."""

IDLE_SECONDS = 1.0
"""A connection that was not used for so long is looked at before it is used again."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A delivery that waits for its batch, and where its outcome is awaited."""

    delivery: Delivery
    since: float
    outcome: Future[Outcome]


@dataclass(slots=True)
class _Queue:
    """What waits at one shop, in the order in which it came."""

    shop: Shop
    waiting: deque[_Waiting] = field(default_factory=deque)


class Writers:
    """Threads that settle what waits, shop by shop in turn, on a database connection each."""

    def __init__(self, count: int = WRITERS) -> None:
        self._count = count
        self._changed = Condition()
        self._queues: dict[int, _Queue] = {}
        self._turns: deque[int | Callable[[], None]] = deque()
        """Shops that have something waiting and no writer, and other work, by whose turn it is."""
        self._threads: list[Thread] = []
        self._ending = False

    def start(self) -> None:
        """Begin to write."""
        self._threads = [Thread(target=self._write, name=f"writer-{n}", daemon=True) for n in range(self._count)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Settle what waits, and end."""
        with self._changed:
            self._ending = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def join(self, shop: Shop, delivery: Delivery) -> Future[Outcome]:
        """Have the delivery settled with what else waits at its shop; the outcome is there once it is durable."""
        mine = _Waiting(delivery, time.perf_counter(), Future())
        with self._changed:
            queue = self._queues.get(shop.id)
            if queue is None:
                queue = self._queues[shop.id] = _Queue(shop)
                self._turns.append(shop.id)
                self._changed.notify()
            queue.shop = shop
            queue.waiting.append(mine)
        return mine.outcome

    def do(self, work: Callable[[], Value]) -> Value:
        """What the work gives, done on a writer's connection: whoever waits for it needs none."""
        done: Future[Value] = Future()

        def turn() -> None:
            try:
                done.set_result(work())
            except Exception as error:
                done.set_exception(error)

        with self._changed:
            self._turns.append(turn)
            self._changed.notify()
        return done.result()

    # --- on the writers' threads --------------------------------------------------------------------------

    def _write(self) -> None:
        used_at = 0.0
        try:
            while (turn := self._next_turn()) is not None:
                if time.monotonic() - used_at > IDLE_SECONDS or connection.errors_occurred:
                    close_old_connections()
                if callable(turn):
                    turn()
                else:
                    self._settle(turn)
                used_at = time.monotonic()
        finally:
            connection.close()

    def _next_turn(self) -> int | Callable[[], None] | None:
        with self._changed:
            while not self._turns:
                if self._ending:
                    return None
                self._changed.wait()
            return self._turns.popleft()

    def _settle(self, shop_id: int) -> None:
        """Settle one batch of the shop; what is left, or came meanwhile, gets its turn after the other shops'."""
        with self._changed:
            queue = self._queues[shop_id]
            shop, batch = queue.shop, _next_batch(queue.waiting)
        began = time.perf_counter()
        for each in batch:
            observe(Stage.QUEUE, began - each.since, len(batch))
        outcomes: list[Outcome] = [RuntimeError("the writer ended")] * len(batch)
        try:
            outcomes = take_each(shop, [each.delivery for each in batch])
        finally:
            with self._changed:
                if queue.waiting:
                    self._turns.append(shop_id)
                    self._changed.notify()
                else:
                    del self._queues[shop_id]
            for each, outcome in zip(batch, outcomes, strict=True):
                each.outcome.set_result(outcome)
        observe(Stage.BATCH, time.perf_counter() - began, len(batch))


def _next_batch(waiting: deque[_Waiting]) -> list[_Waiting]:
    """Take out what is settled together: the first that came, as many as a batch holds, and an order once.

    What is said of an order again begins the next batch, so that it finds the order as it then is, and nobody who
    came later goes before it.
    """
    batch: list[_Waiting] = []
    order_ids: set[str] = set()
    room = MOST_EVENTS
    while waiting:
        delivery = waiting[0].delivery
        size = len(delivery.orders) + len(delivery.refunds)
        if batch and (size > room or not delivery.order_ids.isdisjoint(order_ids)):
            break
        batch.append(waiting.popleft())
        order_ids |= delivery.order_ids
        room -= size
    return batch


def _given(outcome: Outcome) -> TakenAnswer | Earlier:
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


# --- in this process --------------------------------------------------------------------------------------

_writers: list[Writers] = []
"""This process's, if it gathers."""


def begin(writers: int = WRITERS) -> None:
    """Gather from now on what arrives together in this process."""
    _writers.append(Writers(writers))
    _writers[0].start()


def end() -> None:
    """Settle what waits, and then each delivery by itself again."""
    while _writers:
        _writers.pop().stop()


def take(shop: Shop, delivery: Delivery) -> TakenAnswer | Earlier:
    """Record and settle the delivery as `online.take` does: with what arrives together with it, or by itself.

    Raises:
        OrderUnusable: one of its orders or refunds cannot be recorded as it stands; then none is.
        JiacanError: what makes it work once will not have it.
    """
    orders.check(delivery.orders, delivery.refunds)
    if _writers:
        return _given(_writers[0].join(shop, delivery).result())
    (outcome,) = take_each(shop, [delivery])
    return _given(outcome)


def elsewhere(work: Callable[[], Value]) -> Value:
    """What the work gives: on a writer's connection where this thread has none, so that it needs none either."""
    return _writers[0].do(work) if _writers and connection.connection is None else work()
