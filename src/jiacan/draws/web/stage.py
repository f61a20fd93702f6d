"""A live draw on its stage: the operator's page and the big screen. Results are fixed before; here they are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from jiacan.console.contracts import Visit
from jiacan.console.facade import page, words
from jiacan.draws.contracts.kept import DrawState, KeptDraw, PromisedPrize, Win
from jiacan.draws.contracts.terms import Mode
from jiacan.draws.core.words import covered
from jiacan.draws.facade import holding, photographs, reading
from jiacan.draws.web.held import get_draw
from jiacan.draws.web.shown import ShownPhotograph, shown_photograph
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, Name, tell
from jiacan.tenancy.contracts import Permission

COUNT_FROM = 5
"""Seconds that the screen counts down before it shows a winner who was just drawn."""

_NAMED_SECONDS = 86_400
_LATEST = 24


@dataclass(frozen=True, slots=True)
class PrizeOnStage:
    """A prize, how many of it were shown, and the key that names it."""

    id: str
    gives: Name
    units: int
    left: int
    key: str


@dataclass(frozen=True, slots=True)
class Stage:
    """What the screen shows now: a prize that is named, the seconds that are counted, or covered winners."""

    draw: KeptDraw
    says: Message | None
    prize: PrizeOnStage | None
    photograph: ShownPhotograph | None
    counting: int
    shown: tuple[str, ...]
    prizes: tuple[PrizeOnStage, ...]
    can_begin: bool
    is_begun: bool
    is_over: bool

    @property
    def is_done(self) -> bool:
        """Whether every prize was shown."""
        return all(prize.left == 0 for prize in self.prizes)


@page(needs=Permission.SEE_DRAWS)
@require_safe
@never_cache
def stage(request: HttpRequest, visit: Visit, plan_id: str, draw_id: str) -> HttpResponse:
    """The operator's page; `?wall` is the big screen."""
    kept = _live(visit, plan_id, draw_id)
    facts = {"visit": visit, "plan_id": plan_id, "stage": _look(kept), "wall": "wall" in request.GET}
    return render(request, "draws/staff/stage.html", facts)


@page(needs=Permission.SEE_DRAWS)
@require_safe
@never_cache
def screen(request: HttpRequest, visit: Visit, plan_id: str, draw_id: str) -> HttpResponse:
    """What is on the stage at this moment; the page asks for it every second."""
    facts = {"visit": visit, "plan_id": plan_id, "stage": _look(_live(visit, plan_id, draw_id))}
    return render(request, "draws/staff/screen.html", facts)


def _live(visit: Visit, plan_id: str, draw_id: str) -> KeptDraw:
    kept = get_draw(visit, plan_id, draw_id)
    if kept.terms.mode is not Mode.LIVE:
        raise Http404
    return kept


def _look(kept: KeptDraw) -> Stage:
    is_begun = reading.is_begun(kept.shop_id, kept)
    shown = holding.shown_of(kept.shop_id, kept.plan_id, kept.draw_id)
    prizes = tuple(_on_stage(prize, place, shown) for place, prize in enumerate(kept.promise.prizes, start=1))
    named = cache.get(_key(kept), "")
    counting = _counting(shown, datetime.now(UTC))
    prize = next((each for each in prizes if each.id == named), None)
    told = shown[:-1] if counting else shown
    winners = [each for each in told if prize is None or each.prize == prize.id]
    return Stage(
        draw=kept,
        says=_says(kept),
        prize=prize,
        photograph=shown_photograph(kept, prize.id, photographs.photographs_of(kept)) if prize else None,
        counting=counting,
        shown=tuple(covered(each.customer_id) for each in reversed(winners[-_LATEST:])),
        prizes=prizes,
        can_begin=kept.state is DrawState.DRAWING and not is_begun,
        is_begun=kept.state is DrawState.DRAWING and is_begun,
        is_over=kept.state is DrawState.OVER,
    )


def _on_stage(prize: PromisedPrize, place: int, shown: Sequence[Win]) -> PrizeOnStage:
    done = sum(each.prize == prize.id for each in shown)
    return PrizeOnStage(prize.id, prize.gives, prize.units, prize.units - done, str(place) if place < 10 else "")


def _counting(shown: Sequence[Win], at: datetime) -> int:
    """How many seconds are left until the last winner is shown; 0 when all are."""
    if not shown:
        return 0
    left = shown[-1].won_at + timedelta(seconds=COUNT_FROM) - at
    return max(0, -int(-left.total_seconds() // 1))


def _says(kept: KeptDraw) -> Message | None:
    match kept.state:
        case DrawState.OPEN:
            return tell(
                "Tickets come until {ends}. The prizes are drawn {held}.",
                ends=kept.promise.ends_at,
                held=kept.promise.held_at,
            )
        case DrawState.CLOSED:
            return tell(
                "{tickets} tickets take part, and no more can come. The draw waits for {source}.",
                tickets=kept.tickets,
                source=kept.terms.source,
            )
        case DrawState.OVER:
            return tell("All prizes are drawn. Anyone can check every result.")
    return None


def _key(kept: KeptDraw) -> str:
    return f"draws.stage.{kept.id}"


# --- the operator's steps ---------------------------------------------------------------------------------


@page(needs=Permission.HOLD_DRAWS)
@require_POST
def begin(request: HttpRequest, visit: Visit, plan_id: str, draw_id: str) -> HttpResponse:
    """Begin the evening."""
    kept = _live(visit, plan_id, draw_id)
    return _step(request, visit, kept, lambda at: holding.begin_live(*_of(kept), actor=visit.actor, at=at))


@page(needs=Permission.HOLD_DRAWS)
@require_POST
def name(request: HttpRequest, visit: Visit, plan_id: str, draw_id: str) -> HttpResponse:
    """Name the prize that is drawn next, on every screen."""
    kept = _live(visit, plan_id, draw_id)
    wanted = request.POST.get("prize", "")
    if wanted in {prize.id for prize in kept.promise.prizes}:
        cache.set(_key(kept), wanted, _NAMED_SECONDS)
    return _back(request, visit, kept)


@page(needs=Permission.HOLD_DRAWS)
@require_POST
def show_next(request: HttpRequest, visit: Visit, plan_id: str, draw_id: str) -> HttpResponse:
    """Count down, and show the next winner of the prize that was named."""
    kept = _live(visit, plan_id, draw_id)
    named = cache.get(_key(kept), "")
    return _step(request, visit, kept, lambda at: holding.next_winner(*_of(kept), named, actor=visit.actor, at=at))


@page(needs=Permission.HOLD_DRAWS)
@require_POST
def end(request: HttpRequest, visit: Visit, plan_id: str, draw_id: str) -> HttpResponse:
    """End the evening when every winner was shown."""
    kept = _live(visit, plan_id, draw_id)
    return _step(request, visit, kept, lambda at: holding.end_live(*_of(kept), actor=visit.actor, at=at))


def _of(kept: KeptDraw) -> tuple[int, str, str]:
    return kept.shop_id, kept.plan_id, kept.draw_id


def _step(request: HttpRequest, visit: Visit, kept: KeptDraw, step: Callable[[datetime], object]) -> HttpResponse:
    try:
        step(datetime.now(UTC))
    except JiacanError as error:
        messages.error(request, words().say(error.message()))
    return _back(request, visit, kept)


def _back(request: HttpRequest, visit: Visit, kept: KeptDraw) -> HttpResponse:
    address = reverse("campaign-draws-stage", args=[visit.shop.slug, kept.plan_id, kept.draw_id])
    return redirect(f"{address}?wall" if "wall" in request.POST else address)
