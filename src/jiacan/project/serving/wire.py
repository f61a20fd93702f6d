"""Between web processes and the writer: deliveries one way, outcomes the other, over a socket of this machine.

The socket stands in a folder that only the server's own user may enter, so that what comes over it may be unpickled.
A message is its length in four bytes and a pickle: `(number, shop, delivery)` there, `(number, outcome)` back.
"""

from __future__ import annotations

import asyncio
import logging
import pickle
import socket
import struct
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from time import monotonic
from typing import Any, TypeVar, cast

from jiacan.campaigns.contracts.online import Delivery, Outcome
from jiacan.campaigns.facade.gathering import Writers
from jiacan.kernel.errors import JiacanError
from jiacan.project.serving.pausing import complete
from jiacan.tenancy.contracts import Shop

Value = TypeVar("Value")

LOOK_AGAIN_SECONDS = 0.1
"""A web process looks so often whether a writer is there again."""
BACKLOG = 64
READ_BYTES = 256 * 1024

_LENGTH = struct.Struct("!I")
_log = logging.getLogger("jiacan.writer")


def _framed(message: object) -> bytes:
    body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(body)) + body


class _Frames:
    """Messages out of what is read, which may end in the middle of one."""

    def __init__(self) -> None:
        self._read = bytearray()

    def of(self, data: bytes) -> Iterator[Any]:
        """The messages that are whole with this."""
        self._read += data
        while len(self._read) >= _LENGTH.size:
            end = _LENGTH.size + _LENGTH.unpack_from(self._read)[0]
            if len(self._read) < end:
                return
            body = bytes(self._read[_LENGTH.size : end])
            del self._read[:end]
            yield pickle.loads(body)  # noqa: S301 - nobody else can have written it


# --- the web process's end, on its event loop -------------------------------------------------------------


class _Down(Exception):
    """The writer is away."""


class _Line(asyncio.Protocol):
    """A connection to a writer that lives."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.down: asyncio.Future[None] = loop.create_future()
        self._transport: asyncio.Transport | None = None
        self._frames = _Frames()
        self._number = 0
        self._asked: dict[int, asyncio.Future[Outcome]] = {}
        self._to_send: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The writer is there."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Outcomes came."""
        for number, outcome in self._frames.of(data):
            asked = self._asked.pop(number)
            if not asked.cancelled():
                asked.set_result(outcome)

    def connection_lost(self, exc: Exception | None) -> None:
        """The writer went away."""
        self._transport = None
        for asked in self._asked.values():
            if not asked.cancelled():
                asked.set_exception(_Down())
        self._asked.clear()
        self.down.set_result(None)

    def close(self) -> None:
        """Leave."""
        if self._transport is not None:
            self._transport.close()

    async def ask(self, shop: Shop, delivery: Delivery) -> Outcome:
        """What becomes of the delivery.

        Raises:
            _Down: the writer went away before it said so.
        """
        if self._transport is None:
            raise _Down
        loop = asyncio.get_running_loop()
        self._number += 1
        asked = self._asked[self._number] = loop.create_future()
        # What the loop does in one turn goes in one piece: to wake the writer costs more than to send.
        if not self._to_send:
            loop.call_soon(self._send)
        self._to_send.append(_framed((self._number, shop, delivery)))
        return await asked

    def _send(self) -> None:
        if self._transport is not None:
            self._transport.write(b"".join(self._to_send))
        self._to_send.clear()


