"""Where a campaign is in its time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from jiacan.campaigns.contracts.room import Clock, Standing
from jiacan.kernel.periods import Period

PHASE_ORDER = ("prepare", "warm_up", "run", "wrap_up")


def run_of(phases: Mapping[str, Period], window: Period | None) -> Period | None:
    """When the campaign runs: its run phase, or the time of its offers for orders."""
    return phases.get("run") or window


def clock_at(phases: Mapping[str, Period], run: Period, at: datetime) -> Clock:
    """The campaign at that moment.

    Args:
        phases: the plan's phases; the run's stands in where it names none.
        run: when it runs.
        at: the moment.
    """
    known = phases or {"run": run}
    phase = next((name for name in PHASE_ORDER if name in known and at in known[name]), "")
    edges = sorted({edge for period in known.values() for edge in (period.starts_at, period.ends_at) if edge > at})
    next_at = edges[0] if edges else None
    next_phase = next((name for name in PHASE_ORDER if name in known and known[name].starts_at == next_at), "")
    return Clock(
        at=at, standing=_standing(run, at, next_at), run=run, phase=phase, next_phase=next_phase, next_at=next_at
    )


def _standing(run: Period, at: datetime, next_at: datetime | None) -> Standing:
    if at < run.starts_at:
        return Standing.COMING
    if at < run.ends_at:
        return Standing.LIVE
    return Standing.OVER if next_at is None else Standing.CLOSING
