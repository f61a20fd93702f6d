"""The report as an XLSX workbook: a sheet for each question, numbers as numbers, charts that the office can edit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from jiacan.campaigns.contracts.reported import Report, Unknown
from jiacan.campaigns.core.amounts import Unit
from jiacan.campaigns.core.naming import OUTCOMES, TONES
from jiacan.campaigns.report.cells import (
    Cell,
    Day,
    Definition,
    Figure,
    Headline,
    Moment,
    Page,
    Section,
    State,
    Table,
    Text,
)
from jiacan.campaigns.report.page import to_page
from jiacan.kernel.messages import Message, Phrasebook, tell
from jiacan.kernel.money import minor_digits, to_major
from jiacan.offers.contracts.awards import Outcome

_A4 = 9
_NARROWEST, _WIDEST = 10, 48
_DAYS = {"date_axis": True, "num_format": "mm-dd"}
_COLOURS = {
    Outcome.GRANTED: "#37485a",
    Outcome.OTHERWISE: "#93a4b4",
    Outcome.REFUSED: "#c8371f",
    Outcome.HELD_OUT: "#d9d0bf",
}


def to_workbook(report: Report, words: Phrasebook) -> bytes:
    """The whole workbook in the language of `words`; the same report gives the same bytes."""
    into = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(into, options)
    page = to_page(report)
    book.set_properties({"title": words.word(page.title), "created": datetime(2000, 1, 1)})  # noqa: DTZ001 - naive by its format
    _Writer(book, words, report.facts.rules.currency).write(page)
    book.close()
    return into.getvalue()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a table stands, for the charts that show it: its sheet, first and last row of values."""

    sheet: str
    first: int
    last: int


