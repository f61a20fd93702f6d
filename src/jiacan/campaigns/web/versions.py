"""The versions of a plan that went live: each one's text, and what changed from one to another."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jiacan.campaigns.core.plan_lines import compare, in_plan_terms, numbered
from jiacan.campaigns.facade import planning
from jiacan.campaigns.web import plan_shown as shown
from jiacan.campaigns.web.plan import open_plan
from jiacan.console.contracts import Visit
from jiacan.console.facade import page
from jiacan.plans import facade as plans
from jiacan.plans.contracts.errors import PlanVersionUnknown
from jiacan.tenancy.contracts import Permission

DRAFT = "draft"


@page(needs=Permission.SEE_CAMPAIGNS)
@require_safe
def versions(request: HttpRequest, visit: Visit, plan_id: str) -> HttpResponse:
    """Every version that went live, the last first, with who brought and who approved it; and who was asked."""
    opened = open_plan(visit, plan_id)
    return render(
        request,
        "campaigns/plan/versions.html",
        {
            "visit": visit,
            "plan_id": plan_id,
            "opened": opened,
            "name": shown.name_of(plan_id, opened.checked),
            "versions": tuple(reversed(plans.find_versions(visit.shop.id, plan_id))),
            "approvals": planning.find_approvals(visit.shop.id, plan_id),
        },
    )


@page(needs=Permission.SEE_CAMPAIGNS)
@require_safe
def version(request: HttpRequest, visit: Visit, plan_id: str, number: int) -> HttpResponse:
    """One version's text, and what it changed from the one before or from any other that the address names."""
    opened = open_plan(visit, plan_id)
    known = plans.find_versions(visit.shop.id, plan_id)
    found = next((each for each in known if each.number == number), None)
    if found is None:
        raise Http404
    against = request.GET.get("against", "")
    others = [str(each.number) for each in known if each.number != number] + [DRAFT] * (opened.draft is not None)
    if against not in others:
        against = str(number - 1) if number > 1 else ""
    text = plans.version_text(visit.shop.id, plan_id, number)
    facts = {
        "visit": visit,
        "plan_id": plan_id,
        "name": shown.name_of(plan_id, opened.checked),
        "version": found,
        "is_last": found is known[-1],
        "others": others,
        "against": against,
        "lines": numbered(text),
    }
    if against:
        before, after = in_order(text, _text(visit.shop.id, plan_id, against, opened), number, against)
        facts |= {"parts": in_plan_terms(plans.differences(before, after)), "places": compare(before, after)}
    return render(request, "campaigns/plan/version.html", facts)


def _text(shop_id: int, plan_id: str, against: str, opened: planning.Opened) -> str:
    if against == DRAFT:
        return opened.text
    try:
        return plans.version_text(shop_id, plan_id, int(against))
    except PlanVersionUnknown as error:
        raise Http404 from error


def in_order(text: str, other: str, number: int, against: str) -> tuple[str, str]:
    """The earlier of two texts and the later one."""
    return (text, other) if against == DRAFT or int(against) > number else (other, text)
