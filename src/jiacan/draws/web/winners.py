"""The staff's table of winners: looked for, exported, and what becomes of their prizes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from jiacan.console.contracts import Visit
from jiacan.console.facade import page, words
from jiacan.draws.contracts.kept import KeptDraw, Win, WinFilter, WinState
from jiacan.draws.core.words import WIN_STATES
from jiacan.draws.facade import prizes, reading
from jiacan.draws.web.public import number
from jiacan.draws.web.shown_staff import TASKS, Task, is_ready, shown_winner
from jiacan.kernel.cells import csv_lines
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import tell
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Permission

ON_A_PAGE = 50
IN_A_PIECE = 1_000
_COLUMNS = (
    *("win", "draw", "ticket", "number", "order", "customer", "prize", "state", "won_at", "claim_by"),
    *("claimed_at", "shipped_at", "settled_at", "ended_at", "note"),
)


@page(needs=Permission.SEE_DRAWS)
@require_safe
def winners(request: HttpRequest, visit: Visit, plan_id: str) -> HttpResponse:
    """Winners that the address asks for, the last first."""
    draws = _draws(visit, plan_id)
    asked, before = _query(request, plan_id), number(request.GET.get("before", ""))
    found = reading.wins_of(visit.shop.id, asked, after=before, limit=ON_A_PAGE + 1)
    counts = reading.count_wins(visit.shop.id, WinFilter(plan_id=plan_id, draw_id=asked.draw_id))
    facts = {
        "visit": visit,
        "plan_id": plan_id,
        "campaign": next((each.promise.campaign for each in draws.values()), plan_id),
        "asked": asked,
        "found": [shown_winner(each, draws[each.draw_row]) for each in found[:ON_A_PAGE]],
        "before": found[ON_A_PAGE - 1].id if len(found) > ON_A_PAGE else None,
        "paged": before is not None,
        "draws": [(each.draw_id, each.promise.name) for each in draws.values()],
        "states": [(state.value, word, counts.get(state, 0)) for state, (_, word) in WIN_STATES.items()],
        "prizes": sorted(
            {(prize.id, prize.gives) for each in draws.values() for prize in each.promise.prizes}, key=str
        ),
        "tasks": TASKS.values(),
    }
    return render(request, "draws/staff/winners.html", facts)


def _draws(visit: Visit, plan_id: str) -> dict[int, KeptDraw]:
    return {each.id: each for each in reading.draws_of(visit.shop.id, plan_id)}


def _query(request: HttpRequest, plan_id: str) -> WinFilter:
    wanted = request.GET.get
    state = wanted("state", "")
    return WinFilter(
        plan_id=plan_id,
        draw_id=wanted("draw", "")[:128],
        prize=wanted("prize", "")[:128],
        state=WinState(state) if state in list(WinState) else None,
        text=wanted("q", "").strip()[:200],
    )


# --- what becomes of prizes -------------------------------------------------------------------------------


@page(needs=Permission.SHIP_PRIZES)
@require_POST
def preview(request: HttpRequest, visit: Visit, plan_id: str) -> HttpResponse:
    """Say what would be done, and with how many prizes of whom, before it is done."""
    task, draws = _task(request), _draws(visit, plan_id)
    ticked = _ticked(request, visit, plan_id)
    ready = [each for each in ticked if is_ready(task, each, draws[each.draw_row])]
    if not ready:
        states = tuple(WIN_STATES[state][1] for state in task.states)
        messages.error(request, words().say(tell("Tick prizes that are: {states}.", states=states)))
        return redirect(_back(visit, plan_id, request))
    shown = [shown_winner(each, draws[each.draw_row]) for each in ready]
    facts = {
        "visit": visit,
        "plan_id": plan_id,
        "task": task,
        "found": shown,
        "left_out": len(ticked) - len(ready),
        "customers": len({each.customer_id for each in ready}),
        "pieces": Counter(each.gives for each in shown).most_common(),
        "back": _back(visit, plan_id, request),
        "query": request.GET.urlencode(),
    }
    return render(request, "draws/staff/preview.html", facts)


@page(needs=Permission.SHIP_PRIZES)
@require_POST
def carry_out(request: HttpRequest, visit: Visit, plan_id: str) -> HttpResponse:
    """Do what the preview said."""
    task, draws = _task(request), _draws(visit, plan_id)
    ids = [each.id for each in _ticked(request, visit, plan_id) if is_ready(task, each, draws[each.draw_row])]
    note = request.POST.get("note", "").strip()[:500]
    try:
        done = _do(task, visit, ids, note)
    except JiacanError as error:
        messages.error(request, words().say(error.message()))
    else:
        messages.success(request, words().say(tell("Done for {done} prizes; the audit says by whom.", done=done)))
    return redirect(_back(visit, plan_id, request))


def _do(task: Task, visit: Visit, ids: list[int], note: str) -> int:
    now = datetime.now(UTC)
    match task.id:
        case "ship":
            return prizes.ship(visit.shop.id, ids, note=note, actor=visit.actor, at=now)
        case "settle":
            return prizes.settle(visit.shop.id, ids, note=note, actor=visit.actor, at=now)
        case _:
            return prizes.give_owed(visit.shop.id, ids, actor=visit.actor, at=now)


def _task(request: HttpRequest) -> Task:
    task = TASKS.get(request.POST.get("task", ""))
    if task is None:
        raise Http404
    return task


def _ticked(request: HttpRequest, visit: Visit, plan_id: str) -> list[Win]:
    """Those of the page's winners that were ticked, as they stand now."""
    ids = {number(text) for text in request.POST.getlist("win")[:ON_A_PAGE]}
    asked = WinFilter(plan_id=plan_id)
    found = (reading.wins_of(visit.shop.id, asked, after=each + 1, limit=1) for each in ids if each is not None)
    return sorted((win for wins in found for win in wins if win.id in ids), key=lambda win: -win.id)