@dataclass(slots=True)
class _Writer:
    book: Any
    words: Phrasebook
    currency: str
    places: dict[str, _Place] = field(default_factory=dict)
    formats: dict[str, Any] = field(default_factory=dict)
    known: dict[tuple[str, int], int] = field(default_factory=dict)

    def write(self, page: Page) -> None:
        """Every sheet: the overview, one for each section, the definitions."""
        self._overview(page)
        for section in page.sections:
            self._section(section)
        self._definitions(page.definitions)

    def _format(self, **settings: Any) -> Any:
        key = repr(sorted(settings.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format({"valign": "top", **settings})
        return self.formats[key]

    def _sheet(self, title: Message) -> Any:
        name = self.words.say(title).translate(str.maketrans("", "", "[]:*?/\\'"))[:31]
        sheet = self.book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        return sheet

    def _overview(self, page: Page) -> None:
        sheet = self._sheet(tell("Overview"))
        say = self.words.say
        sheet.write_string(0, 0, self.words.word(page.title), self._format(bold=True, font_size=16))
        sheet.write_string(1, 0, page.shop)
        sheet.write_string(2, 0, say(tell("Plan version {version}", version=page.version)))
        sheet.write_string(3, 0, say(page.until))
        row = 5
        for name, first, last in page.phases:
            sheet.write_string(row, 0, say(name))
            sheet.write_string(row, 1, f"{first} – {last}")
            row += 1
        row = self._headlines(sheet, row + 1, page.headlines)
        sheet.write_string(row, 0, say(tell("What to look at")), self._heading())
        for tone, text in page.findings:
            row += 1
            sheet.write_string(row, 0, say(TONES[tone]))
            sheet.write_string(row, 1, say(text))
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 20)

    def _headlines(self, sheet: Any, row: int, headlines: tuple[Headline, ...]) -> int:
        for headline in headlines:
            sheet.write_string(row, 0, self.words.say(headline.definition.name))
            self._cell(sheet, row, 1, headline.value)
            if isinstance(headline.value, Figure) and headline.beside:
                sheet.write_string(row, 2, self.words.say(headline.beside))
            row += 1
        return row + 1

    def _heading(self) -> Any:
        return self._format(bold=True, bottom=1, text_wrap=True)

    def _section(self, section: Section) -> None:
        """A section's first table freezes its headings; the others and their charts follow below."""
        sheet = self._sheet(section.title)
        row = 0
        for n, table in enumerate(section.tables):
            row = self._table(sheet, row, table, freeze=n == 0)
        self._widen(sheet, section.tables)
        for text in section.intro:
            sheet.write_string(row, 0, self.words.say(text))
            row += 1
        self._chart(sheet, section.key)

    def _widen(self, sheet: Any, tables: Iterable[Table]) -> None:
        """Make each column wide enough for what stands in it, within reason."""
        widths: dict[int, int] = {}
        for table in tables:
            kept = [n for n, column in enumerate(table.columns) if not column.drawing]
            for place, n in enumerate(kept):
                heading = len(self.words.say(table.columns[n].title))
                cells = (self._letters(row[n]) for row in table.rows)
                widths[place] = max(widths.get(place, _NARROWEST), heading, *cells, _NARROWEST)
        for place, width in widths.items():
            sheet.set_column(place, place, min(width + 2, _WIDEST))

    def _letters(self, cell: Cell) -> int:
        match cell:
            case Figure(value):
                return len(f"{value:,.0f}") + len(".00 ") + len(self.currency)
            case Text(says) | State(_, says):
                return len(self.words.word(says))
            case Moment():
                return len("2011-11-14 10:00")
            case _:
                return _NARROWEST

    def _table(self, sheet: Any, row: int, table: Table, *, freeze: bool) -> int:
        say = self.words.say
        sheet.write_string(row, 0, say(table.title), self._format(bold=True))
        kept = [n for n, column in enumerate(table.columns) if not column.drawing]
        for place, n in enumerate(kept):
            sheet.write_string(row + 1, place, say(table.columns[n].title), self._heading())
        if freeze:
            sheet.freeze_panes(row + 2, 1)
        first = row + 2
        for down, cells in enumerate(table.rows):
            for place, n in enumerate(kept):
                self._cell(sheet, first + down, place, cells[n])
                if not isinstance(cells[n], Unknown):
                    self.known[table.key, place] = first + down
        last = first + len(table.rows) - 1
        self.places[table.key] = _Place(sheet.get_name(), first, last)
        row = max(last, first - 1) + 1
        for remark in [table.note] if table.rows else [table.empty]:
            if remark is not None:
                sheet.write_string(row, 0, say(remark))
                row += 1
        return row + 1

    def _cell(self, sheet: Any, row: int, column: int, cell: Cell) -> None:
        match cell:
            case Figure(value, unit):
                self._number(sheet, row, column, value, unit)
                self._aside(sheet, row, column, cell.aside)
            case Text(says):
                sheet.write_string(row, column, self.words.word(says), self._format())
                self._aside(sheet, row, column, cell.aside)
            case State(_, says):
                sheet.write_string(row, column, self.words.say(says), self._format(bold=True))
                self._aside(sheet, row, column, cell.aside)
            case Day(day):
                sheet.write_datetime(row, column, day, self._format(num_format="yyyy-mm-dd", align="left"))
            case Moment(at):
                local = at.astimezone(self.words.zone).replace(tzinfo=None)
                sheet.write_datetime(row, column, local, self._format(num_format="yyyy-mm-dd hh:mm"))
            case Unknown(why):
                sheet.write_string(row, column, "–", self._format(align="right"))
                self._aside(sheet, row, column, why)
            case _:
                raise AssertionError("a drawing has no place in a sheet")

    def _aside(self, sheet: Any, row: int, column: int, aside: Message | None) -> None:
        if aside is not None:
            sheet.write_comment(row, column, self.words.say(aside))

    def _number(self, sheet: Any, row: int, column: int, value: float, unit: Unit) -> None:
        digits = "0" * minor_digits(self.currency)
        money = f"#,##0.{digits}" if digits else "#,##0"
        number, form = {
            Unit.COUNT: (value, "#,##0"),
            Unit.DECIMAL: (value, "#,##0.0"),
            Unit.MONEY: (float(to_major(round(value), self.currency)), f'{money} "{self.currency}"'),
            Unit.AMOUNT: (float(to_major(round(value), self.currency)), money),
            Unit.SHARE: (value, "0.0%"),
            Unit.POINTS: (value * 100, "+0.0;-0.0;0.0"),
            Unit.RATIO: (value, "#,##0.00"),
        }[unit]
        sheet.write_number(row, column, number, self._format(num_format=form))

    def _chart(self, sheet: Any, section_key: str) -> None:
        if section_key == "course" and self._has_rows("course"):
            chart = self.book.add_chart({"type": "line"})
            self._series(chart, "course", 1, tell("Orders"), "#1d1b18", line=True)
            self._series(chart, "course", 2, tell("Expected orders"), "#c8371f", line=True)
            chart.set_x_axis(_DAYS)
            self._place(sheet, chart, tell("Orders a day"), "G2")
        elif section_key == "offers" and self._has_rows("awards-by-day"):
            chart = self.book.add_chart({"type": "column", "subtype": "stacked"})
            for column, (outcome, colour) in enumerate(_COLOURS.items(), start=1):
                self._series(chart, "awards-by-day", column, OUTCOMES[outcome], colour)
            chart.set_x_axis(_DAYS)
            self._place(sheet, chart, tell("Awards and refusals by day"), "I2")
        elif section_key == "means" and self._has_rows("budget"):
            chart = self.book.add_chart({"type": "bar", "subtype": "stacked"})
            parts = ((2, tell("Spent"), "#37485a"), (3, tell("Promised"), "#93a4b4"), (4, tell("Left"), "#d9d0bf"))
            for column, name, colour in parts:
                self._series(chart, "budget", column, name, colour)
            chart.set_y_axis({"reverse": True})
            self._place(sheet, chart, tell("Money by budget line, in {currency}", currency=self.currency), "I2")

    def _has_rows(self, key: str) -> bool:
        place = self.places[key]
        return place.last >= place.first

    def _series(self, chart: Any, key: str, column: int, name: Message, colour: str, *, line: bool = False) -> None:
        place = self.places[key]
        last = self.known.get(
            (key, column), place.first
        )  # a figure that is unknown to the end is not drawn as nothing
        settings: dict[str, Any] = {
            "name": self.words.say(name),
            "categories": [place.sheet, place.first, 0, place.last, 0],
            "values": [place.sheet, place.first, column, last, column],
        }
        settings |= {"line": {"color": colour, "width": 1.75}} if line else {"fill": {"color": colour}, "gap": 40}
        chart.add_series(settings)

    def _place(self, sheet: Any, chart: Any, title: Message, at: str) -> None:
        chart.set_title({"name": self.words.say(title), "name_font": {"size": 12}})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 640, "height": 320})
        sheet.insert_chart(at, chart)

    def _definitions(self, definitions: tuple[Definition, ...]) -> None:
        sheet = self._sheet(tell("Definitions"))
        heads = (tell("Figure"), tell("What it means"), tell("Unit"), tell("Time"))
        for place, head in enumerate(heads):
            sheet.write_string(0, place, self.words.say(head), self._heading())
        for row, definition in enumerate(definitions, start=1):
            parts = (definition.name, definition.says, definition.unit, definition.period)
            for place, part in enumerate(parts):
                sheet.write_string(row, place, self.words.say(part), self._format(text_wrap=True))
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 90)
        sheet.set_column(2, 3, 32)
