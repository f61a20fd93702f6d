"""Rehearsing: a plan's text replayed on uploaded orders by the worker, and what it came to."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from jiacan.campaigns.contracts.figures import Figures
from jiacan.campaigns.contracts.public import CampaignUnknown
from jiacan.campaigns.contracts.rehearsed import AskedRehearsal, RehearsalStage, Text
from jiacan.campaigns.core.naming import item_named, offer_named, reason_named
from jiacan.campaigns.facade import rehearsing
from jiacan.campaigns.web import plan_shown
from jiacan.campaigns.web.plan import open_plan
from jiacan.console.contracts import Visit
from jiacan.console.facade import page, words
from jiacan.kernel.cells import csv_lines
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message
from jiacan.kernel.money import Money
from jiacan.offers.contracts.rules import PlanRules
from jiacan.tenancy.contracts import Permission

EXAMPLE = (
    "order_id,customer_id,paid_at,sku,quantity,unit_price\n"
    "A-1001,c1,2026-11-11 20:05,mug,2,160.00\n"
    "A-1001,c1,2026-11-11 20:05,tea,1,38.00"
)
EVENTS = ("granted", "otherwise", "refused:limit", "refused:stock_or_budget", "held_out", "clawed_back")


@page(needs=Permission.REHEARSE)
@require_http_methods(["GET", "HEAD", "POST"])
def rehearse(request: HttpRequest, visit: Visit, plan_id: str) -> HttpResponse:
    """The plan's rehearsals, and a form to begin one."""
    opened = open_plan(visit, plan_id)
    problem: JiacanError | None = None
    if request.method == "POST":
        try:
            asked = _ask(request, visit, plan_id)
        except CampaignUnknown as error:
            raise Http404 from error
        except JiacanError as error:
            problem = error
        else:
            return redirect("campaign-rehearse-one", shop=visit.shop.slug, plan_id=plan_id, rehearsal_id=asked.id)
    return render(
        request,
        "campaigns/rehearse/rehearse.html",
        {
            "visit": visit,
            "plan_id": plan_id,
            "opened": opened,
            "name": plan_shown.name_of(plan_id, opened.checked),
            "problem": problem,
            "rehearsals": rehearsing.find_all(visit.shop.id, plan_id),
            "most": settings.MAX_UPLOAD_BYTES >> 20,
            "example": EXAMPLE,
        },
        status=400 if problem else 200,
    )


def _ask(request: HttpRequest, visit: Visit, plan_id: str) -> AskedRehearsal:
    return rehearsing.ask(
        visit.shop,
        plan_id,
        Text.LIVE if request.POST.get("text") == Text.LIVE else Text.DRAFT,
        orders=_upload(request, "orders"),
        refunds=_upload(request, "refunds"),
        customers=_upload(request, "customers"),
        language=words().language,
        actor=visit.actor,
    )


def _upload(request: HttpRequest, field: str) -> rehearsing.Upload | None:
    file = request.FILES.get(field)
    if not isinstance(file, UploadedFile):
        return None
    return rehearsing.Upload((file.name or field).replace("\x00", ""), file.size or 0, file.chunks())


def _find(visit: Visit, plan_id: str, rehearsal_id: int) -> AskedRehearsal:
    found = rehearsing.find(visit.shop.id, plan_id, rehearsal_id)
    if found is None:
        raise Http404
    return found


@page(needs=Permission.REHEARSE)
@require_safe
def one(request: HttpRequest, visit: Visit, plan_id: str, rehearsal_id: int) -> HttpResponse:
    """How far a rehearsal is, and what it came to."""
    found = _find(visit, plan_id, rehearsal_id)
    facts: dict[str, object] = {"visit": visit, "plan_id": plan_id, "rehearsal": found}
    if found.is_under_way:
        facts |= {
            "doing": Message(found.doing),
            "seconds_left": rehearsing.seconds_left(visit.shop.id, found, datetime.now(UTC)),
        }
        if "progress" in request.GET:
            return render(request, "campaigns/rehearse/progress.html", facts)
    elif request.htmx:
        answer = HttpResponse()
        answer["HX-Refresh"] = "true"
        return answer
    if found.stage is RehearsalStage.DONE and found.result is not None:
        rules = rehearsing.rules_of(visit.shop.id, found)
        facts |= _shown(found.result.figures, rules)
        facts |= {"unasked": [offer_named(each, rules) for each in found.result.unasked]}
        facts |= {"read": found.result.read, "bad_rows": _may_have_bad_rows(visit, found)}
    return render(request, "campaigns/rehearse/one.html", facts)


def _shown(figures: Figures, rules: PlanRules) -> dict[str, object]:
    by_offer = figures.events_by_offer
    reasons = figures.refusals_by_reason
    return {
        "name": rules.name,
        "currency": rules.currency,
        "offers": [
            (offer_named(offer, rules), [events.get(event, 0) for event in EVENTS])
            for offer, events in by_offer.items()
        ],
        "reasons": [
            (offer_named(offer, rules), reason_named(code, rules), times)
            for offer, by_code in reasons.items()
            for code, times in sorted(by_code.items(), key=lambda each: -each[1])
        ],
        "given": [
            (
                offer_named(each.offer_id, rules),
                item_named(each.kind, each.item, rules),
                each,
                Money(each.amount_minor, rules.currency),
            )
            for each in figures.given
        ],
        "stock": figures.stock,
        "budget": figures.budget,
        "cost": Money(sum(line.spent_minor + line.at_risk_minor for line in figures.budget), rules.currency),
    }


def _may_have_bad_rows(visit: Visit, rehearsal: AskedRehearsal) -> bool:
    """They name customers, so they are for whoever uploaded them, and for those who may have such files anyway."""
    mine = rehearsal.asked_by == visit.person.email or visit.may(Permission.EXPORT)
    return mine and rehearsing.find_bad_rows(rehearsal) is not None


@page(needs=Permission.REHEARSE)
@require_safe
def bad_rows(request: HttpRequest, visit: Visit, plan_id: str, rehearsal_id: int) -> StreamingHttpResponse:
    """The rows that could not be taken, with the reasons, as CSV."""
    found = _find(visit, plan_id, rehearsal_id)
    path = rehearsing.find_bad_rows(found)
    if path is None or not _may_have_bad_rows(visit, found):
        raise Http404
    answer = StreamingHttpResponse(csv_lines(_rows(path)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{plan_id}-bad-rows.csv"'
    return answer


def _rows(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.reader(file)
