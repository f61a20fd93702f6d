"""Going live: what will happen, a named person who is asked, and their answer."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from jiacan.campaigns.contracts.planning import NoteMissing, TypedOtherwise
from jiacan.campaigns.core.naming import PHASES
from jiacan.campaigns.core.plan_lines import in_plan_terms
from jiacan.campaigns.facade import photographs, planning
from jiacan.campaigns.web import plan_shown as shown
from jiacan.campaigns.web.plan import open_plan
from jiacan.console.contracts import Visit
from jiacan.console.facade import page, words
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import tell
from jiacan.offers.facade import reading
from jiacan.plans import facade as plans
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Permission, Role

MOST_SAID = 2_000


@page(needs=Permission.EDIT_PLANS)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, visit: Visit, plan_id: str) -> HttpResponse:
    """What will happen when the draft goes live, and whom to ask."""
    open_plan(visit, plan_id)
    if request.method != "POST":
        return _going_live(request, visit, plan_id, "campaigns/plan/ask.html")
    try:
        asked = planning.ask_approval(
            visit.shop,
            plan_id,
            revision=_number(request, "revision"),
            approver_id=_number(request, "approver"),
            note=_said(request, "note"),
            actor=visit.actor,
            at=datetime.now(UTC),
        )
    except JiacanError as error:
        return _going_live(request, visit, plan_id, "campaigns/plan/ask.html", error)
    messages.success(request, words().say(tell("{who} is asked to let it go live.", who=asked.approver)))
    return redirect("campaign-plan", shop=visit.shop.slug, plan_id=plan_id)


@page(needs=Permission.GO_LIVE)
@require_http_methods(["GET", "HEAD", "POST"])
def approve(request: HttpRequest, visit: Visit, plan_id: str) -> HttpResponse:
    """What will happen, put to the one who was asked; they type the plan's id to let it go live."""
    open_plan(visit, plan_id)
    if request.method != "POST":
        return _going_live(request, visit, plan_id, "campaigns/plan/approve.html")
    try:
        if request.POST.get("typed", "").strip() != plan_id:
            raise TypedOtherwise(wanted=plan_id)
        rules = planning.approve(
            visit.shop,
            plan_id,
            approver=visit.membership,
            actor=visit.actor,
            without_gates=_said(request, "without_gates"),
            note=_said(request, "note"),
            at=datetime.now(UTC),
        )
    except JiacanError as error:
        return _going_live(request, visit, plan_id, "campaigns/plan/approve.html", error)
    said = tell("{plan} is live as version {version}.", plan=rules.name, version=rules.version)
    messages.success(request, words().say(said))
    return redirect("campaign-plan", shop=visit.shop.slug, plan_id=plan_id)


@page(needs=Permission.GO_LIVE)
@require_POST
def decline(request: HttpRequest, visit: Visit, plan_id: str) -> HttpResponse:
    """Say no, and what has to change."""
    open_plan(visit, plan_id)
    note = _said(request, "note")
    try:
        if not note:
            raise NoteMissing
        planning.decline(visit.shop, plan_id, approver=visit.membership, actor=visit.actor, note=note)
    except JiacanError as error:
        return _going_live(request, visit, plan_id, "campaigns/plan/approve.html", error)
    messages.success(request, words().say(tell("You said no; whoever asked sees why.")))
    return redirect("campaign-plan", shop=visit.shop.slug, plan_id=plan_id)


def _said(request: HttpRequest, field: str) -> str:
    return request.POST.get(field, "").strip().replace("\x00", "")[:MOST_SAID]


def _number(request: HttpRequest, field: str) -> int:
    given = request.POST.get(field, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0


def _going_live(
    request: HttpRequest, visit: Visit, plan_id: str, template: str, problem: JiacanError | None = None
) -> HttpResponse:
    """The page; without its forms where the draft cannot go live as it stands."""
    facts: dict[str, object] = {
        "visit": visit,
        "plan_id": plan_id,
        "problem": problem,
        "typed": request.POST,
        "waiting": planning.find_open_approval(visit.shop.id, plan_id),
    }
    try:
        ready = planning.look(visit.shop, plan_id, at=datetime.now(UTC))
    except JiacanError as error:
        facts |= {"name": plan_id, "refused": problem or error}
        return render(request, template, facts, status=400 if problem else 200)
    return render(request, template, {**facts, **_what_will_happen(visit, ready)}, status=400 if problem else 200)


def _what_will_happen(visit: Visit, ready: planning.Ready) -> dict[str, object]:
    plan_id, document = ready.draft.plan_id, ready.document
    versions = plans.find_versions(visit.shop.id, plan_id)
    before = plans.version_text(visit.shop.id, plan_id, versions[-1].number) if versions else None
    run = document.phases.get("run")
    rules = ready.checked.rules
    assert rules is not None, "what is ready has rules"
    return {
        **shown.found_in(ready.checked, None),
        "ready": ready,
        "name": document.name,
        "live": versions[-1] if versions else None,
        "next_version": len(versions) + 1,
        "begun": run is not None and run.starts_at <= datetime.now(UTC) < run.ends_at,
        "over": run is not None and run.ends_at <= datetime.now(UTC),
        "phases": [(PHASES[key], period) for key, period in document.phases.items()],
        "parts": () if before is None else in_plan_terms(plans.differences(before, ready.draft.text)),
        "offers": reading.in_words(rules),
        "photographs": photographs.missing(visit.shop.id, document),
        "approvers": tenancy.those_who_may(visit.shop.id, Permission.GO_LIVE),
        "may_skip_gates": visit.role is Role.OWNER,
    }
