"""The report: asked for here, written by the worker, read as a page of its own or downloaded.

docs/decisions/0010-the-report-as-a-document.md says why the document stands outside the frame.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from jiacan.campaigns.contracts.written import Stage, WrittenReport
from jiacan.campaigns.report import keeping
from jiacan.console.contracts import Visit
from jiacan.console.facade import page, words
from jiacan.kernel.messages import Message, Name, tell
from jiacan.plans import facade as plans
from jiacan.tenancy.contracts import Permission

DOCUMENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox"
"""No script, no request, no form: the styles within the document are all it may use."""

STAGES: dict[Stage, Message] = {
    Stage.WAITING: tell("Waiting for the worker"),
    Stage.READING: tell("Reading orders and awards, and working out the figures"),
    Stage.WRITING: tell("Drawing and writing"),
    Stage.WRITTEN: tell("Written"),
    Stage.FAILED: tell("Could not be written"),
}
_DONE = {Stage.WAITING: 0, Stage.READING: 1, Stage.WRITING: 2, Stage.WRITTEN: 3, Stage.FAILED: 3}
_TYPES = {
    "html": "text/html; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@page(needs=Permission.SEE_REPORT)
@require_safe
def report(request: HttpRequest, visit: Visit, plan_id: str) -> HttpResponse:
    """What happened, against the goals: the headlines, and the report to read and to download."""
    last, written = keeping.find_last(visit.shop.id, plan_id, words().language)
    facts = {
        "visit": visit,
        "plan_id": plan_id,
        "name": _name(visit, plan_id),
        "written": written,
        "under_way": last is not None and last.is_under_way,
        **_progress(last, written),
    }
    if "progress" in request.GET and facts["under_way"]:
        return render(request, "campaigns/report_progress.html", facts)
    if request.htmx:
        answer = HttpResponse()
        answer["HX-Refresh"] = "true"
        return answer
    return render(request, "campaigns/report_page.html", facts)


def _progress(last: WrittenReport | None, written: WrittenReport | None) -> dict[str, object]:
    """How far the report is, and about how long it still takes, told from how long the last one took."""
    if last is None:
        return {"last": None}
    spent = (datetime.now(UTC) - (last.began_at or last.asked_at)).total_seconds()
    took = written.took.total_seconds() if written is not None and written.took is not None else None
    left = None if took is None or last.stage is Stage.WAITING else max(1, round(took - spent))
    return {"last": last, "stage": STAGES[last.stage], "done": _DONE[last.stage], "seconds_left": left}


def _name(visit: Visit, plan_id: str) -> Name:
    versions = plans.find_versions(visit.shop.id, plan_id)
    if not versions:
        raise Http404
    return plans.rules_of(visit.shop.id, versions[-1]).name


@page(needs=Permission.SEE_REPORT)
@require_POST
def ask(request: HttpRequest, visit: Visit, plan_id: str) -> HttpResponse:
    """Have the report written from what is recorded now."""
    _name(visit, plan_id)
    keeping.ask(visit.shop.id, plan_id, words().language, actor=visit.actor, at=datetime.now(UTC))
    return redirect("campaign-report", shop=visit.shop.slug, plan_id=plan_id)


@page(needs=Permission.SEE_REPORT)
@require_safe
def document(request: HttpRequest, visit: Visit, plan_id: str) -> HttpResponse:
    """The last written report as a page of its own, which may run nothing."""
    answer = _file(visit, plan_id, "html")
    answer["Content-Security-Policy"] = DOCUMENT_POLICY
    return answer


@page(needs=Permission.SEE_REPORT)
@require_safe
def download(request: HttpRequest, visit: Visit, plan_id: str, form: str) -> HttpResponse:
    """The last written report as a file."""
    answer = _file(visit, plan_id, form)
    answer["Content-Security-Policy"] = DOCUMENT_POLICY
    answer["Content-Disposition"] = f'attachment; filename="{plan_id}-report.{form}"'
    return answer


def _file(visit: Visit, plan_id: str, form: str) -> HttpResponse:
    if form not in _TYPES:
        raise Http404
    written = keeping.find_file(visit.shop.id, plan_id, words().language, form)
    if written is None:
        raise Http404
    return HttpResponse(written, content_type=_TYPES[form])
