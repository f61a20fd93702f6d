"""The campaign room: one glance says whether to worry, and what to do about it."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from jiacan.campaigns.contracts.public import CampaignUnknown
from jiacan.campaigns.contracts.reported import NoRunPhase
from jiacan.campaigns.contracts.room import AlarmOver, Room, Standing
from jiacan.campaigns.facade import alarms
from jiacan.campaigns.facade import room as facade
from jiacan.campaigns.facade.kept import Kept
from jiacan.campaigns.report import room_definitions as definitions
from jiacan.campaigns.report.room_chart import room_chart
from jiacan.campaigns.web import fragments, shown
from jiacan.console.contracts import Visit
from jiacan.console.facade import page, words
from jiacan.kernel.messages import tell
from jiacan.plans import facade as plans
from jiacan.tenancy.contracts import Permission

WIDE, NARROW, HEIGHT = 680, 320, 230
_A_MINUTE = 60.0

_charts: Kept[tuple[int, str, datetime], tuple[str, str]] = Kept(64)


def get_room(visit: Visit, plan_id: str) -> Room:
    """What the visitor may see of the room, or 404 where no such campaign has gone live."""
    try:
        seen = facade.look(visit.shop.id, plan_id, at=datetime.now(UTC))
    except (CampaignUnknown, NoRunPhase) as error:
        raise Http404 from error
    return seen if visit.may(Permission.SEE_BUDGET) else facade.without_money(seen)


@page(needs=Permission.SEE_CAMPAIGNS)
@require_safe
def room(request: HttpRequest, visit: Visit, plan_id: str) -> HttpResponse:
    """The room; a plan that is only being written leads to its own page."""
    try:
        seen = facade.look(visit.shop.id, plan_id, at=datetime.now(UTC))
    except CampaignUnknown as error:
        if plans.find_draft(visit.shop.id, plan_id) is not None:
            return redirect("campaign-plan", shop=visit.shop.slug, plan_id=plan_id)
        raise Http404 from error
    except NoRunPhase as error:
        return render(request, "campaigns/no_room.html", {"visit": visit, "plan_id": plan_id, "message": error})
    wall = "wall" in request.GET
    eyes = fragments.eyes_of(visit.membership, language=get_language() or "en", wall=wall)
    return render(
        request,
        "campaigns/room.html",
        {
            "visit": visit,
            "plan_id": plan_id,
            "room": seen,
            "clock": shown.shown_clock(seen.clock),
            "live": seen.clock.standing is Standing.LIVE,
            "over": seen.clock.standing is Standing.OVER,
            "wall": wall,
            "parts": fragments.shared(seen, visit.shop.id, eyes),
        },
    )


@page(needs=Permission.SEE_CAMPAIGNS)
@require_safe
def chart(request: HttpRequest, visit: Visit, plan_id: str) -> HttpResponse:
    """Orders and awards a minute, drawn; the same figures as a table."""
    seen = get_room(visit, plan_id)
    minute = seen.clock.at.replace(second=0, microsecond=0)
    wide, narrow = _charts.get(
        (visit.shop.id, plan_id, minute), lambda: _draw(seen, visit), seconds=lambda _: _A_MINUTE
    )
    return render(
        request,
        "campaigns/room/chart.html",
        {"room": seen, "plan_id": plan_id, "wide": wide, "narrow": narrow, "expected": definitions.EXPECTED},
    )


def _draw(seen: Room, visit: Visit) -> tuple[str, str]:
    zone = visit.shop.zone
    return (
        room_chart(seen.course, zone, width=WIDE, height=HEIGHT, key="wide"),
        room_chart(seen.course, zone, width=NARROW, height=HEIGHT, key="narrow"),
    )


@page(needs=Permission.SEE_CAMPAIGNS)
@require_safe
def alarm(request: HttpRequest, visit: Visit, plan_id: str, alarm_id: int) -> HttpResponse:
    """One alarm: what is the matter, what is then done, by whom; to take and to close."""
    seen = get_room(visit, plan_id)
    found = next((each for each in seen.alarms if each.noticed.id == alarm_id), None)
    if found is None:
        messages.info(request, words().say(tell("This alarm is over.")))
        return redirect("campaign-room", shop=visit.shop.slug, plan_id=plan_id)
    facts = {"visit": visit, "plan_id": plan_id, "room": seen, "shown": shown.shown_alarm(found)}
    return render(request, "campaigns/alarm.html", facts)


@page(needs=Permission.TAKE_ALARMS)
@require_http_methods(["POST"])
def take_alarm(request: HttpRequest, visit: Visit, plan_id: str, alarm_id: int) -> HttpResponse:
    """Say that one sees to it."""
    return _change(request, visit, plan_id, alarm_id, closes=False)


@page(needs=Permission.TAKE_ALARMS)
@require_http_methods(["POST"])
def close_alarm(request: HttpRequest, visit: Visit, plan_id: str, alarm_id: int) -> HttpResponse:
    """Say that it is seen to, and how."""
    return _change(request, visit, plan_id, alarm_id, closes=True)


def _change(request: HttpRequest, visit: Visit, plan_id: str, alarm_id: int, *, closes: bool) -> HttpResponse:
    now = datetime.now(UTC)
    note = request.POST.get("note", "").strip()
    try:
        if closes and not note:
            messages.error(request, words().say(tell("Say how it was seen to; the note is kept in the audit.")))
            return redirect("campaign-room-alarm", shop=visit.shop.slug, plan_id=plan_id, alarm_id=alarm_id)
        if closes:
            alarms.close(visit.shop.id, plan_id, alarm_id, note=note, actor=visit.actor, at=now)
            said = tell("Closed. It stays listed until its matter is over.")
        else:
            alarms.take(visit.shop.id, plan_id, alarm_id, actor=visit.actor, at=now)
            said = tell("It is yours now; everyone in the room sees so.")
    except AlarmOver as error:
        messages.error(request, words().say(error.message()))
    else:
        messages.success(request, words().say(said))
    facade.forget(visit.shop.id, plan_id)
    return redirect("campaign-room", shop=visit.shop.slug, plan_id=plan_id)
