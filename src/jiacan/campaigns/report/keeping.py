"""Reports that are asked for on a page and written by the worker, so that nobody waits before a blank page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from jiacan.campaigns.contracts.written import Stage, WrittenReport
from jiacan.campaigns.report.errors import PlanNeverRan
from jiacan.campaigns.report.html import to_summary
from jiacan.campaigns.report.loading import load_report
from jiacan.campaigns.report.writing import FORMS
from jiacan.campaigns.store import reports as store
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Language, Phrasebook
from jiacan.plans import facade as plans
from jiacan.tenancy.contracts import Actor
from jiacan.webhooks import facade as jobs

UTC = ZoneInfo("UTC")
TASK = "campaigns.write_report"
QUEUE = "reports"
GIVEN_UP_AFTER = timedelta(minutes=30)
"""A report that is under way for longer has lost its worker, and may be asked for again."""


def find_last(shop_id: int, plan_id: str, language: Language) -> tuple[WrittenReport | None, WrittenReport | None]:
    """The last request for a report, and the last one that was written."""
    known = store.find_reports(shop_id, plan_id, language)
    written = next((report for report in known if report.stage is Stage.WRITTEN), None)
    return (known[0] if known else None), written


def ask(shop_id: int, plan_id: str, language: Language, *, actor: Actor, at: datetime) -> WrittenReport:
    """Have the report written; one that is under way is not begun twice."""
    with transaction.atomic():
        last, _ = find_last(shop_id, plan_id, language)
        if last is not None and last.is_under_way and at - last.asked_at < GIVEN_UP_AFTER:
            return last
        asked = store.add_report(shop_id, plan_id, language, asked_by=actor.name)
        jobs.defer(TASK, [{"shop_id": shop_id, "report_id": asked.id, "language": language}], queue_name=QUEUE)
        return asked


def find_file(shop_id: int, plan_id: str, language: Language, form: str) -> bytes | None:
    """The last written report as `html` or `xlsx`."""
    return store.find_file(shop_id, plan_id, language, form)


def write(
    shop_id: int, report_id: int, words_in: Callable[[ZoneInfo], Phrasebook], now: Callable[[], datetime]
) -> None:
    """Write the report that was asked for, in words that tell the plan's time; a failure is kept in words, too.

    Safe to repeat: a report that is written stays as it is.
    """
    asked = store.find_report(shop_id, report_id)
    if asked is None or asked.stage is Stage.WRITTEN:
        return
    store.save_stage(shop_id, report_id, Stage.READING, began_at=now())
    try:
        versions = plans.find_versions(shop_id, asked.plan_id)
        if not versions:
            raise PlanNeverRan(plan_id=asked.plan_id)
        report = load_report(plans.plan_of(shop_id, versions[-1]))
    except JiacanError as error:
        store.save_failure(shop_id, report_id, words_in(UTC).say(error.message()))
        return
    words = words_in(report.facts.rules.zone)
    store.save_stage(shop_id, report_id, Stage.WRITING)
    html, xlsx = (FORMS[form](report, words) for form in (".html", ".xlsx"))
    store.save_written(shop_id, report_id, at=now(), summary=to_summary(report, words), html=html, xlsx=xlsx)
