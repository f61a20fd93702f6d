"""How dates, moments, durations and times of day are read, in the plan's zone."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import PlainValidator, ValidationInfo, WithJsonSchema

from jiacan.kernel.messages import tell
from jiacan.kernel.periods import parse_moment
from jiacan.plans.core.parts.part import Wrong, reading_of
from jiacan.plans.core.parts.scalars import is_not, written

_DURATION = re.compile(r"(\d{1,5})([dh])", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII)
_TIME = re.compile(r"\d\d:\d\d", re.ASCII)


def moment(text: str, zone: ZoneInfo) -> datetime | date:
    """A date, or a moment in UTC.

    Raises:
        Wrong: it is neither.
    """
    if _MOMENT.fullmatch(text) is None:
        raise is_not(text, tell("a date such as 2026-11-01, or a time such as 2026-11-01T20:00"))
    if not 1970 <= int(text[:4]) <= 2999:
        raise Wrong(tell("The year {year} cannot be meant; write one from 1970 to 2999.", year=text[:4]))
    try:
        return parse_moment(text, zone)
    except ValueError:
        raise Wrong(tell("{given} is not in the calendar; check day, month and hour.", given=text)) from None


def _moment(value: object, info: ValidationInfo) -> datetime | date:
    return moment(written(value, tell("a date such as 2026-11-01")), reading_of(info).zone)


def days_or_hours(value: object) -> timedelta:
    """So many days or hours.

    Raises:
        Wrong: it is not a number of them.
    """
    wanted = tell("a number of days or hours such as 30d or 48h")
    text = written(value, wanted)
    found = _DURATION.fullmatch(text)
    if found is None:
        raise is_not(text, wanted)
    return timedelta(days=int(found[1])) if found[2] == "d" else timedelta(hours=int(found[1]))


def _whole_days(value: object) -> int:
    duration = days_or_hours(value)
    if duration <= timedelta(0) or duration.seconds:
        raise is_not(written(value, tell("a number of days")), tell("a whole number of days such as 30d"))
    return duration.days


def _time_of_day(value: object) -> time:
    wanted = tell('a time of day such as "20:00"')
    text = written(value, wanted)
    if text == "24:00":
        return time(0)
    if _TIME.fullmatch(text) is None or not (int(text[:2]) < 24 and int(text[3:]) < 60):
        raise is_not(text, wanted)
    return time.fromisoformat(text)


Moment = Annotated[
    datetime | date,
    PlainValidator(_moment),
    WithJsonSchema({"type": "string", "examples": ["2026-11-01", "2026-11-01T20:00"]}),
]
Duration = Annotated[
    timedelta, PlainValidator(days_or_hours), WithJsonSchema({"type": "string", "pattern": r"^\d+[dh]$"})
]
WholeDays = Annotated[int, PlainValidator(_whole_days), WithJsonSchema({"type": "string", "pattern": r"^\d+[dh]$"})]
TimeOfDay = Annotated[
    time, PlainValidator(_time_of_day), WithJsonSchema({"type": "string", "pattern": r"^\d\d:\d\d$"})
]
