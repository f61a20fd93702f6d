"""The plan of a campaign: read, written as a draft that is checked on the way, and begun."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jiacan.campaigns.contracts.planning import ApprovalState, DayUnreadable, TypedOtherwise
from jiacan.campaigns.contracts.public import CampaignUnknown
from jiacan.campaigns.core.plan_lines import compare, numbered
from jiacan.campaigns.facade import photographs, planning
from jiacan.campaigns.web import plan_shown as shown
from jiacan.console.contracts import Visit
from jiacan.console.facade import page, words
from jiacan.kernel.errors import FileUnreadable, JiacanError
from jiacan.kernel.messages import Message, tell
from jiacan.plans import facade as plans
from jiacan.plans.contracts.errors import DraftMoved
from jiacan.tenancy.contracts import Permission

BEGINS_AFTER = timedelta(days=28)
"""When a campaign runs unless another day is chosen: after the weeks that a template plans for getting ready."""


def open_plan(visit: Visit, plan_id: str) -> planning.Opened:
    """The plan, or 404 where there is none of that id."""
    try:
        return planning.open_plan(visit.shop, plan_id)
    except CampaignUnknown as error:
        raise Http404 from error


@page(needs=Permission.SEE_CAMPAIGNS)
@require_safe
def plan(request: HttpRequest, visit: Visit, plan_id: str) -> HttpResponse:
    """The plan with what was found on each line; where `edit` is asked for, in a field to change it."""
    opened = open_plan(visit, plan_id)
    editing = "edit" in request.GET and visit.may(Permission.EDIT_PLANS)
    if editing:
        return _editor(request, visit, plan_id, opened.text, opened, revision=opened.revision)
    return render(
        request,
        "campaigns/plan/plan.html",
        {
            **_facts(visit, plan_id, opened),
            **shown.found_in(opened.checked, opened.misplaced),
            "lines": numbered(opened.text, opened.checked.problems),
            "discard_hidden": {"revision": str(opened.revision)},
            "photographs": _missing_photographs(visit, opened),
        },
    )


def _missing_photographs(visit: Visit, opened: planning.Opened) -> tuple[photographs.MissingPhotograph, ...]:
    """Those that the text in force names, where it can still be read."""
    document = None if opened.version is None else plans.plan_of(visit.shop.id, opened.version).document
    return () if document is None else photographs.missing(visit.shop.id, document)


def _facts(visit: Visit, plan_id: str, opened: planning.Opened) -> dict[str, object]:
    known = planning.find_approvals(visit.shop.id, plan_id)
    last = known[0] if known else None
    waiting = last if last is not None and last.state is ApprovalState.ASKED else None
    of_now = last is not None and last.revision == opened.revision
    return {
        "visit": visit,
        "plan_id": plan_id,
        "opened": opened,
        "name": shown.name_of(plan_id, opened.checked),
        "waiting": waiting,
        "is_mine": waiting is not None and waiting.approver_id == visit.person.id,
        "outdated": waiting is not None and not of_now,
        "declined": last if of_now and last is not None and last.state is ApprovalState.DECLINED else None,
        "may_ask": opened.draft is not None and not opened.checked.errors and opened.misplaced is None,
    }


def _editor(
    request: HttpRequest,
    visit: Visit,
    plan_id: str,
    text: str,
    opened: planning.Opened,
    *,
    revision: int,
    moved: DraftMoved | None = None,
) -> HttpResponse:
    checked, misplaced = planning.check_text(visit.shop, plan_id, text)
    facts = {
        **_facts(visit, plan_id, opened),
        **shown.found_in(checked, misplaced),
        "text": text,
        "revision": revision,
        "lines": numbered(text, checked.problems),
    }
    if moved is not None:
        facts |= {"moved": moved, "places": compare(moved.kept.text, text)}
    return render(request, "campaigns/plan/edit.html", facts, status=409 if moved else 200)


@page(needs=Permission.EDIT_PLANS)
@require_POST
def save(request: HttpRequest, visit: Visit, plan_id: str) -> HttpResponse:
    """Keep the draft; where someone else saved it since, both texts are shown and nothing is overwritten."""
    text, revision = typed(request), _revision(request)
    if revision == 0:
        open_plan(visit, plan_id)
    try:
        draft = plans.save_draft(visit.shop.id, plan_id, text, opened_revision=revision, actor=visit.actor)
    except DraftMoved as moved:
        opened = open_plan(visit, plan_id)
        return _editor(request, visit, plan_id, text, opened, revision=moved.kept.revision, moved=moved)
    messages.success(request, words().say(tell("Saved as revision {revision}.", revision=draft.revision)))
    address = redirect("campaign-plan", shop=visit.shop.slug, plan_id=plan_id)
    if "stay" in request.POST:
        address["Location"] += "?edit"
    return address


@page(needs=Permission.EDIT_PLANS)
@require_POST
def check(request: HttpRequest, visit: Visit, plan_id: str) -> HttpResponse:
    """What is found in the text as it is typed; nothing is kept."""
    checked, misplaced = planning.check_text(visit.shop, plan_id, typed(request))
    facts = {"visit": visit, "plan_id": plan_id, **shown.found_in(checked, misplaced)}
    return render(request, "campaigns/plan/found.html", facts)


@page(needs=Permission.EDIT_PLANS)
@require_POST
def discard(request: HttpRequest, visit: Visit, plan_id: str) -> HttpResponse:
    """Throw the draft away; what went live stays."""
    opened = open_plan(visit, plan_id)
    try:
        if request.POST.get("typed", "").strip() != plan_id:
            raise TypedOtherwise(wanted=plan_id)
        planning.discard(visit.shop, plan_id, revision=_revision(request), actor=visit.actor)
    except JiacanError as error:
        messages.error(request, words().say(error.message()))
        return redirect("campaign-plan", shop=visit.shop.slug, plan_id=plan_id)
    messages.success(request, words().say(tell("The draft of {plan} was discarded.", plan=plan_id)))
    if opened.version is None:
        return redirect("campaigns", shop=visit.shop.slug)
    return redirect("campaign-plan", shop=visit.shop.slug, plan_id=plan_id)


def typed(request: HttpRequest) -> str:
    """The text that was sent, with the ends of lines that the server keeps; what no database keeps is left out."""
    return request.POST.get("text", "").replace("\r\n", "\n").replace("\x00", "")


def _revision(request: HttpRequest) -> int:
    given = request.POST.get("revision", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0


# --- beginning one ----------------------------------------------------------------------------------------


@page(needs=Permission.EDIT_PLANS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Begin a plan from a template, or from a file that is uploaded."""
    problem: Message | None = None
    if request.method == "POST":
        try:
            plan_id = _begin(request, visit)
        except JiacanError as error:
            problem = error.message()
        else:
            address = redirect("campaign-plan", shop=visit.shop.slug, plan_id=plan_id)
            address["Location"] += "?edit"
            return address
    templates = plans.templates()
    chosen = request.POST.get("template", "")
    facts = {
        "visit": visit,
        "problem": problem,
        "templates": [(name, shown.TEMPLATES.get(name)) for name in templates],
        "chosen_template": chosen if chosen in templates else templates[0],
        "plan_id": request.POST.get("plan_id", ""),
        "starts_on": request.POST.get("starts_on", (timezone.localdate() + BEGINS_AFTER).isoformat()),
        "by_file": "file" in request.FILES or "upload" in request.POST,
    }
    return render(request, "campaigns/plan/new.html", facts, status=400 if problem else 200)


def _begin(request: HttpRequest, visit: Visit) -> str:
    """The id of the plan that was begun."""
    plan_id = request.POST.get("plan_id", "").strip()
    file = request.FILES.get("file")
    if isinstance(file, UploadedFile):
        text = plans.text_in(file, file.name or "–").replace("\x00", "")
        plan_id = plan_id or plans.id_in(text)
    elif "upload" in request.POST:
        raise FileUnreadable(path="–", reason=tell("no file was chosen; choose the plan's file"))
    else:
        text = plans.new_plan(request.POST.get("template", ""), _day(request.POST.get("starts_on", "")))
    shop = visit.shop
    zone, currency = ("", "") if file else (shop.zone.key, shop.currency)
    begun = plans.addressed(text, plan_id=plan_id, shop=shop.slug, timezone=zone, currency=currency)
    plans.begin_draft(shop.id, plan_id, begun, actor=visit.actor)
    return plan_id


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise DayUnreadable(given=text) from error
