"""The pages of a draw for everyone: rules and odds, who won, the file, and checking it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO

import segno
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from jiacan.console.facade import open_page
from jiacan.draws.contracts.kept import KeptDraw, Win, WinFilter
from jiacan.draws.core.words import covered
from jiacan.draws.facade import photographs, reading, revealing
from jiacan.draws.web.shown import ShownDraw, shown_draw
from jiacan.kernel.messages import Name
from jiacan.kernel.places import at_place
from jiacan.tenancy.contracts import Shop

ON_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class ShownWin:
    """A winning ticket as everyone may see it."""

    customer: str
    gives: Name
    ticket: str
    at: datetime


@open_page(why="law wants a draw's rules, prizes and odds published for everyone")
@require_safe
@cache_control(public=True, max_age=15)
def draw(request: HttpRequest, code: str) -> HttpResponse:
    """What can be won, the odds, what is left, the terms, and what was sealed before the first ticket."""
    with _found(code) as (shop, kept):
        return render(request, "draws/draw.html", {"draw": _shown(shop, kept)})


@open_page(why="a picture of the public page's own address")
@require_safe
@cache_control(public=True, max_age=3600)
def qr(request: HttpRequest, code: str) -> HttpResponse:
    """The public page's address as a QR code."""
    with _found(code) as (shop, kept):
        path = _shown(shop, kept).address
    picture = BytesIO()
    address = f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else request.build_absolute_uri(path)
    segno.make(address, error="m").save(picture, kind="svg", scale=6, border=2, svgclass=None)
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")


@open_page(why="a prize's photograph is part of the public page")
@require_safe
@cache_control(public=True, max_age=31_536_000, immutable=True)
def photograph(request: HttpRequest, code: str, sha256: str) -> HttpResponse:
    """A prize's photograph; another one has another address, so this may be kept for ever."""
    with _found(code) as (_, kept):
        found = photographs.find_bytes(kept, sha256)
    if found is None:
        raise Http404
    return HttpResponse(found[1], content_type=found[0].value)


@open_page(why="law wants winners published; their numbers are covered")
@require_safe
@cache_control(public=True, max_age=15)
def winners(request: HttpRequest, code: str) -> HttpResponse:
    """Tickets that won, the last first."""
    before = number(request.GET.get("before", ""))
    with _found(code) as (shop, kept):
        asked = WinFilter(plan_id=kept.plan_id, draw_id=kept.draw_id)
        found = reading.wins_of(shop.id, asked, after=before, limit=ON_A_PAGE + 1)
        facts = {
            "draw": _shown(shop, kept),
            "found": [_win(each, kept) for each in found[:ON_A_PAGE]],
            "total": sum(reading.count_wins(shop.id, asked).values()),
            "before": found[ON_A_PAGE - 1].id if len(found) > ON_A_PAGE else None,
            "paged": before is not None,
        }
        return render(request, "draws/winners.html", facts)


@open_page(why="the file is published for everyone when the draw is over; it names no customer")
@require_safe
@cache_control(public=True, max_age=3600)
def file(request: HttpRequest, code: str) -> HttpResponse:
    """Everything about a draw that is over, from which every result follows."""
    with _found(code) as (shop, kept):
        data = revealing.file_of(shop.id, kept.plan_id, kept.draw_id)
    if data is None:
        raise Http404
    answer = HttpResponse(data, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{kept.plan_id}-{kept.draw_id}.json"'
    return answer


@open_page(why="anyone may check a draw; the browser does it and sends nothing")
@require_safe
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Check this draw's file, or a receipt of it."""
    with _found(code) as (shop, kept):
        return render(request, "draws/check.html", {"draw": _shown(shop, kept)})


@open_page(why="anyone may check any draw; the browser does it and sends nothing")
@require_safe
def check_any(request: HttpRequest) -> HttpResponse:
    """Check any draw's file or receipt."""
    return render(request, "draws/check.html", {"draw": None})


def number(text: str) -> int | None:
    """A whole number from an address; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


@contextmanager
def _found(code: str) -> Iterator[tuple[Shop, KeptDraw]]:
    """The draw of the code, at its shop's place and in its zone."""
    found = reading.find_public(code)
    if found is None:
        raise Http404
    shop, kept = found
    with at_place(shop.id), timezone.override(kept.promise.zone):
        yield shop, kept


def _shown(shop: Shop, kept: KeptDraw) -> ShownDraw:
    left, taken = reading.left_of(shop.id, kept), photographs.photographs_of(kept)
    return shown_draw(shop, kept, left, taken, at=datetime.now(UTC))


def _win(win: Win, kept: KeptDraw) -> ShownWin:
    gives = next(prize.gives for prize in kept.promise.prizes if prize.id == win.prize)
    return ShownWin(covered(win.customer_id), gives, win.ticket.issued, win.won_at)
