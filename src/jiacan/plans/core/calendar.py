"""When things happen: phases that follow each other, the periods of offers and draws, the days tasks are due."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from jiacan.kernel.messages import Message, tell
from jiacan.kernel.periods import Period, end_of, start_of
from jiacan.plans.core.nearest import did_you_mean
from jiacan.plans.core.parts.offers import DuringPart
from jiacan.plans.core.parts.part import Wrong
from jiacan.plans.core.parts.plan import PlanPart
from jiacan.plans.core.parts.times import moment
from jiacan.plans.core.parts.work import PHASES, PhasePart

EDGES = ("from", "to")
_ANCHOR = re.compile(r"([a-z_]+)\.([a-z_]+)(?:\s*([+-])\s*(\d{1,4})d)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The plan's zone, the phases whose periods are known, and the phases that the plan names at all."""

    zone: ZoneInfo
    phases: Mapping[str, Period]
    named: tuple[str, ...]


def named_phases(plan: PlanPart) -> tuple[tuple[str, PhasePart], ...]:
    """The phases that the plan names, in the order in which they follow each other."""
    parts = [(name, getattr(plan.phases, name)) for name in PHASES] if plan.phases else []
    return tuple((name, part) for name, part in parts if part is not None)


def read_calendar(plan: PlanPart, written: tuple[str, ...]) -> Calendar:
    """The calendar of the plan; a phase without a beginning, an end or a length is left out.

    Args:
        plan: the parts of the plan that could be read.
        written: the phases that its text names, readable or not.
    """
    named = named_phases(plan)
    phases = {}
    for i, (name, part) in enumerate(named):
        starts_at = phase_start(part, named[i - 1][1] if i else None, plan.timezone)
        ends_at = phase_end(part, named[i + 1][1] if i + 1 < len(named) else None, plan.timezone)
        if starts_at is not None and ends_at is not None and starts_at < ends_at:
            phases[name] = Period(starts_at, ends_at)
    return Calendar(plan.timezone, phases, tuple(name for name in PHASES if name in written))


def phase_start(part: PhasePart, previous: PhasePart | None, zone: ZoneInfo) -> datetime | None:
    """When the phase begins: its `from`, or the end of the phase before."""
    if part.from_ is not None:
        return start_of(part.from_, zone)
    return None if previous is None or previous.to is None else end_of(previous.to, zone)


def phase_end(part: PhasePart, following: PhasePart | None, zone: ZoneInfo) -> datetime | None:
    """When the phase ends: its `to`, or the beginning of the phase after."""
    if part.to is not None:
        return end_of(part.to, zone)
    return None if following is None or following.from_ is None else start_of(following.from_, zone)


def find_period(during: DuringPart, calendar: Calendar) -> Period | None:
    """The period meant, or None where the text gives none that has a length."""
    if during.phase is not None:
        return calendar.phases.get(during.phase)
    if during.from_ is None or during.to is None:
        return None
    starts_at, ends_at = start_of(during.from_, calendar.zone), end_of(during.to, calendar.zone)
    return Period(starts_at, ends_at) if starts_at < ends_at else None


def find_due(text: str, calendar: Calendar) -> date | None:
    """The day that `due` means; None when its phase has no period, which is reported where the phase stands.

    `from` is the day on which a phase begins, `to` the last day that has a moment of it.

    Raises:
        Wrong: it is neither a date nor an anchor such as `run.from - 3d`, or there is no such phase.
    """
    found = _ANCHOR.fullmatch(text)
    if found is None:
        return _due_date(text, calendar.zone)
    phase, edge, sign, days = found.groups()
    if edge not in EDGES:
        raise Wrong(
            tell("`{given}` is no edge of a phase; write {phase}.from or {phase}.to.", given=edge, phase=phase)
        )
    if phase not in calendar.named:
        raise Wrong(_no_phase(phase, calendar.named))
    if phase not in calendar.phases:
        return None
    period = calendar.phases[phase]
    edge_at = period.starts_at if edge == "from" else period.ends_at - timedelta(microseconds=1)
    offset = timedelta(days=int(days or 0))
    day = edge_at.astimezone(calendar.zone).date()
    return day - offset if sign == "-" else day + offset


def _due_date(text: str, zone: ZoneInfo) -> date:
    wrong = Wrong(
        tell("`{given}` is no due day; write a date, or an anchor such as `run.from - 3d`.", given=text[:60])
    )
    try:
        day = moment(text, zone)
    except Wrong:
        raise wrong from None
    if isinstance(day, datetime):
        raise wrong
    return day


def _no_phase(phase: str, named: tuple[str, ...]) -> Message:
    if not named:
        return tell("There is no phase {phase}; the plan has no `phases`.", phase=phase)
    return tell(
        "There is no phase {phase} in the plan; there are: {named}.{hint}",
        phase=phase,
        named=named,
        hint=did_you_mean(phase, named),
    )


def no_such_phase(phase: str, calendar: Calendar) -> Message | None:
    """What to say when the plan names no such phase."""
    return None if phase in calendar.named else _no_phase(phase, calendar.named)
