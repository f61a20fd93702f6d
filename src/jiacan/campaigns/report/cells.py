"""What a report page is built of, whatever it is written as: definitions, cells, tables, sections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from jiacan.campaigns.contracts.reported import Interval, Tone, Unknown, Verdict
from jiacan.campaigns.core.amounts import Unit
from jiacan.kernel.messages import Message, Name


@dataclass(frozen=True, slots=True)
class Definition:
    """What a figure means: its name, what exactly is counted, in which unit and over which time."""

    key: str
    name: Message
    says: Message
    unit: Message
    period: Message


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in its unit; `signed` shows a plus, `aside` is a smaller second line."""

    value: float
    unit: Unit
    signed: bool = False
    aside: Message | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """Words, in the reader's language; `aside` is a smaller second line."""

    says: Message | Name | str
    aside: Message | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time, told in the plan's zone."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the plan's zone."""

    day: date


@dataclass(frozen=True, slots=True)
class State:
    """A verdict: a shape and a word, never colour alone."""

    verdict: Verdict
    says: Message
    aside: Message | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """Shares of a whole that stack up to at most 1: used, promised."""

    used: float
    promised: float


@dataclass(frozen=True, slots=True)
class Whisker:
    """An interval drawn on a line from `low` to `high`, with its estimate and zero."""

    interval: Interval
    value: float


Cell = Figure | Text | Moment | Day | State | Bar | Whisker | Unknown


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, what its figures mean, and whether it only draws what others say."""

    title: Message
    definition: Definition | None = None
    numeric: bool = True
    drawing: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings. On a narrow page rows become `cards`, or the table scrolls; a `folded` one opens."""

    key: str
    title: Message
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Cell, ...]]
    empty: Message
    note: Message | None = None
    cards: bool = False
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One question of the report and its answer."""

    key: str
    title: Message
    intro: tuple[Message, ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Headline:
    """One of the first figures: its name, value, and what it is held against."""

    definition: Definition
    value: Figure | Unknown
    beside: Message | None


@dataclass(frozen=True, slots=True)
class Page:
    """The whole report, before it is put into a language and a form."""

    title: Name
    shop: str
    version: int
    phases: tuple[tuple[Message, date, date], ...]
    until: Message
    headlines: tuple[Headline, ...]
    findings: tuple[tuple[Tone, Message], ...]
    sections: tuple[Section, ...]
    definitions: tuple[Definition, ...]
