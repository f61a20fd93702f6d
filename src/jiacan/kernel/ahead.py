"""Making the next thing while the last one is worked on."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Thing = TypeVar("Thing")


def one_ahead(things: Iterator[Thing]) -> Iterator[Thing]:
    """The same things, each made on a thread of its own while the caller has the one before."""
    nothing_more = object()
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, things, nothing_more)
        while (thing := coming.result()) is not nothing_more:
            coming = thread.submit(next, things, nothing_more)
            yield thing  # type: ignore[misc]
