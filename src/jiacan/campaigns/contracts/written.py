"""Reports that people asked for: how far each is, and what its page shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Stage(StrEnum):
    """How far a report is."""

    WAITING = "waiting"
    READING = "reading"
    WRITING = "writing"
    WRITTEN = "written"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SummaryFigure:
    """A headline of the report, in words."""

    name: str
    means: str
    value: str
    beside: str


@dataclass(frozen=True, slots=True)
class SummaryFinding:
    """A finding of the report, in words; `tone` is a `Tone`."""

    tone: str
    word: str
    says: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What the page shows of a report."""

    version: int
    until: str
    figures: tuple[SummaryFigure, ...]
    findings: tuple[SummaryFinding, ...]


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """A report that was asked for, as far as it is."""

    id: int
    plan_id: str
    language: str
    asked_by: str
    asked_at: datetime
    began_at: datetime | None
    stage: Stage
    written_at: datetime | None
    failed: str
    summary: Summary | None

    @property
    def took(self) -> timedelta | None:
        """How long it took to write."""
        if self.began_at is None or self.written_at is None:
            return None
        return self.written_at - self.began_at

    @property
    def is_under_way(self) -> bool:
        """Whether it is still to come."""
        return self.stage in {Stage.WAITING, Stage.READING, Stage.WRITING}
