"""Clients that send orders one at a time over several connections, and again what was not answered.

For benches in which the server is killed meanwhile, or watched for an hour: they run on an event loop of their own
thread, and what they measured can be looked at while they send.
"""

from __future__ import annotations

import asyncio
import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bench.api import order
from bench.load import read_answer

TIMEOUT_SECONDS = 20.0
AGAIN_AFTER_SECONDS = 0.02
GIVEN_UP_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Answered:
    """One order that was answered: when its request began, and how long it took."""

    began_at: float
    seconds: float


@dataclass
class Sent:
    """What became of the orders: numbers of those that were answered, their answers as they came, and the rest."""

    answered: set[str] = field(default_factory=set)
    answers: list[Answered] = field(default_factory=list)
    given_up: set[str] = field(default_factory=set)
    sent_again: int = 0

    def first_answer_after(self, moment: float, *, seen: int) -> float | None:
        """When the first request that began after the moment was answered; only answers after the first `seen`."""
        ends = [each.began_at + each.seconds for each in self.answers[seen:] if each.began_at >= moment]
        return min(ends, default=None)


@contextmanager
def sending(
    url: str, secret: str, *, connections: int, name: str, rate: float | None = None, give_up: bool = False
) -> Iterator[Sent]:
    """Send orders for as long as the block lasts; then wait until what is under way is answered.

    Args:
        url: where orders are sent to.
        secret: the token.
        connections: how many orders are under way at a time.
        name: what the orders' numbers begin with.
        rate: orders a second over all connections; as many as are answered when None.
        give_up: let a tenth of the orders that got no answer be, as a client does that has gone.
    """
    sent = Sent()
    ended = threading.Event()
    clients = [_Client(url, secret, f"{name}-{place}", sent, give_up=give_up) for place in range(connections)]
    pause = 0.0 if rate is None else connections / rate

    async def all_clients() -> None:
        await asyncio.gather(
            *(client.send_until(ended, pause, pause * place / connections) for place, client in enumerate(clients))
        )

    thread = threading.Thread(target=lambda: asyncio.run(all_clients()), name="clients")
    thread.start()
    try:
        yield sent
    finally:
        ended.set()
        thread.join()


class _Client:
    def __init__(self, url: str, secret: str, name: str, sent: Sent, *, give_up: bool) -> None:
        self._parts = urlsplit(url)
        self._secret = secret
        self._name = name
        self._sent = sent
        self._give_up = give_up
        self._chance = random.Random(name)
        self._connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send_until(self, ended: threading.Event, pause: float, begins_after: float) -> None:
        await asyncio.sleep(begins_after)
        due_at, number = time.perf_counter(), 0
        while not ended.is_set():
            number += 1
            await self._send(number)
            due_at += pause
            # At a given rate, one that was late is followed at once; what was missed altogether is left out.
            due_at = max(due_at, time.perf_counter() - pause)
            await asyncio.sleep(max(0.0, due_at - time.perf_counter()))
        self._hang_up()

    async def _send(self, number: int) -> None:
        body = order(self._name, number)
        order_id = str(body["order_id"])
        while True:
            began_at = time.perf_counter()
            status = await self._try(json.dumps(body).encode())
            if status == 200:
                self._sent.answered.add(order_id)
                self._sent.answers.append(Answered(began_at, time.perf_counter() - began_at))
                return
            if status is not None and status < 500:
                raise RuntimeError(f"order {order_id} was refused with {status}")
            self._hang_up()
            if self._give_up and self._chance.random() < GIVEN_UP_SHARE:
                self._sent.given_up.add(order_id)
                return
            self._sent.sent_again += 1
            await asyncio.sleep(AGAIN_AFTER_SECONDS)

    async def _try(self, body: bytes) -> int | None:
        with suppress(OSError, EOFError, asyncio.IncompleteReadError, TimeoutError):
            async with asyncio.timeout(TIMEOUT_SECONDS):
                if self._connection is None:
                    self._connection = await asyncio.open_connection(self._parts.hostname, self._parts.port)
                reader, writer = self._connection
                head = [
                    f"POST {self._parts.path} HTTP/1.1",
                    f"Host: {self._parts.netloc}",
                    f"Authorization: Bearer {self._secret}",
                    "Content-Type: application/json",
                    f"Content-Length: {len(body)}",
                    "",
                    "",
                ]
                writer.write("\r\n".join(head).encode() + body)
                return await read_answer(reader)
        return None

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection[1].close()
            self._connection = None
