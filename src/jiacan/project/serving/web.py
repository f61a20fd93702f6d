"""A web process: granian on the event loop, with pages on threads and streams beside them."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
from collections.abc import Sequence
from functools import partial

import uvloop
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

import jiacan.project.start  # noqa: F401 - readies the models, so it comes before any facade
from jiacan.campaigns.facade import gathering
from jiacan.project.serving.front import Front
from jiacan.project.serving.logs import GRANIAN_LOGGERS
from jiacan.project.serving.metrics import OPEN_STREAMS
from jiacan.project.serving.wire import Past

PAGE_THREADS = 8
WAITING = frozenset({("POST", "/api/v1/orders"), ("POST", "/api/v1/refunds")})
"""What waits for a writer, and has no use for a database connection meanwhile."""

REQUESTS_END_SECONDS = 5
_LOOK_AGAIN_SECONDS = 0.02

_log = logging.getLogger("jiacan.web")


def main(arguments: Sequence[str]) -> None:
    """Serve until asked to stop; then end what is under way and leave."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--writers", nargs="*", default=(), help="where they are reached; none with group commit off")
    asked = parser.parse_args(arguments)
    uvloop.run(_serve(asked.host, asked.port, asked.writers))


async def _serve(host: str, port: int, writers: Sequence[str]) -> None:
    stop = asyncio.Event()
    if writers:
        gathering.begin(past=partial(Past, addresses=writers, loop=asyncio.get_running_loop()))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    front = Front(
        pages=get_wsgi_application(),
        streams=get_asgi_application(),
        threads=PAGE_THREADS,
        max_body_bytes=settings.MAX_UPLOAD_BYTES,
        count_streams=OPEN_STREAMS.set,
        waits=lambda method, path: bool(writers) and (method, path) in WAITING,
    )
    server = Server(
        front,
        host,
        port,
        interface=Interfaces.ASGINL,
        websockets=False,
        backlog=1024,
        log_level=LogLevels.error,
        log_dictconfig={"loggers": GRANIAN_LOGGERS},
    )
    serving = asyncio.ensure_future(server.serve())
    await asyncio.wait({serving, asyncio.ensure_future(stop.wait())}, return_when=asyncio.FIRST_COMPLETED)
    await front.end_streams()
    server.stop()
    await _requests_end(front)
    await asyncio.wait({serving}, timeout=REQUESTS_END_SECONDS)


async def _requests_end(front: Front) -> None:
    give_up_at = asyncio.get_running_loop().time() + REQUESTS_END_SECONDS
    while front.requests_under_way and asyncio.get_running_loop().time() < give_up_at:
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)
