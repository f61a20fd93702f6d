"""Rehearsals that people asked for: what was uploaded, how far each is, and what it came to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from jiacan.campaigns.contracts.figures import Figures
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell

MEGABYTE = 1 << 20


class RehearsalStage(StrEnum):
    """How far a rehearsal is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Text(StrEnum):
    """Which text of the plan is rehearsed."""

    DRAFT = "draft"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class BirthdayFile:
    """What a file of customers held: of how many it tells the birthday, and how many of its rows tell none.

    `bad_lines` are the first of these; what they say is about people, and is not kept.
    """

    customers: int
    bad_rows: int
    bad_lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FilesRead:
    """What the files held; `set_aside` and `notes` are in the words of whoever asked."""

    rows: int
    orders: int
    unpaid_orders: int
    refunds: int
    repeated_rows: int
    bad_rows: int
    set_aside: tuple[tuple[str, int], ...]
    unknown_columns: tuple[str, ...]
    notes: tuple[str, ...]
    birthdays: BirthdayFile | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What a rehearsal came to; `unasked` are the offers that birthdays were missing for."""

    read: FilesRead
    figures: Figures
    unasked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewRehearsal:
    """What is to be rehearsed on what; see `AskedRehearsal`."""

    text: Text
    number: int
    plan_text: str
    language: str
    orders_name: str
    refunds_name: str
    customers_name: str
    size_bytes: int
    folder: str


@dataclass(frozen=True, slots=True)
class AskedRehearsal:
    """A rehearsal that was asked for, as far as it is.

    `number` is the draft's revision or the live version; `share` of it is done, below 0 where that is unknown, and
    `doing` says in English what is being done. `folder` names where its files lie.
    """

    id: int
    plan_id: str
    text: Text
    number: int
    language: str
    orders_name: str
    refunds_name: str
    customers_name: str
    size_bytes: int
    folder: str
    asked_by: str
    asked_at: datetime
    began_at: datetime | None
    ended_at: datetime | None
    stage: RehearsalStage
    doing: str
    share: float
    failed: str
    result: Result | None

    @property
    def is_under_way(self) -> bool:
        """Whether it is still to come."""
        return self.stage in {RehearsalStage.WAITING, RehearsalStage.RUNNING}

    @property
    def took(self) -> timedelta | None:
        """How long it took."""
        return None if self.began_at is None or self.ended_at is None else self.ended_at - self.began_at


# --- errors -----------------------------------------------------------------------------------------------


@dataclass(eq=False)
class UploadTooLarge(JiacanError):
    """The file is larger than a page takes."""

    name: str
    size_bytes: int
    most_bytes: int

    def message(self) -> Message:
        return tell(
            "{name} has {size} MB, and a page takes {most} MB at most. Send it as Parquet, in parts, or rehearse it "
            "with `jiacan simulate`, which takes any size.",
            name=self.name,
            size=-(-self.size_bytes // MEGABYTE),
            most=self.most_bytes // MEGABYTE,
        )


@dataclass(eq=False)
class UploadMissing(JiacanError):
    """No file of orders was chosen, or an empty one."""

    def message(self) -> Message:
        return tell("Choose a file of orders that is not empty: CSV, Parquet or XLSX.")


@dataclass(eq=False)
class UploadGone(JiacanError):
    """The files are not kept any more."""

    def message(self) -> Message:
        return tell("Its files are no longer kept. Upload them again.")


@dataclass(eq=False)
class NothingToRehearse(JiacanError):
    """The plan has no such text."""

    text: Text

    def message(self) -> Message:
        if self.text is Text.DRAFT:
            return tell("There is no draft to rehearse; choose the live version.")
        return tell("The plan has not gone live; choose the draft.")
