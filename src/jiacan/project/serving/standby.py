"""A process of the server that does not know yet which part it is.

Reading all of Jiacan's modules takes seconds, on a busy machine many. So every part begins here, and two processes
more than there are parts have read them already and stand by. Standard input tells a process which part to be; the
supervisor says so at once where a part is missing. Before that a process holds no port and no connection.
docs/decisions/0015-standing-by.md has the figures.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from django.core.wsgi import get_wsgi_application

import jiacan.project.start  # readies the models, so it comes before any facade
import jiacan.project.urls  # noqa: F401 - every page, with all that it imports
from jiacan.project.serving import part, web, worker, writer

Part = Callable[[Sequence[str]], None]

PARTS: Mapping[str, Part] = {"web": web.main, "writer": writer.main, "worker": worker.main}


def main() -> None:
    """Read every module, wait to be told, and be that part; end when the supervisor is gone before that."""
    _read_everything()
    told = sys.stdin.buffer.readline()
    if told:
        name, home, kind, *arguments = json.loads(told)
        part.begin(name, Path(home))
        PARTS[kind](arguments)


def _read_everything() -> None:
    get_wsgi_application()  # with the whole chain of middleware
    # What was read stays as long as the process: the collector need not look through it again and again.
    gc.collect()
    gc.freeze()
