"""The stages that work goes through, and how long each took: told by whoever does the work, to whoever keeps count.

A slice says `observe(Stage.MATCH, seconds, size)` when a stage is over. Nobody need listen: then nothing happens. Who
watches says `listen(listener)` once in its process. Nothing here reads a clock, keeps a figure or knows who listens.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum


class Stage(StrEnum):
    """A stage of work; beside each, what one observation is of and what its size counts."""

    RECORD = "record"  # events written down as the shop sent them; events
    MATCH = "match"  # events asked of every offer; events
    LOAD = "load"  # the book of what is left, read for a batch; accounts
    SETTLE = "settle"  # a batch walked in order against its book; events
    STORE = "store"  # awards, transfers and balances written; awards
    QUEUE = "queue"  # one request's wait from its arrival until its batch began; requests that waited with it
    BATCH = "batch"  # a batch from its beginning to its answers, commit included; requests in it
    COMMIT = "commit"  # the database's answer to COMMIT; events made durable by it
    LAG = "lag"  # from when a job was due until a worker took it; jobs
    DELIVER = "deliver"  # one try at one webhook; deliveries


Listener = Callable[[Stage, float, int], object]

_listeners: list[Listener] = []


def observe(stage: Stage, seconds: float, size: int = 1) -> None:
    """Say that a stage took `seconds` for `size` things."""
    for listener in _listeners:
        listener(stage, seconds, size)


def listen(listener: Listener) -> None:
    """Tell `listener` of every stage of this process from now on; once, however often it is said.

    A listener is called on the thread that did the work, so it must be quick and must not fail.
    """
    if listener not in _listeners:
        _listeners.append(listener)


def unlisten(listener: Listener) -> None:
    """Tell `listener` no more."""
    if listener in _listeners:
        _listeners.remove(listener)
