"""Requests that arrive together settle together: writers gather what waits at a shop and settle it in one go.

A shop has one writer at a time in a process, and a few writers serve all shops in turn, so that no shop keeps
another waiting for longer than one batch. Other processes' writers take turns with these at the plan's lock. Nobody
is answered before their batch is durable. A web process may leave its writing to a process that does nothing else,
and then writes itself only while that one is away. docs/decisions/0013-group-commit.md says why it is so.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Condition, Lock, Thread
from typing import Protocol, TypeVar

from django.db import close_old_connections, connection

from jiacan.campaigns.contracts.online import Delivery, Earlier, Outcome, TakenAnswer, Told
from jiacan.campaigns.facade.taking import take_each
from jiacan.kernel.stages import Stage, observe
from jiacan.orders import facade as orders
from jiacan.tenancy.contracts import Shop

Value = TypeVar("Value")

WRITERS = 2
MOST_EVENTS = 512
"""A batch is closed when it holds so many orders and refunds."""

LINGER_SECONDS = 0.003
"""A batch waits so long at the most for twice as many as the one before held, where that held several just now."""

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
    """What waits at one shop, in the order in which it came, and what its last batch was."""

    shop: Shop
    waiting: deque[_Waiting] = field(default_factory=deque)
    has_turn: bool = False
    last_size: int = 0
    last_over: float = 0.0


class Writers:
    """Threads that settle what waits, shop by shop in turn, on a database connection each."""

    def __init__(self, count: int = WRITERS) -> None:
        self._count = count
        lock = Lock()
        self._changed = Condition(lock)
        self._company = Condition(lock)
        """Whoever lingers is told by it that there is enough, or that somebody else waits."""
        self._queues: dict[int, _Queue] = {}
        self._turns: deque[int | Callable[[], None]] = deque()
        """Shops that have something waiting and no writer, and other work, by whose turn it is."""
        self._threads: list[Thread] = []
        self._ending = False
        self._after_batch: Callable[[], None] = _nothing

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
            self._company.notify_all()
        for thread in self._threads:
            thread.join()

    def after_batch(self, work: Callable[[], None]) -> None:
        """Have this done when every outcome of a batch is known; before the next one it is over."""
        self._after_batch = work

    def join(self, shop: Shop, delivery: Delivery) -> Future[Outcome]:
        """Have the delivery settled with what else waits at its shop; the outcome is there once it is durable."""
        mine = _Waiting(delivery, time.perf_counter(), Future())
        with self._changed:
            queue = self._queues.get(shop.id)
            if queue is None:
                queue = self._queues[shop.id] = _Queue(shop)
            queue.shop = shop
            queue.waiting.append(mine)
            if not queue.has_turn:
                self._give_turn(queue)
            elif len(queue.waiting) == _wanted(queue):
                self._company.notify_all()
        return mine.outcome

    def turn(self, work: Callable[[], Value]) -> Future[Value]:
        """What the work gives, done on a writer's connection: whoever waits for it needs none."""
        done: Future[Value] = Future()

        def turn() -> None:
            try:
                done.set_result(work())
            except Exception as error:
                done.set_exception(error)

        with self._changed:
            self._turns.append(turn)
            self._wake()
        return done

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
            self._linger(queue)
            shop, batch = queue.shop, _next_batch(queue.waiting)
        began = time.perf_counter()
        for each in batch:
            observe(Stage.QUEUE, began - each.since, len(batch))
        outcomes: list[Outcome] = [RuntimeError("the writer ended")] * len(batch)
        try:
            outcomes = take_each(shop, [each.delivery for each in batch])
        finally:
            with self._changed:
                queue.last_size, queue.last_over = len(batch), time.perf_counter()
                queue.has_turn = False
                if queue.waiting:
                    self._give_turn(queue)
            for each, outcome in zip(batch, outcomes, strict=True):
                each.outcome.set_result(outcome)
            self._after_batch()
        observe(Stage.BATCH, time.perf_counter() - began, len(batch))

    def _give_turn(self, queue: _Queue) -> None:
        queue.has_turn = True
        self._turns.append(queue.shop.id)
        self._wake()

    def _wake(self) -> None:
        self._changed.notify()
        self._company.notify_all()

    def _linger(self, queue: _Queue) -> None:
        """Wait for company where there was some just now and nobody else waits for a turn.

        What a batch costs, however many are in it, is most of what few cost.
        """
        give_up_at = queue.last_over + LINGER_SECONDS
        while len(queue.waiting) < _wanted(queue) and not self._turns and not self._ending:
            left = give_up_at - time.perf_counter()
            if left <= 0:
                return
            self._company.wait(left)


def _wanted(queue: _Queue) -> int:
    """How many make a batch worth its cost: twice what came together the last time, if anything did."""
    return min(2 * queue.last_size, MOST_EVENTS) if queue.last_size > 1 else 1


def _nothing() -> None:
    pass


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


def _given(outcome: Outcome) -> TakenAnswer | Told | Earlier:
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


# --- in this process --------------------------------------------------------------------------------------


class Gatherer(Protocol):
    """Where deliveries go that are settled together, and what waiting requests ask of the database."""

    def settle(self, shop: Shop, delivery: Delivery) -> Outcome:
        """What becomes of the delivery, once it is durable."""

    def do(self, work: Callable[[], Value]) -> Value:
        """What the work gives, done on another thread's connection."""


class _Here:
    """This process's own writers."""

    def __init__(self, writers: Writers) -> None:
        self._writers = writers

    def settle(self, shop: Shop, delivery: Delivery) -> Outcome:
        return self._writers.join(shop, delivery).result()

    def do(self, work: Callable[[], Value]) -> Value:
        return self._writers.turn(work).result()


_writers: list[Writers] = []
_gatherers: list[Gatherer] = []
"""This process's, if it gathers."""


def begin(writers: int = WRITERS, *, past: Callable[[Writers], Gatherer] = _Here) -> None:
    """Gather from now on what arrives together in this process.

    `past` says where deliveries go past this process's own writers, on which it may fall back.
    """
    mine = Writers(writers)
    mine.start()
    _writers.append(mine)
    _gatherers.append(past(mine))


def end() -> None:
    """Settle what waits, and then each delivery by itself again."""
    _gatherers.clear()
    while _writers:
        _writers.pop().stop()


def take(shop: Shop, delivery: Delivery) -> TakenAnswer | Told | Earlier:
    """Record and settle the delivery as `online.take` does: with what arrives together with it, or by itself.

    Raises:
        OrderUnusable: one of its orders or refunds cannot be recorded as it stands; then none is.
        JiacanError: what makes it work once will not have it.
    """
    orders.check(delivery.orders, delivery.refunds)
    if _gatherers:
        return _given(_gatherers[0].settle(shop, delivery))
    (outcome,) = take_each(shop, [delivery])
    return _given(outcome)


def elsewhere(work: Callable[[], Value]) -> Value:
    """What the work gives: on a writer's connection where this thread has none, so that it needs none either."""
    return _gatherers[0].do(work) if _gatherers and connection.connection is None else work()
