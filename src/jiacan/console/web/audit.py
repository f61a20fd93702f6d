"""The shop's audit: searched, read, exported exactly as seen, and checked to be whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from jiacan.console.contracts import Visit
from jiacan.console.core.audit_lines import Change, action_name, changes_of
from jiacan.console.facade import page, words
from jiacan.kernel.cells import csv_lines
from jiacan.kernel.messages import Message
from jiacan.kernel.periods import end_of, start_of
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import AuditQuery, AuditRecord, AuditVerdict, NotAllowed, Permission

PAGE_LINES = 100
_COLUMNS = ("number", "at", "actor", "origin", "action", "subject", "before", "after", "previous_hash", "hash")


class AuditForm(forms.Form):
    """Which lines are asked for; it stands in the address."""

    text = forms.CharField(required=False, max_length=200)
    action = forms.CharField(required=False, max_length=100)
    actor = forms.CharField(required=False, max_length=254)
    since = forms.DateField(required=False, label=gettext_lazy("From"))
    until = forms.DateField(required=False, label=gettext_lazy("To"))
    before = forms.IntegerField(required=False, min_value=1, max_value=2**62)


@dataclass(frozen=True, slots=True)
class Line:
    """One line as the page shows it."""

    record: AuditRecord
    action: Message
    changes: tuple[Change, ...]


@page(needs=Permission.SEE_AUDIT)
def audit(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The lines that are asked for, newest first."""
    return _audit(request, visit)


@page(needs=Permission.SEE_AUDIT)
@require_POST
def verify(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Compute every hash again, and say whether the chain is whole."""
    return _audit(request, visit, verdict=tenancy.verify_audit(visit.shop.id))


@page(needs=Permission.SEE_AUDIT)
def export(request: HttpRequest, visit: Visit, form: str) -> HttpResponseBase:
    """Every line that is asked for, as a file of the form that is asked for."""
    if not visit.may(Permission.EXPORT):
        refused = {"visit": visit, "message": NotAllowed(Permission.EXPORT).message()}
        return render(request, "console/refused.html", refused, status=403)
    asked = AuditForm(request.GET)
    if not asked.is_valid():
        return _audit(request, visit)
    write, content_type = _FORMS[form]
    records = tenancy.walk_audit(visit.shop.id, _query(asked, visit.shop.zone))
    answer = StreamingHttpResponse(write(records), content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="audit-{visit.shop.slug}.{form}"'
    return answer


def _audit(request: HttpRequest, visit: Visit, *, verdict: AuditVerdict | None = None) -> HttpResponse:
    asked = AuditForm(request.GET)
    lines: tuple[AuditRecord, ...] = ()
    if asked.is_valid():
        query, before = _query(asked, visit.shop.zone), asked.cleaned_data["before"]
        lines = tenancy.search_audit(visit.shop.id, query, before_number=before, limit=PAGE_LINES + 1)
    more = len(lines) > PAGE_LINES
    without_place = request.GET.copy()
    without_place.pop("before", None)
    facts = {
        "visit": visit,
        "form": asked,
        "lines": [Line(line, action_name(line.action), changes_of(line)) for line in lines[:PAGE_LINES]],
        "older_than": lines[PAGE_LINES - 1].number if more else None,
        "asked": without_place.urlencode(),
        "actions": [(action, words().say(action_name(action))) for action in tenancy.audited_actions(visit.shop.id)],
        "may_export": visit.may(Permission.EXPORT),
        "verdict": verdict,
    }
    return render(request, "console/settings/audit.html", facts, status=200 if asked.is_valid() else 400)


def _query(asked: AuditForm, zone: ZoneInfo) -> AuditQuery:
    wanted = asked.cleaned_data
    return AuditQuery(
        text=wanted["text"],
        action=wanted["action"],
        actor=wanted["actor"],
        since=wanted["since"] and start_of(wanted["since"], zone),
        until=wanted["until"] and end_of(wanted["until"], zone),
    )


# --- files ------------------------------------------------------------------------------------------------


def _lines_of_json(records: Iterable[AuditRecord]) -> Iterator[str]:
    for record in records:
        line = asdict(record) | {"at": record.at.isoformat(timespec="microseconds")}
        yield json.dumps(line, ensure_ascii=False) + "\n"


def _lines_of_csv(records: Iterable[AuditRecord]) -> Iterator[str]:
    cells = ([_cell(getattr(record, column)) for column in _COLUMNS] for record in records)
    return csv_lines(chain([_COLUMNS], cells))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return value.isoformat(timespec="microseconds") if hasattr(value, "isoformat") else str(value)


_FORMS: dict[str, tuple[Callable[[Iterable[AuditRecord]], Iterator[str]], str]] = {
    "ndjson": (_lines_of_json, "application/x-ndjson; charset=utf-8"),
    "csv": (_lines_of_csv, "text/csv; charset=utf-8"),
}
