"""Phases follow each other, and every offer, draw, challenge and item has a period that is open at some time."""

from __future__ import annotations

from collections.abc import Iterator

from jiacan.kernel.messages import tell
from jiacan.kernel.periods import Period
from jiacan.plans.contracts.problems import Problem
from jiacan.plans.core.calendar import (
    Calendar,
    find_period,
    named_phases,
    no_such_phase,
    phase_end,
    phase_start,
)
from jiacan.plans.core.parts.challenges import ChallengePart
from jiacan.plans.core.parts.draws import DrawPart
from jiacan.plans.core.parts.mall import MallItemPart
from jiacan.plans.core.parts.offers import DuringPart, OfferPart
from jiacan.plans.core.parts.plan import PlanPart
from jiacan.plans.core.parts.work import PhasePart
from jiacan.plans.core.problems import error, warning
from jiacan.plans.core.tree import Place


def check_periods(plan: PlanPart, calendar: Calendar) -> Iterator[Problem]:
    """Phases and periods that cannot be, and periods outside all phases."""
    yield from _check_phases(plan)
    whole = _whole(calendar)
    parts: list[OfferPart | DrawPart | ChallengePart | MallItemPart]
    parts = [*plan.offers, *plan.draws, *plan.challenges, *plan.mall]
    for part in parts:
        yield from _check_during(part, calendar)
        period = find_period(part.during, calendar)
        if whole and period and (period.starts_at < whole.starts_at or whole.ends_at < period.ends_at):
            yield warning(
                part.at("during"),
                tell("{id} is open outside all phases of the plan; check its dates, or the phases.", id=part.id),
            )


def _check_phases(plan: PlanPart) -> Iterator[Problem]:
    named = named_phases(plan)
    assert plan.phases is not None or not named
    for i, (name, part) in enumerate(named):
        before = named[i - 1] if i else None
        after = named[i + 1] if i + 1 < len(named) else None
        place = plan.phases.at(name) if plan.phases else part.at()
        yield from _check_phase(name, part, before, after, place=place, plan=plan)


def _check_phase(
    name: str,
    part: PhasePart,
    before: tuple[str, PhasePart] | None,
    after: tuple[str, PhasePart] | None,
    *,
    place: Place,
    plan: PlanPart,
) -> Iterator[Problem]:
    starts_at = phase_start(part, before[1] if before else None, plan.timezone)
    ends_at = phase_end(part, after[1] if after else None, plan.timezone)
    if starts_at is None:
        yield error(place, tell("Phase {phase} has no beginning; write its `from`.", phase=name))
    if ends_at is None:
        yield error(place, tell("Phase {phase} has no end; write its `to`.", phase=name))
    if starts_at and ends_at and ends_at <= starts_at:
        yield error(
            part.at("to") if part.to else part.at("from"),
            tell("Phase {phase} ends before it begins; check its dates and its neighbours'.", phase=name),
        )
    before_ends_at = phase_end(before[1], part, plan.timezone) if before else None
    if before and starts_at and before_ends_at and starts_at < before_ends_at:
        yield error(
            part.at("from"),
            tell(
                "Phase {phase} begins before {before} ends; phases follow each other.", phase=name, before=before[0]
            ),
        )


def _check_during(part: OfferPart | DrawPart | ChallengePart | MallItemPart, calendar: Calendar) -> Iterator[Problem]:
    during: DuringPart = part.during
    place = part.at("during")
    if during.phase is not None:
        missing = no_such_phase(during.phase, calendar)
        if missing is not None:
            yield error(place, missing)
        if during.from_ is not None or during.to is not None:
            yield error(place, tell("Write either a phase or `from` and `to`, not both."))
    elif during.from_ is None or during.to is None:
        yield error(place, tell("A period needs `from` and `to`, or the name of a phase."))
    elif find_period(during, calendar) is None:
        yield error(during.at("to"), tell("The period ends before it begins; check `from` and `to`."))


def _whole(calendar: Calendar) -> Period | None:
    """From the beginning of the first phase to the end of the last, when every phase is known."""
    periods = list(calendar.phases.values())
    if not periods or len(periods) < len(calendar.named):
        return None
    return Period(periods[0].starts_at, periods[-1].ends_at)
