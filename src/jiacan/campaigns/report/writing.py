"""A report into a file, in the form that the file's name asks for; or as plain data for machines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from pathlib import Path

from jiacan.campaigns.contracts.reported import Report, Unknown
from jiacan.campaigns.core.naming import VERDICTS
from jiacan.campaigns.report.errors import ReportFormUnknown
from jiacan.campaigns.report.html import to_html
from jiacan.campaigns.report.workbook import to_workbook
from jiacan.kernel.errors import FileUnwritable, system_reason
from jiacan.kernel.messages import Message, Phrasebook, tell

FORMS: Mapping[str, Callable[[Report, Phrasebook], bytes]] = {
    ".html": lambda report, words: to_html(report, words).encode(),
    ".xlsx": to_workbook,
}


def check_report_path(path: Path) -> None:
    """Refuse a path that a report cannot be written to, before any work is done.

    Raises:
        ReportFormUnknown: the name ends neither in .html nor in .xlsx.
        FileUnwritable: its folder is not there.
    """
    if path.suffix.lower() not in FORMS:
        raise ReportFormUnknown(path=str(path))
    if not path.parent.is_dir():
        raise FileUnwritable(path=str(path), reason=tell("the folder {folder} is not there", folder=str(path.parent)))


def write_report(report: Report, path: Path, words: Phrasebook) -> None:
    """Write the report; a file of that name is replaced.

    Raises:
        FileUnwritable: the file cannot be written.
    """
    written = FORMS[path.suffix.lower()](report, words)
    try:
        path.write_bytes(written)
    except OSError as error:
        raise FileUnwritable(path=str(path), reason=system_reason(error)) from error


def to_data(report: Report, words: Phrasebook) -> dict[str, object]:
    """The figures for machines: money in minor units, shares of 1, moments in UTC, unknowns with a reason."""
    facts = report.facts
    return {
        "plan": facts.rules.plan_id,
        "plan_version": facts.rules.version,
        "shop": facts.rules.shop,
        "currency": facts.rules.currency,
        "timezone": facts.rules.zone.key,
        "run": _plain(facts.run, words),
        "orders_known": _plain(facts.known, words),
        "findings": [{"tone": finding.tone.value, "says": words.say(finding.says)} for finding in report.findings],
        "totals": _plain(facts.totals, words),
        "goals": [
            {
                "measure": result.goal.measure.value,
                "result": _plain(result.result, words),
                "target": _plain(result.target, words),
                "baseline": _plain(result.baseline, words),
                "verdict": result.verdict.value,
                "verdict_in_words": words.say(VERDICTS[result.verdict]),
                "note": words.say(result.note) if result.note else None,
            }
            for result in facts.goals
        ],
        "forecasts": {measure.value: _plain(found, words) for measure, found in sorted(facts.forecasts.items())},
        "days": [_plain(day, words) for day in facts.days],
        "awards": [_plain(count, words) for count in facts.awards],
        "given": [asdict(given) for given in facts.figures.given],
        "stock": [_plain(stock, words) for stock in facts.figures.stock],
        "budget": [_plain(line, words) for line in facts.figures.budget],
        "reserve_minor": facts.rules.reserve_minor,
        "holdout": _plain(facts.holdout, words),
        "return_on_spend": _plain(facts.return_on_spend, words),
    }


def _plain(value: object, words: Phrasebook) -> object:
    match value:
        case Unknown(why):
            return {"unknown": words.say(why)}
        case Message():
            return words.say(value)
        case datetime() | date():
            return value.isoformat()
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {name: _plain(getattr(value, name), words) for name in value.__dataclass_fields__}
        case _:
            return value
