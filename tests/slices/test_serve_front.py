"""The one door of a web process: what becomes a page, what becomes a stream, and what neither gets."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from jiacan.project.serving.front import Front, Message

LIMIT = 100


@dataclass
class Client:
    """Sends one request, and keeps what comes back."""

    path: str = "/"
    method: str = "GET"
    headers: tuple[tuple[bytes, bytes], ...] = ()
    parts: tuple[bytes, ...] = ()
    got: list[Message] = field(default_factory=list)
    parts_taken: int = 0

    async def ask(self, front: Front) -> None:
        await front(self._scope(), self._receive, self._send)

    @property
    def status(self) -> int:
        return self.got[0]["status"]

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.got)

    def _scope(self) -> Message:
        return {
            "type": "http",
            "http_version": "1.1",
            "scheme": "http",
            "method": self.method,
            "path": self.path,
            "query_string": b"",
            "headers": self.headers,
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 8000),
        }

    async def _receive(self) -> Message:
        if self.parts_taken == len(self.parts):
            await asyncio.Event().wait()
        self.parts_taken += 1
        more = self.parts_taken < len(self.parts)
        return {"type": "http.request", "body": self.parts[self.parts_taken - 1], "more_body": more}

    async def _send(self, message: Message) -> None:
        self.got.append(message)


def page(environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
    """Says what it was asked."""
    said = f"{environ['REQUEST_METHOD']} {environ['CONTENT_LENGTH']} ".encode() + environ["wsgi.input"].read()
    named = ",".join(sorted(name for name in environ if name.startswith("HTTP_"))).encode()
    body = said + b" " + named
    start("200 OK", [("Content-Length", str(len(body)))])
    return [body]


def long_page(environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
    """Is of unknown length."""
    start("200 OK", [])
    return iter((b"one ", b"two"))


async def stream(scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable) -> None:
    """Begins and goes on until it is ended."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"data: 1\n\n", "more_body": True})
    await asyncio.Event().wait()


def answers(*clients: Client, pages: Callable[..., Iterable[bytes]] = page) -> list[int]:
    """Ask for each; how many streams were open, time and again."""
    opened: list[int] = []

    async def ask_all() -> None:
        front = _front(pages, opened)
        for client in clients:
            await asyncio.wait_for(client.ask(front), 5)

    asyncio.run(ask_all())
    return opened


def _front(pages: Callable[..., Iterable[bytes]], opened: list[int]) -> Front:
    return Front(pages=pages, streams=stream, threads=2, max_body_bytes=LIMIT, count_streams=opened.append)


def test_a_page_gets_the_whole_body_and_the_answer_goes_back():
    client = Client(method="POST", headers=((b"content-length", b"6"),), parts=(b"abc", b"def"))
    answers(client)
    assert (client.status, client.body) == (200, b"POST 6 abcdef HTTP_CONTENT_LENGTH")
    assert len(client.got) == 2


def test_a_body_that_says_it_is_too_large_is_not_read_and_the_page_sees_its_length():
    client = Client(method="POST", headers=((b"content-length", b"101"),), parts=(b"x" * 101,))
    answers(client)
    assert client.parts_taken == 0
    assert client.body.startswith(b"POST 101  ")


def test_a_body_that_does_not_say_how_long_it_is_is_read_no_further_than_it_may_be():
    client = Client(method="POST", headers=((b"transfer-encoding", b"chunked"),), parts=(b"x" * 60,) * 10)
    answers(client)
    assert client.parts_taken == 2
    assert client.body.startswith(b"POST 120 ")


def test_a_header_with_an_underscore_does_not_pass_for_one_that_a_proxy_sets():
    client = Client(headers=((b"x_forwarded_for", b"203.0.113.9"), (b"cookie", b"a=1"), (b"cookie", b"b=2")))
    answers(client)
    assert client.body.endswith(b" HTTP_COOKIE")


def test_a_page_of_unknown_length_is_sent_as_it_is_made():
    client = Client()
    answers(client, pages=long_page)
    assert [message.get("body") for message in client.got] == [None, b"one ", b"two", b""]


def test_streams_share_one_thread_and_end_when_asked_and_later_ones_are_not_begun():
    opened: list[int] = []
    clients = [Client(path="/s/gifts/campaigns/plan/live") for _ in range(3)]

    async def open_and_end() -> Client:
        front = _front(page, opened)
        asking = [asyncio.ensure_future(client.ask(front)) for client in clients]
        while any(not client.body for client in clients):
            await asyncio.sleep(0)
        await front.end_streams()
        await asyncio.wait_for(asyncio.gather(*asking), 5)
        late = Client(path="/s/gifts/campaigns/plan/live")
        await late.ask(front)
        return late

    late = asyncio.run(open_and_end())
    assert [client.got[-1] for client in clients] == [
        {"type": "http.response.body", "body": b"", "more_body": False} for _ in clients
    ]
    assert opened == [1, 2, 3, 2, 1, 0]
    assert late.status == 503


def test_a_page_under_way_is_counted_until_it_is_done():
    let_go, seen = threading.Event(), []

    def slow(environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
        let_go.wait(5)
        return page(environ, start)

    async def ask() -> None:
        front = _front(slow, [])
        asking = asyncio.ensure_future(Client().ask(front))
        while not front.requests_under_way:
            await asyncio.sleep(0)
        seen.append(front.requests_under_way)
        let_go.set()
        await asking
        seen.append(front.requests_under_way)

    asyncio.run(ask())
    assert seen == [1, 0]
