"""Connections for work that goes faster by several at a time than by one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from queue import SimpleQueue
from typing import TypeVar

from django.db import connection as here
from psycopg import Connection

Result = TypeVar("Result")


@contextmanager
def writers(count: int) -> Iterator[Sequence[Connection]]:
    """The caller's connection, and as many more to the same database as are asked for in all.

    Inside a transaction of the caller's it is the only one, so that the transaction covers what is written.
    """
    here.ensure_connection()
    here.catch_up()  # a thread that is lent the connection cannot see what was sent ahead on it
    with ExitStack() as stack:
        more = 0 if here.in_atomic_block else count - 1
        yield (here.connection, *(stack.enter_context(_another()) for _ in range(more)))


@contextmanager
def _another() -> Iterator[Connection]:
    made = here.get_new_connection(here.get_connection_params())
    made.autocommit = True
    with made:
        yield made


def in_turn(
    connections: Sequence[Connection], work: Callable[[int, Connection], Result], count: int
) -> Iterator[Result]:
    """What `work` makes of each number below `count`, in order; each connection has one of them at a time.

    No more is begun than there are connections until the caller asks for the next.
    """
    idle: SimpleQueue[Connection] = SimpleQueue()
    for each in connections:
        idle.put(each)

    def on_an_idle_one(number: int) -> Result:
        lent = idle.get()
        try:
            return work(number, lent)
        finally:
            idle.put(lent)

    with ThreadPoolExecutor(len(connections)) as pool:
        begun: deque[Future[Result]] = deque()
        for number in range(count):
            begun.append(pool.submit(on_an_idle_one, number))
            if len(begun) == len(connections):
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
