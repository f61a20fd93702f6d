"""The budget page: every line with what is planned, promised, spent and left, its worst case, and its transfers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jiacan.campaigns.contracts.budget import AccountUnknown, Books, Line
from jiacan.campaigns.contracts.public import CampaignUnknown
from jiacan.campaigns.contracts.reported import NoRunPhase
from jiacan.campaigns.contracts.room import Room
from jiacan.campaigns.core.amounts import Unit, write
from jiacan.campaigns.facade import budget as facade
from jiacan.campaigns.facade import room as rooms
from jiacan.campaigns.report import definitions
from jiacan.campaigns.report.room_definitions import RUNS_OUT, WORST_CASE
from jiacan.campaigns.web import shown
from jiacan.console.contracts import Visit
from jiacan.console.facade import page, words
from jiacan.kernel.cells import csv_lines
from jiacan.kernel.messages import Message, Phrasebook, tell
from jiacan.ledger.contracts import Happening, StatementLine
from jiacan.tenancy.contracts import Permission

HAPPENINGS: dict[Happening, Message] = {
    Happening.MOVED: tell("moved"),
    Happening.PROMISED: tell("promised"),
    Happening.SETTLED: tell("spent of what was promised"),
    Happening.VOIDED: tell("promise taken back"),
    Happening.EXPIRED: tell("promise lapsed"),
    Happening.REVERSED: tell("reversed"),
}


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of the books with its bar; `over` says by how much its worst case is more than it has."""

    line: Line
    bar: shown.ShownBurn | None
    worst: int | None
    over: bool


def _shown_line(line: Line, seen: Room) -> ShownLine:
    bar = None if line.burn is None else shown.shown_burn(line.burn, seen.clock, seen.currency)
    worst = None if line.worst is None else line.worst.at_most_minor
    unbounded = line.worst is not None and bool(line.worst.demands) and worst is None
    return ShownLine(line, bar, worst, over=unbounded or (worst is not None and worst > line.planned))


@page(needs=Permission.SEE_BUDGET)
@require_safe
def budget(request: HttpRequest, visit: Visit, plan_id: str) -> HttpResponse:
    """Money and goods: planned, promised, spent, left, at worst, and when each runs out."""
    seen, books = _load(visit, plan_id)
    means = {
        "planned": definitions.PLANNED,
        "promised": definitions.PROMISED,
        "spent": definitions.SPENT,
        "left": definitions.LEFT,
        "worst": WORST_CASE,
        "runs_out": RUNS_OUT,
    }
    return render(
        request,
        "campaigns/budget.html",
        {
            "visit": visit,
            "plan_id": plan_id,
            "room": seen,
            "books": books,
            "budget": [_shown_line(line, seen) for line in books.budget],
            "stock": [_shown_line(line, seen) for line in books.stock],
            "means": means,
        },
    )


@page(needs=Permission.SEE_BUDGET)
@require_safe
def statement(request: HttpRequest, visit: Visit, plan_id: str) -> HttpResponse:
    """The transfers behind one figure, the last first."""
    account, before = request.GET.get("account", ""), request.GET.get("before", "")
    at = datetime.now(UTC)
    try:
        found = facade.statement(
            visit.shop.id, plan_id, account, before=int(before) if before.isdigit() else None, at=at
        )
        seen = rooms.look(visit.shop.id, plan_id, at=at)
    except (CampaignUnknown, NoRunPhase, AccountUnknown) as error:
        raise Http404 from error
    lines = [(line, HAPPENINGS[line.happening], _sign(line)) for line in found.lines]
    facts = {"visit": visit, "plan_id": plan_id, "room": seen, "found": found, "lines": lines}
    return render(request, "campaigns/statement.html", {**facts, "is_money": found.key.unit == seen.currency})


def _sign(line: StatementLine) -> str:
    """Whether it changed what is there; a promise and its end do not."""
    if line.happening in {Happening.PROMISED, Happening.VOIDED, Happening.EXPIRED}:
        return ""
    return "+" if line.comes_in else "\N{MINUS SIGN}"


@page(needs=Permission.EXPORT)
@require_safe
def export(request: HttpRequest, visit: Visit, plan_id: str) -> HttpResponse:
    """The page's lines as CSV."""
    if not visit.may(Permission.SEE_BUDGET):
        raise Http404
    seen, books = _load(visit, plan_id)
    answer = HttpResponse(csv_lines(_rows(seen, books, words())), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{plan_id}-budget.csv"'
    return answer


def _rows(seen: Room, books: Books, said: Phrasebook) -> Iterator[list[str]]:
    titles = (
        tell("Kind"),
        tell("Id"),
        tell("Name"),
        tell("Unit"),
        tell("Planned"),
        tell("Promised"),
        tell("Spent"),
        tell("Left"),
        tell("At worst"),
    )
    yield [said.say(title) for title in titles]
    for line in (*books.budget, books.reserve):
        amounts = (line.planned, line.promised, line.spent, line.left)
        worst = None if line.worst is None else line.worst.at_most_minor
        yield [
            *(said.say(tell("Budget")), line.id, said.word(line.name), seen.currency),
            *(_amount(amount, seen.currency) for amount in amounts),
            "" if worst is None else _amount(worst, seen.currency),
        ]
    for line in books.stock:
        amounts = (line.planned, line.promised, line.spent, line.left)
        kind, unit = said.say(tell("Stock")), said.say(tell("pieces"))
        yield [kind, line.id, said.word(line.name), unit, *(str(amount) for amount in amounts), ""]


def _amount(minor: int, currency: str) -> str:
    return write(minor, Unit.AMOUNT, currency).replace(",", "").replace("\N{MINUS SIGN}", "-")


def _load(visit: Visit, plan_id: str) -> tuple[Room, Books]:
    at = datetime.now(UTC)
    try:
        return rooms.look(visit.shop.id, plan_id, at=at), facade.books(visit.shop.id, plan_id, at=at)
    except (CampaignUnknown, NoRunPhase) as error:
        raise Http404 from error
