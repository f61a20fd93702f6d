"""The one door of a web process: live streams run on the event loop, every other request on a thread of a fixed pool.

Pages and the API are synchronous Django, and fastest as that: its WSGI handler on threads that keep their database
connections. A stream would hold such a thread for as long as someone looks, so addresses that end in `/live` go to
Django's ASGI handler. docs/decisions/0008-serving.md has the figures. Short requests that only wait until they are
settled with others run on the event loop too, and pause there: docs/decisions/0013-group-commit.md.
"""

from __future__ import annotations

import asyncio
import io
import tempfile
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import IO, Any

from asgiref.sync import SyncToAsync, ThreadSensitiveContext

from jiacan.project.serving.pausing import complete, pausable

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApplication = Callable[[Message, Receive, Send], Awaitable[None]]
WsgiApplication = Callable[[dict[str, Any], Callable[..., object]], Iterable[bytes]]

STREAM_SUFFIX = "/live"
BODY_IN_MEMORY_BYTES = 2 * 1024 * 1024
SHORT_BYTES = 16 * 1024
"""A body of more would keep the event loop too long."""
ANSWER_AT_ONCE_BYTES = 4 * 1024 * 1024
STREAM_ENDS_SECONDS = 2
CHUNK_SECONDS = 60
"""A client that does not take the next part of a long answer for this long is given up."""


class Front:
    """Divides requests between the two handlers, reads no body that is too large, and can end every stream."""

    def __init__(
        self,
        *,
        pages: WsgiApplication,
        streams: AsgiApplication,
        threads: int,
        max_body_bytes: int,
        count_streams: Callable[[int], object],
        waits: Callable[[str, str], bool] = lambda method, path: False,
    ) -> None:
        self._pages = pages
        self._streams = streams
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="page")
        self._waits = waits
        self._max_body_bytes = max_body_bytes
        self._count_streams = count_streams
        self._stream_context = ThreadSensitiveContext()
        self._open_streams: set[asyncio.Task[None]] = set()
        self._ending = False
        self.requests_under_way = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            raise ValueError(f"this server does not speak {scope['type']}")
        if scope["path"].endswith(STREAM_SUFFIX):
            await self._stream(scope, receive, send)
            return
        self.requests_under_way += 1
        try:
            await self._page(scope, receive, send)
        finally:
            self.requests_under_way -= 1

    async def end_streams(self) -> None:
        """Cancel every open stream, and wait until they have ended; later ones are not begun."""
        self._ending = True
        for task in self._open_streams:
            task.cancel()
        if self._open_streams:
            await asyncio.wait(self._open_streams, timeout=STREAM_ENDS_SECONDS)

    # --- streams ------------------------------------------------------------------------------------------

    async def _stream(self, scope: Message, receive: Receive, send: Send) -> None:
        if self._ending:
            await _send_short(send, 503)
            return
        # One thread, and with it one database connection, does the synchronous parts of all streams of this process;
        # otherwise each would keep a thread and a connection of its own for as long as it is open.
        SyncToAsync.thread_sensitive_context.set(self._stream_context)
        task = asyncio.ensure_future(self._streams(scope, receive, send))
        self._open_streams.add(task)
        self._count_streams(len(self._open_streams))
        try:
            await asyncio.wait({task})
        finally:
            task.cancel()
            self._open_streams.discard(task)
            self._count_streams(len(self._open_streams))
        if task.cancelled():
            with suppress(Exception):  # the client may be gone already
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        else:
            task.result()

    # --- pages --------------------------------------------------------------------------------------------

    async def _page(self, scope: Message, receive: Receive, send: Send) -> None:
        headers = _joined(scope["headers"])
        loop = asyncio.get_running_loop()
        with await self._read(headers, receive) as body:
            answer = _Answer(loop, send)
            environ = _environ(scope, headers, body)
            if self._waits(scope["method"], scope["path"]) and _is_short(headers.get("content-length", "")):
                rest = await pausable(partial(self._answer, environ, answer))
            else:
                rest = await loop.run_in_executor(self._pool, self._answer, environ, answer)
            if rest is not None:
                await send(answer.head)
                await send({"type": "http.response.body", "body": rest, "more_body": False})

    async def _read(self, headers: dict[str, str], receive: Receive) -> IO[bytes]:
        """The body; nothing of it where it is too large, of which the first middleware then tells by its length."""
        length = headers.get("content-length", "")
        if (length in {"", "0"} and "transfer-encoding" not in headers) or self._is_too_large(length):
            return io.BytesIO()
        body = _room_for(length)
        size, more = 0, True
        while more and size <= self._max_body_bytes:
            message = await receive()
            size += body.write(message.get("body", b""))
            more = message.get("more_body", False)
        headers["content-length"] = str(size)
        body.seek(0)
        return body

    def _is_too_large(self, length: str) -> bool:
        return length.isdigit() and int(length) > self._max_body_bytes

    def _answer(self, environ: dict[str, Any], answer: _Answer) -> bytes | None:
        response = self._pages(environ, answer.start)
        try:
            return answer.body_of(response)
        finally:
            close = getattr(response, "close", None)
            if close is not None:
                close()


class _Answer:
    """A WSGI answer, made on a page's thread or paused on the loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, send: Send) -> None:
        self._loop = loop
        self._send = send
        self.head: Message = {}

    def start(self, status: str, headers: list[tuple[str, str]], _exc_info: object = None) -> None:
        """WSGI's start_response."""
        encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        self.head = {"type": "http.response.start", "status": int(status[:3]), "headers": encoded}

    def body_of(self, response: Iterable[bytes]) -> bytes | None:
        """The body where it is short; a long one, or one of unknown length, is sent as it is made, and None given."""
        length = next((int(value) for name, value in self.head["headers"] if name == b"content-length"), None)
        if length is not None and length <= ANSWER_AT_ONCE_BYTES:
            return b"".join(response)
        self._now(self._send(self.head))
        for chunk in response:
            self._now(self._send({"type": "http.response.body", "body": chunk, "more_body": True}))
        self._now(self._send({"type": "http.response.body", "body": b"", "more_body": False}))
        return None

    def _now(self, step: Any) -> None:
        complete(asyncio.wait_for(step, CHUNK_SECONDS), self._loop)


def _is_short(length: str) -> bool:
    return length.isdigit() and int(length) <= SHORT_BYTES


def _room_for(length: str) -> IO[bytes]:
    """Where a body goes that says it is so long; the caller closes it."""
    if length.isdigit() and int(length) <= BODY_IN_MEMORY_BYTES:
        return io.BytesIO()
    return tempfile.SpooledTemporaryFile(BODY_IN_MEMORY_BYTES)


async def _send_short(send: Send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        separator = "; " if name == "cookie" else ","
        joined[name] = f"{joined[name]}{separator}{value}" if name in joined else value
    return joined


def _environ(scope: Message, headers: dict[str, str], body: IO[bytes]) -> dict[str, Any]:
    server = scope.get("server") or ("localhost", 80)
    client = scope.get("client") or ("", 0)
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": client[0],
        "REMOTE_PORT": str(client[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": None,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in headers.items():
        # A name with an underscore would pass for the one with a hyphen, which proxies may be relied on to set.
        if "_" not in name:
            environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
    environ["CONTENT_TYPE"] = headers.get("content-type", "")
    environ["CONTENT_LENGTH"] = headers.get("content-length", "")
    return environ
