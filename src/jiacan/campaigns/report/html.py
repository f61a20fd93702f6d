"""The report as one HTML file that needs nothing else: no script, and no request leaves the page."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from jiacan import __version__
from jiacan.campaigns.contracts.reported import CampaignFacts, Report, Unknown
from jiacan.campaigns.contracts.written import Summary, SummaryFigure, SummaryFinding
from jiacan.campaigns.core.amounts import Unit, write, write_change
from jiacan.campaigns.core.naming import OUTCOMES, TONES, offer_named
from jiacan.campaigns.report.cells import (
    Bar,
    Cell,
    Column,
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
    Whisker,
)
from jiacan.campaigns.report.charts import course_chart, offer_courses
from jiacan.campaigns.report.page import to_page
from jiacan.kernel.messages import Message, Phrasebook, tell
from jiacan.offers.contracts.awards import Outcome

WIDE, NARROW = 980, 320
_SHAPES = {"act": "▲", "watch": "◆", "good": "●", "note": "·", "met": "●", "missed": "▲", "open": "○", "unknown": "◆"}


def to_html(report: Report, words: Phrasebook) -> str:
    """The whole page in the language of `words`."""
    page = to_page(report)
    return render_to_string("campaigns/report.html", _Html(words, report.facts).page(page))


def to_summary(report: Report, words: Phrasebook) -> Summary:
    """The headlines and findings of the page, in the language of `words`."""
    page = to_page(report)
    html = _Html(words, report.facts)
    return Summary(
        version=page.version,
        until=words.say(page.until),
        figures=tuple(html.summary_figure(headline) for headline in page.headlines),
        findings=tuple(
            SummaryFinding(tone.value, words.say(TONES[tone]), words.say(text)) for tone, text in page.findings
        ),
    )


@dataclass(frozen=True, slots=True)
class _Html:
    """Puts a page's values into words and shapes; the template escapes every word."""

    words: Phrasebook
    facts: CampaignFacts

    def page(self, page: Page) -> dict[str, object]:
        """What the template shows."""
        say = self.words.say
        return {
            "lang": "zh-Hans" if self.words.language == "zh" else "en",
            "title": self.words.word(page.title),
            "kicker": say(tell("Campaign report")),
            "facts_line": [page.shop, say(tell("Plan version {version}", version=page.version)), say(page.until)],
            "phases": [
                (say(name), str(first), str(last), name is self._run_name(page)) for name, first, last in page.phases
            ],
            "headlines": [
                {
                    "definition": self._definition(headline.definition),
                    "cell": self._cell(_without_currency(headline.value)),
                    "currency": self.facts.rules.currency if _is_money(headline.value) else "",
                    "beside": say(headline.beside) if headline.beside else "",
                }
                for headline in page.headlines
            ],
            "findings_title": say(tell("What to look at")),
            "findings": [
                (tone.value, _SHAPES[tone.value], say(TONES[tone]), say(text)) for tone, text in page.findings
            ],
            "sections": [self._section(section) for section in page.sections],
            "definitions_title": say(tell("What every figure means")),
            "definitions": [self._definition(definition) for definition in page.definitions],
            "footer": say(tell("Written by Jiacan {version} from recorded orders and awards.", version=__version__)),
        }

    def summary_figure(self, headline: Headline) -> SummaryFigure:
        """A headline in words."""
        say, cell = self.words.say, self._cell(headline.value)
        beside = cell.get("why") or (say(headline.beside) if headline.beside else "")
        definition = headline.definition
        return SummaryFigure(say(definition.name), say(definition.says), str(cell["text"]), str(beside))

    def _definition(self, definition: Definition) -> dict[str, str]:
        say = self.words.say
        return {
            "key": definition.key,
            "name": say(definition.name),
            "says": say(definition.says),
            "kept_in": say(tell("Unit: {unit}. Time: {period}.", unit=definition.unit, period=definition.period)),
        }

    def _section(self, section: Section) -> dict[str, object]:
        return {
            "key": section.key,
            "title": self.words.say(section.title),
            "intro": [self.words.say(text) for text in section.intro],
            "charts": self._charts(section.key),
            "tables": [self._table(table) for table in section.tables],
        }

    def _table(self, table: Table) -> dict[str, object]:
        say = self.words.say
        return {
            "key": table.key,
            "title": say(table.title),
            "cards": table.cards,
            "folded": table.folded,
            "note": say(table.note) if table.note else "",
            "empty": "" if table.rows else say(table.empty),
            "columns": [self._column(column) for column in table.columns],
            "rows": [
                [(self._cell(cell), self._column(column)) for cell, column in zip(row, table.columns, strict=True)]
                for row in table.rows
            ],
        }

    def _column(self, column: Column) -> dict[str, object]:
        definition = self._definition(column.definition) if column.definition else None
        return {
            "title": self.words.say(column.title),
            "definition": definition,
            "numeric": column.numeric,
        }

    def _cell(self, cell: Cell) -> dict[str, object]:
        match cell:
            case Figure(value, unit, signed, aside):
                writer = write_change if signed else write
                return {"text": writer(value, unit, self.facts.rules.currency), "aside": self._aside(aside)}
            case Text(says, aside):
                return {"text": self.words.word(says), "aside": self._aside(aside), "words": True}
            case Moment(at):
                return {"text": self.words.word(at)}
            case Day(day):
                return {"text": str(day)}
            case State(verdict, says, aside):
                return {
                    "state": verdict.value,
                    "shape": _SHAPES[verdict.value],
                    "text": self.words.say(says),
                    "aside": self._aside(aside),
                }
            case Bar(used, promised):
                return {"bar": (f"{used * 100:.1f}", f"{promised * 100:.1f}")}
            case Whisker():
                return {"whisker": _whisker(cell)}
            case Unknown(why):
                return {"text": "–", "why": self.words.say(why)}

    def _aside(self, aside: Message | None) -> str:
        return self.words.say(aside) if aside else ""

    def _charts(self, section_key: str) -> dict[str, object] | None:
        if section_key == "course" and self.facts.days:
            return {
                "wide": _trusted(course_chart(self.facts, width=WIDE, key="wide")),
                "narrow": _trusted(course_chart(self.facts, width=NARROW, key="narrow")),
                "label": self.words.say(tell("Orders a day, and the orders that were expected")),
                "legend": [
                    ("line", self.words.say(tell("Orders a day"))),
                    ("dashed", self.words.say(tell("Expected from the eight weeks before"))),
                    ("shade", self.words.say(tell("Run phase"))),
                ],
            }
        if section_key == "offers" and self.facts.awards:
            return {
                "small": [
                    (self.words.word(offer_named(course.offer_id, self.facts.rules)), _trusted(course.svg))
                    for course in offer_courses(self.facts, width=NARROW - 30)
                ],
                "legend": [
                    (outcome.value.replace("_", "-"), self.words.say(OUTCOMES[outcome]))
                    for outcome in (Outcome.GRANTED, Outcome.OTHERWISE, Outcome.REFUSED, Outcome.HELD_OUT)
                ],
            }
        return None

    def _run_name(self, page: Page) -> Message | None:
        return next((name for name, _, _ in page.phases if name.text == "Run"), None)


def _is_money(cell: Cell) -> bool:
    return isinstance(cell, Figure) and cell.unit is Unit.MONEY


def _without_currency(cell: Cell) -> Cell:
    return replace(cell, unit=Unit.AMOUNT) if isinstance(cell, Figure) and cell.unit is Unit.MONEY else cell


def _trusted(svg: str) -> SafeString:
    return mark_safe(svg)  # noqa: S308 - drawn by us from numbers, days and fixed words alone


def _whisker(cell: Whisker) -> dict[str, str]:
    """Where the interval, its estimate and zero lie on a line that holds them all, in percent of its length."""
    low, high = min(cell.interval.low, 0.0), max(cell.interval.high, 0.0)
    room = (high - low) * 0.08 or 1.0
    start, length = low - room, high - low + 2 * room

    def at(value: float) -> str:
        return f"{(value - start) / length * 100:.2f}"

    return {
        "from": at(cell.interval.low),
        "length": f"{(cell.interval.high - cell.interval.low) / length * 100:.2f}",
        "value": at(cell.value),
        "zero": at(0.0),
    }