class Past:
    """Deliveries go to their shop's writer where it is there, and to this process's own writers while it is not.

    What a writer had when it died is settled here: an order is known by its number, so that one which it had settled
    already is only answered again.
    """

    def __init__(self, here: Writers, *, addresses: Sequence[str], loop: asyncio.AbstractEventLoop) -> None:
        self._here = here
        self._loop = loop
        self._lines: list[_Line | None] = [None] * len(addresses)
        for place, address in enumerate(addresses):
            asyncio.run_coroutine_threadsafe(self._keep_line(place, address), loop)

    def settle(self, shop: Shop, delivery: Delivery) -> Outcome:
        """What becomes of the delivery, once it is durable."""
        return complete(self._settle(shop, delivery), self._loop)

    def do(self, work: Callable[[], Value]) -> Value:
        """What the work gives, done on a connection of this process's writers."""
        return complete(_result(self._here.turn(work)), self._loop)

    async def _settle(self, shop: Shop, delivery: Delivery) -> Outcome:
        line = self._lines[shop.id % len(self._lines)]
        if line is not None:
            with suppress(_Down):
                return await line.ask(shop, delivery)
        return await _result(self._here.join(shop, delivery))

    async def _keep_line(self, place: int, address: str) -> None:
        while True:
            try:
                _, line = await self._loop.create_unix_connection(_Line, address)
            except OSError:
                await asyncio.sleep(LOOK_AGAIN_SECONDS)
                continue
            self._lines[place] = line
            try:
                await line.down
            finally:
                self._lines[place] = None
                line.close()


async def _result(done: Future[Value]) -> Value:
    return await asyncio.wrap_future(done)


# --- the writer's end -------------------------------------------------------------------------------------


class Door:
    """Takes deliveries from every web process that connects, has them settled together, and sends outcomes back."""

    def __init__(self, address: str, writers: Writers) -> None:
        Path(address).unlink(missing_ok=True)  # a writer that was killed left it behind
        self._writers = writers
        writers.after_batch(self._send_back)
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(address)
        self._listening.listen(BACKLOG)
        self._lines: dict[Thread, _Back] = {}
        Thread(target=self._accept, name="door", daemon=True).start()

    def close(self) -> None:
        """Take nothing more, and leave everyone."""
        for each in (self._listening, *(back.line for back in self._lines.values())):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def wait_until_left(self, seconds: float) -> None:
        """Wait until every web process that was connected has gone, for so long at the most."""
        give_up_at = monotonic() + seconds
        for line in self._lines:
            line.join(max(0.0, give_up_at - monotonic()))

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                back = _Back(self._listening.accept()[0])
                line = Thread(target=self._hear, args=(back,), name="line", daemon=True)
                self._lines = {each: known for each, known in self._lines.items() if each.is_alive()} | {line: back}
                line.start()

    def _hear(self, back: _Back) -> None:
        frames = _Frames()
        with suppress(OSError), back.line:
            while data := back.line.recv(READ_BYTES):
                for number, shop, delivery in frames.of(data):
                    settled = self._writers.join(shop, delivery)
                    settled.add_done_callback(back.keeper(number))
                    if settled.done():  # its batch may have been over before anybody kept its outcome
                        back.send()

    def _send_back(self) -> None:
        for back in self._lines.values():
            back.send()


class _Back:
    """The way of outcomes back to one web process: kept until their batch is over, and sent in one piece."""

    def __init__(self, line: socket.socket) -> None:
        self.line = line
        self._sending = Lock()
        self._to_send: deque[bytes] = deque()

    def keeper(self, number: int) -> Callable[[Future[Outcome]], None]:
        """What keeps the outcome of that delivery."""
        return lambda settled: self._to_send.append(_framed((number, _to_send(settled.result()))))

    def send(self) -> None:
        """Send what is kept; nobody is there to hear it if the web process has gone."""
        with self._sending:
            kept = [self._to_send.popleft() for _ in range(len(self._to_send))]
            if kept:
                with suppress(OSError):
                    self.line.sendall(b"".join(kept))


def _to_send(outcome: Outcome) -> Outcome:
    """The outcome; in place of a fault of the program, which is written down here, only what it was."""
    if not isinstance(outcome, Exception) or isinstance(outcome, JiacanError):
        return outcome
    _log.error("a delivery could not be settled", exc_info=outcome)
    return RuntimeError(f"{type(outcome).__name__}: {outcome}")
