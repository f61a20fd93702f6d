"""Gathering in this process: writers at work, what they were given, and how much each batch held."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager

from django.db import transaction

from jiacan.campaigns.contracts.online import Delivery, Outcome
from jiacan.campaigns.facade import gathering
from jiacan.campaigns.facade.gathering import Writers
from jiacan.kernel.stages import Stage, listen, unlisten
from jiacan.offers.facade import awarding
from tests.slices.online_shop import AT, PLAN_ID

PATIENCE_SECONDS = 60


@contextmanager
def writing(count: int = gathering.WRITERS) -> Iterator[Writers]:
    """Writers that are at work."""
    writers = Writers(count)
    writers.start()
    try:
        yield writers
    finally:
        writers.stop()


@contextmanager
def gathered() -> Iterator[None]:
    """This process gathers, as a web process does."""
    gathering.begin()
    try:
        yield
    finally:
        gathering.end()


@contextmanager
def batches() -> Iterator[list[int]]:
    """How many requests each batch held, as it was settled."""
    sizes: list[int] = []

    def hear(stage: Stage, _seconds: float, size: int) -> None:
        if stage is Stage.BATCH:
            sizes.append(size)

    listen(hear)
    try:
        yield sizes
    finally:
        unlisten(hear)


def one(*found, refunds=()) -> Delivery:
    return Delivery(found, refunds, AT)


def wait(outcome: Future[Outcome]) -> Outcome:
    return outcome.result(PATIENCE_SECONDS)


def behind(writers: Writers, shop, first: Delivery, *then: Delivery) -> list[Future[Outcome]]:
    """Settle the first by itself, and while that waits for the plan have the others join."""
    with transaction.atomic():
        awarding.lock_plans(shop.id, [PLAN_ID])
        joined = [writers.join(shop, first)]
        until(lambda: not writers._queues[shop.id].waiting)
        return joined + [writers.join(shop, each) for each in then]


def until(holds: Callable[[], bool]) -> None:
    """Wait for another thread to get there."""
    for _ in range(PATIENCE_SECONDS * 1000):
        if holds():
            return
        threading.Event().wait(0.001)
    raise AssertionError("it did not come to hold in time")