def _back(visit: Visit, plan_id: str, request: HttpRequest) -> str:
    address = reverse("campaign-draws-winners", args=[visit.shop.slug, plan_id])
    return f"{address}?{request.GET.urlencode()}" if request.GET else address


# --- a file -----------------------------------------------------------------------------------------------


@page(needs=Permission.EXPORT)
@require_safe
def export(request: HttpRequest, visit: Visit, plan_id: str) -> StreamingHttpResponse:
    """Exactly the winners that the address asks for, as CSV; audited, since it names customers."""
    if not visit.may(Permission.SEE_DRAWS):
        raise Http404
    tenancy.audit(
        visit.shop.id,
        actor=visit.actor,
        action="winners exported",
        subject=plan_id,
        after={name: str(value) for name in request.GET if (value := request.GET[name])},
    )
    rows = _rows(visit.shop.id, _query(request, plan_id), _draws(visit, plan_id))
    answer = StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{plan_id}-winners.csv"'
    return answer


def _rows(shop_id: int, asked: WinFilter, draws: Mapping[int, KeptDraw]) -> Iterator[tuple[str, ...]]:
    yield _COLUMNS
    before: int | None = None
    while found := reading.wins_of(shop_id, asked, after=before, limit=IN_A_PIECE):
        yield from (_cells(each, draws[each.draw_row].draw_id) for each in found)
        before = found[-1].id


def _cells(win: Win, draw_id: str) -> tuple[str, ...]:
    moments = (win.claim_by, win.claimed_at, win.shipped_at, win.settled_at, win.ended_at)
    return (
        *(str(win.id), draw_id, win.ticket.issued, str(win.ticket.number), win.ticket.order_id, win.customer_id),
        *(win.prize, win.state, win.won_at.isoformat()),
        *("" if moment is None else moment.isoformat() for moment in moments),
        win.note,
    )
