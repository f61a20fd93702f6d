"""Work that several processes do at once, each on its own database connection."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing.pool import Pool
from threading import Barrier
from typing import TypeVar

Given = TypeVar("Given")

Processes = tuple[Pool, Barrier]
"""A pool, and what makes its processes begin together."""


def at_once(processes: Processes, work: Callable[[str, Barrier, int], Given], url: str) -> list[Given]:
    """What each process came back with; each is told which one it is."""
    pool, barrier = processes
    return pool.starmap(work, [(url, barrier, number) for number in range(barrier.parties)], chunksize=1)
