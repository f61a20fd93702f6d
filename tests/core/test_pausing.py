"""Synchronous code on the event loop: it pauses where it would wait, and nothing else waits for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextvars import ContextVar

import pytest

from jiacan.project.serving.pausing import complete, pausable

name: ContextVar[str] = ContextVar("name")


def on_a_loop(work: Callable[[asyncio.AbstractEventLoop], object]) -> object:
    """What the work gives, paused on a loop of its own."""

    async def run() -> object:
        loop = asyncio.get_running_loop()
        return await pausable(lambda: work(loop))

    return asyncio.run(run())


async def later(value: object, before: asyncio.Event | None = None) -> object:
    if before is not None:
        await before.wait()
    await asyncio.sleep(0)
    return value


def test_work_that_waits_for_nothing_is_done_at_once():
    assert on_a_loop(lambda loop: "done") == "done"


def test_what_it_waits_for_comes_back_to_it():
    assert on_a_loop(lambda loop: [complete(later(n), loop) for n in range(3)]) == [0, 1, 2]


def test_while_one_pauses_the_loop_does_another_on_the_same_thread():
    said: list[str] = []

    async def run() -> None:
        loop, second_began = asyncio.get_running_loop(), asyncio.Event()

        def first() -> None:
            said.append(f"first on {threading.current_thread().name}")
            complete(later(None, second_began), loop)
            said.append("first again")

        def second() -> None:
            said.append(f"second on {threading.current_thread().name}")
            second_began.set()

        await asyncio.gather(pausable(first), pausable(second))

    asyncio.run(run())
    assert said == ["first on MainThread", "second on MainThread", "first again"]


def test_what_goes_wrong_while_it_waits_is_raised_where_it_waits():
    async def fail() -> None:
        raise ValueError("gone")

    def work(loop: asyncio.AbstractEventLoop) -> str:
        try:
            complete(fail(), loop)
        except ValueError as error:
            return f"caught {error}"
        return "nothing"

    assert on_a_loop(work) == "caught gone"
    with pytest.raises(ZeroDivisionError):
        on_a_loop(lambda loop: 1 // 0)


def test_cancelled_it_unwinds():
    said: list[str] = []

    async def run() -> None:
        loop = asyncio.get_running_loop()

        def work() -> None:
            try:
                complete(later(None, asyncio.Event()), loop)
            finally:
                said.append("unwound")

        task = asyncio.ensure_future(pausable(work))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    assert said == ["unwound"]


def test_each_has_a_context_of_its_own():
    async def run() -> list[str]:
        loop = asyncio.get_running_loop()

        def work(mine: str) -> str:
            name.set(mine)
            complete(later(None), loop)
            return name.get()

        return await asyncio.gather(*(pausable(lambda mine=mine: work(mine)) for mine in ("a", "b", "c")))

    assert asyncio.run(run()) == ["a", "b", "c"]


def test_on_a_thread_it_waits_there():
    async def run() -> object:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, lambda: complete(later("from a thread"), loop))

    assert asyncio.run(run()) == "from a thread"
