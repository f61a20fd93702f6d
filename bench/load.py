"""How many requests a second an address answers, and how long each takes.

`python -m bench.load URL [--connections N] [--seconds S] [--header 'Name: value'] [--bodies FILE]` keeps N
connections open to the server, each with one request under way at a time, and prints one line of JSON. With
`--bodies` each line of the file is sent once, as the JSON body of a POST, and the load ends with the last of them or
with the time. It is meant to run in a process of its own beside the server: `run_beside` does so.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Load:
    """What is asked of the server."""

    url: str
    connections: int = 8
    seconds: float = 5.0
    headers: tuple[str, ...] = ()
    bodies: Path | None = None


@dataclass
class Answers:
    """What came back: how long each answer took, and how many there were of each status."""

    milliseconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)


def main() -> None:
    """Put the load on the server, and print one line of JSON."""
    parser = argparse.ArgumentParser(description="Requests a second.")
    parser.add_argument("url")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--header", action="append", default=[])
    parser.add_argument("--bodies", type=Path)
    asked = parser.parse_args()
    load = Load(asked.url, asked.connections, asked.seconds, tuple(asked.header), asked.bodies)
    sys.stdout.write(json.dumps(put(load)) + "\n")


def run_beside(load: Load) -> dict[str, float]:
    """Put the load on the server from a process of its own; the figures that it printed."""
    command = [sys.executable, "-m", "bench.load", load.url, "--connections", str(load.connections)]
    command += ["--seconds", str(load.seconds), *(part for each in load.headers for part in ("--header", each))]
    if load.bodies is not None:
        command += ["--bodies", str(load.bodies)]
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=root)
    return json.loads(done.stdout)


def put(load: Load) -> dict[str, object]:
    """Put the load on the server, and give the figures."""
    answers = Answers()
    began = time.perf_counter()
    asyncio.run(_all_connections(load, answers, began + load.seconds))
    seconds = time.perf_counter() - began
    sorted_ms = sorted(answers.milliseconds)
    return {
        "requests": len(sorted_ms),
        "requests_second": round(len(sorted_ms) / seconds, 1),
        "p50_ms": round(at_share(sorted_ms, 0.50), 3),
        "p99_ms": round(at_share(sorted_ms, 0.99), 3),
        "statuses": {str(status): count for status, count in sorted(answers.statuses.items())},
    }


def at_share(ordered: Sequence[float], share: float) -> float:
    """The value below which this share of the ordered values lies."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


async def _all_connections(load: Load, answers: Answers, ends_at: float) -> None:
    requests = _requests(load)
    await asyncio.gather(*(_one_connection(load, requests, answers, ends_at) for _ in range(load.connections)))


def _requests(load: Load) -> Iterator[bytes]:
    parts = urlsplit(load.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"Host: {parts.netloc}", "Accept: application/json", *load.headers]
    if load.bodies is None:
        request = "\r\n".join([f"GET {target} HTTP/1.1", *lines, "", ""]).encode()
        while True:
            yield request
    for body in load.bodies.read_bytes().splitlines():
        length = f"Content-Length: {len(body)}"
        head = [f"POST {target} HTTP/1.1", *lines, "Content-Type: application/json", length, "", ""]
        yield "\r\n".join(head).encode() + body


async def _one_connection(load: Load, requests: Iterator[bytes], answers: Answers, ends_at: float) -> None:
    parts = urlsplit(load.url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
    for request in requests:
        began = time.perf_counter()
        if began >= ends_at:
            break
        writer.write(request)
        status = await read_answer(reader)
        answers.milliseconds.append((time.perf_counter() - began) * 1000)
        answers.statuses[status] += 1
    writer.close()
    await writer.wait_closed()


async def read_answer(reader: asyncio.StreamReader) -> int:
    """Read one answer whole; its status."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = next((line[15:] for line in head.split("\r\n") if line.startswith("content-length:")), None)
    if length is None:
        raise ValueError("the answer does not say how long it is")
    await reader.readexactly(int(length))
    return int(head.split(" ", 2)[1])


if __name__ == "__main__":
    main()
