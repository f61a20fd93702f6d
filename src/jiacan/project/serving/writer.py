"""The writer process: settles together what web processes send it, and does nothing else."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Sequence
from threading import Event

import jiacan.project.start  # noqa: F401 - readies the models, so it comes before any facade
from jiacan.campaigns.facade.gathering import Writers
from jiacan.project.serving.wire import Door

REQUESTS_END_SECONDS = 6
"""Web processes that are stopped with it may send what they have under way for so long."""


def main(arguments: Sequence[str]) -> None:
    """Settle until asked to stop; then what web processes still send, and leave."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--address", required=True)
    address = parser.parse_args(arguments).address
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    writers = Writers()
    writers.start()
    door = Door(address, writers)
    stop.wait()
    door.wait_until_left(REQUESTS_END_SECONDS)
    writers.stop()
    door.close()
