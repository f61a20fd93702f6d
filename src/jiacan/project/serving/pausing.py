"""Synchronous code that pauses on the event loop where it would wait on a thread.

A request that only waits until it is settled with others would keep a thread asleep, and be woken among all others
that want the interpreter. In a greenlet it leaves the loop's thread to them while it waits. Such code must not touch
the database, which Django refuses on an event loop, and must not be long.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from greenlet import getcurrent, greenlet

Value = TypeVar("Value")
Step = Coroutine[Any, Any, Value]


class _Pausable(greenlet):
    """Code that hands over what it waits for, and goes on with what that came to."""


async def pausable(work: Callable[[], Value]) -> Value:
    """What the work gives, done here and now; while it waits in `complete`, the loop does other things."""
    doing = _Pausable(work)
    step = doing.switch()
    while not doing.dead:
        try:
            value = await step
        except BaseException as error:  # whatever it is, it is the work's to deal with
            step = doing.throw(error)
        else:
            step = doing.switch(value)
    return step


def complete(step: Step[Value], loop: asyncio.AbstractEventLoop) -> Value:
    """What the step comes to on that loop: paused for where this is `pausable`, otherwise awaited on this thread."""
    current = getcurrent()
    if isinstance(current, _Pausable):
        assert current.parent is not None
        return current.parent.switch(step)
    return asyncio.run_coroutine_threadsafe(step, loop).result()
