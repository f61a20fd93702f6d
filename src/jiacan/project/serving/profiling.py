"""Profiles of a running part: asked for by a file in the server's home, answered by a file beside it.

Whoever may write into the folder may ask, and nobody else: no address leads here. The answer names places in the
program, by function, file and line, and no value of theirs. https://www.speedscope.app reads it, offline too.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from types import CodeType, FrameType

FOLDER = "profiles"
SAMPLES_A_SECOND = 100
LONGEST_SECONDS = 600
OWNER_ONLY = 0o700

Stack = tuple[CodeType, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A profile that is asked for: of which part, for how long, and where to."""

    part: str
    seconds: float
    to: str


@dataclass
class Samples:
    """Where each thread was, and for how many seconds: its stacks in the order in which they were seen."""

    seen: dict[str, list[tuple[Stack, float]]] = field(default_factory=dict)

    def add(self, thread: str, stack: Stack, seconds: float) -> None:
        """The thread was there for so long; what stays the same is one entry."""
        stacks = self.seen.setdefault(thread, [])
        if stacks and stacks[-1][0] == stack:
            stacks[-1] = (stack, stacks[-1][1] + seconds)
        else:
            stacks.append((stack, seconds))


def ask(home: Path, asked: Asked) -> Path:
    """Ask the part for a profile; says where it will be."""
    folder = _folder(home)
    unfinished = folder / f"{asked.to}.asking"
    unfinished.write_text(json.dumps({"seconds": asked.seconds, "to": asked.to}))
    unfinished.replace(folder / f"{asked.part}.asked")
    return folder / asked.to


def answer(home: Path, part: str) -> None:
    """Make the profile that the part was asked for, if it was; takes as long as was asked."""
    request = home / FOLDER / f"{part}.asked"
    if not request.exists():
        return
    if request.stat().st_uid not in {os.geteuid(), 0}:
        return
    told = json.loads(request.read_text())
    request.unlink()
    samples = sample(min(float(told["seconds"]), LONGEST_SECONDS))
    to = home / FOLDER / Path(told["to"]).name
    unfinished = to.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(speedscope(part, samples)))
    unfinished.replace(to)


def sample(seconds: float) -> Samples:
    """Look for so long where every thread but this one is."""
    samples = Samples()
    last_of: dict[int, tuple[FrameType, int, Stack]] = {}
    looked_at, ends_at = monotonic(), monotonic() + seconds
    while looked_at < ends_at:
        sleep(1 / SAMPLES_A_SECOND)
        before, looked_at = looked_at, monotonic()
        names = {thread.ident: thread.name for thread in threading.enumerate()}
        for ident, frame in sys._current_frames().items():
            if ident == threading.get_ident():
                continue
            # A thread that waits is where it was: then its stack need not be walked again.
            known = last_of.get(ident)
            if known is None or known[0] is not frame or known[1] != frame.f_lasti:
                known = last_of[ident] = (frame, frame.f_lasti, _stack(frame))
            samples.add(names.get(ident, "unnamed"), known[2], looked_at - before)
    return samples


def heaviest(profile: Path, limit: int) -> list[tuple[str, float]]:
    """The functions of a finished profile in which most seconds were spent, threads that wait for work left out."""
    told = json.loads(profile.read_text())
    frames = told["shared"]["frames"]
    spent: defaultdict[str, float] = defaultdict(float)
    for thread in told["profiles"]:
        for stack, seconds in zip(thread["samples"], thread["weights"], strict=True):
            frame = frames[stack[-1]]
            if (frame["file"], frame["name"].rsplit(".", 1)[-1]) not in _WAITING:
                spent[f"{frame['name']} ({frame['file']}:{frame['line']})"] += seconds
    return sorted(spent.items(), key=lambda each: -each[1])[:limit]


_WAITING = frozenset(
    {
        ("threading.py", "wait"),
        ("selectors.py", "select"),
        ("thread.py", "_worker"),
        ("queue.py", "get"),
        ("jiacan/project/serving/part.py", "_stop_without_parent"),
    }
)
"""Where threads wait for work; one that waits for the database does not."""


def speedscope(name: str, samples: Samples) -> Mapping[str, object]:
    """The samples in the file format of speedscope, one profile a thread, seconds as weights."""
    codes: dict[CodeType, int] = {}
    for stacks in samples.seen.values():
        for stack, _ in stacks:
            for code in stack:
                codes.setdefault(code, len(codes))
    return {
        "$schema": "https://www.speedscope.app/file-format-schema.json",
        "name": name,
        "shared": {
            "frames": [
                {"name": code.co_qualname, "file": _place(code.co_filename), "line": code.co_firstlineno}
                for code in codes
            ]
        },
        "profiles": [
            {
                "type": "sampled",
                "name": thread,
                "unit": "seconds",
                "startValue": 0,
                "endValue": sum(seconds for _, seconds in stacks),
                "samples": [[codes[code] for code in stack] for stack, _ in stacks],
                "weights": [seconds for _, seconds in stacks],
            }
            for thread, stacks in sorted(samples.seen.items())
        ],
    }


def _stack(frame: FrameType | None) -> Stack:
    codes = []
    while frame is not None:
        codes.append(frame.f_code)
        frame = frame.f_back
    return tuple(reversed(codes))


def _place(file: str) -> str:
    """The file from its package on: where the machine keeps it is nobody's business."""
    for mark in ("/site-packages/", "/src/"):
        if mark in file:
            return file.rsplit(mark, 1)[1]
    return Path(file).name


def _folder(home: Path) -> Path:
    folder = home / FOLDER
    with suppress(FileExistsError):
        folder.mkdir(mode=OWNER_ONLY)
    return folder
