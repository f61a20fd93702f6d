"""How commands speak: tables and plain words for people, JSON for machines, progress where someone watches."""

from __future__ import annotations

import json as json_format
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo

from cyclopts import Parameter
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

import jiacan.project.start  # noqa: F401 - the catalogues of words are Django's
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Language, Message, Phrasebook, tell
from jiacan.kernel.money import Money, format_money
from jiacan.project.language import phrasebook


@Parameter(name="*")
@dataclass(frozen=True)
class Common:
    """What every command takes."""

    json: Annotated[bool, Parameter(negative="", help="Print JSON for machines.")] = False
    lang: Annotated[Language | None, Parameter(help="Speak zh or en; otherwise JIACAN_LANG or LANG decides.")] = None


COMMON = Common()


@dataclass(frozen=True, slots=True)
class Screen:
    """Where a command writes: words in one language, to people or to a machine."""

    words: Phrasebook
    json: bool
    console: Console
    aside: Console

    def say(self, message: Message) -> None:
        """A sentence on its own line."""
        self.console.print(self.words.say(message), markup=False, highlight=False, soft_wrap=True)

    def table(self, title: Message, columns: Sequence[Message], rows: Iterable[Sequence[object]]) -> None:
        """A table; numbers are set to the right, and money stands without its currency, which the title names."""
        found = [list(row) for row in rows]
        table = Table(title=self.words.say(title), title_justify="left", title_style="bold", box=SIMPLE_HEAD)
        for place, column in enumerate(columns):
            numbers = bool(found) and all(isinstance(row[place], int | float | Money) for row in found)
            table.add_column(self.words.say(column), justify="right" if numbers else "left", overflow="fold")
        for row in found:
            table.add_row(*(self._cell(value) for value in row))
        self.console.print(table)

    def _cell(self, value: object) -> str:
        if value is None:
            return "–"
        if isinstance(value, Money):
            return format_money(value).removesuffix(f" {value.currency}")
        return f"{value:,}" if isinstance(value, int) else self.words.word(value)

    def print_json(self, data: object) -> None:
        """The result for a machine."""
        json_format.dump(data, sys.stdout, ensure_ascii=False, indent=2, default=str)
        sys.stdout.write("\n")

    @contextmanager
    def progress(self) -> Iterator[ShowProgress]:
        """Progress of what takes a while, where a person watches; silent otherwise."""
        bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            console=self.aside,
            transient=True,
            disable=self.json or not self.aside.is_terminal,
        )
        with bar:
            yield ShowProgress(bar, self.words)


class ShowProgress:
    """Called with what is being done and how much of it is done (0 to 1; below 0 where that is unknown)."""

    def __init__(self, bar: Progress, words: Phrasebook) -> None:
        self._bar = bar
        self._words = words
        self._task = bar.add_task("", total=None)

    def __call__(self, doing: Message, done: float) -> None:
        total, completed = (None, 0.0) if done < 0 else (1.0, done)
        self._bar.update(self._task, description=self._words.say(doing), total=total, completed=completed)


def screen(common: Common, zone: ZoneInfo | None = None) -> Screen:
    """The screen a command writes to."""
    return Screen(
        words=phrasebook(common.lang, zone),
        json=common.json,
        console=Console(emoji=False),
        aside=Console(stderr=True, emoji=False),
    )


def print_error(error: JiacanError, *, json: bool) -> None:
    """What went wrong and what to do, to people on standard error, to machines as JSON."""
    words = phrasebook()
    said = words.say(error.message())
    if json:
        json_format.dump({"error": type(error).__name__, "message": said}, sys.stdout, ensure_ascii=False)
        sys.stdout.write("\n")
    else:
        aside = Console(stderr=True, emoji=False)
        aside.print(words.say(tell("Error: {said}", said=said)), markup=False, style="red", soft_wrap=True)
