"""The shipped campaign and history, moved in time by whole weeks so that the campaign runs now."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from jiacan import __file__ as package_file
from jiacan.kernel.errors import FileUnreadable
from jiacan.kernel.messages import tell

PLAN, ORDERS = "order-bonus.yaml", "online-retail-part.parquet"
PLAN_ID = "order-bonus-2011"
RUN_FROM, RUN_DAYS = date(2011, 11, 14), 14
ZONE = ZoneInfo("Europe/London")
AT_LEAST_DAYS_IN = 3
"""A campaign that began yesterday has little to show."""

_DATE = re.compile(r"\b2011-\d\d-\d\d\b")


@dataclass(frozen=True, slots=True)
class Move:
    """By how many weeks everything is later than it was."""

    weeks: int

    @property
    def run_from(self) -> date:
        """The first day of the run."""
        return RUN_FROM + timedelta(weeks=self.weeks)

    @property
    def plan_id(self) -> str:
        """The plan's id, with the year into which it was moved."""
        return f"order-bonus-{self.run_from.year}"

    def runs_at(self, at: datetime) -> bool:
        """Whether the run, thus moved, is under way."""
        return 0 <= (at.astimezone(ZONE).date() - self.run_from).days < RUN_DAYS


def move_for(at: datetime) -> Move:
    """The move that puts this moment some days into the run: from three to nine.

    >>> [str(move_for(datetime(2026, 11, day, 12, tzinfo=ZONE)).run_from) for day in (18, 19)]
    ['2026-11-09', '2026-11-16']
    """
    days_since = (at.astimezone(ZONE).date() - RUN_FROM).days - AT_LEAST_DAYS_IN
    return Move(days_since // 7)


def moved_plan(move: Move) -> str:
    """The plan's text with every date moved, and an id of the new year."""

    def later(found: re.Match[str]) -> str:
        return (date.fromisoformat(found[0]) + timedelta(weeks=move.weeks)).isoformat()

    return _DATE.sub(later, example(PLAN).read_text()).replace(PLAN_ID, move.plan_id)


def write_moved_orders(move: Move, *, until: datetime, before: Path, after: Path) -> None:
    """The history, moved: what then lies before the moment goes into one file, the rest into another."""
    cut = until.astimezone(ZONE).replace(tzinfo=None).isoformat(sep=" ")
    with duckdb.connect() as connection:
        history = connection.read_parquet(str(example(ORDERS)))
        moved = history.project(f"* REPLACE (InvoiceDate + to_days({move.weeks * 7}) AS InvoiceDate)")
        moved.filter(f"InvoiceDate < TIMESTAMP '{cut}'").write_parquet(str(before))
        moved.filter(f"InvoiceDate >= TIMESTAMP '{cut}'").write_parquet(str(after))


def example(name: str) -> Path:
    """A file of the shipped examples.

    Raises:
        FileUnreadable: they were not installed.
    """
    package = Path(package_file).resolve().parent
    for folder in (package / "examples", package.parent.parent / "examples"):
        if (folder / name).is_file():
            return folder / name
    raise FileUnreadable(path=name, reason=tell("the examples were not installed"))
