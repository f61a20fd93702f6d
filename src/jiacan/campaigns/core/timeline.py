"""A plan's tasks on a line of time: each as a place between its first and its last day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from jiacan.campaigns.contracts.planning import TaskCard
from jiacan.kernel.periods import Period


@dataclass(frozen=True, slots=True)
class Stretch:
    """A phase on the line: where it begins and how long it is, in percent of the whole."""

    phase: str
    starts: float
    length: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """The line: its phases, where now is (None outside it), and where each task is due, in percent of the whole."""

    whole: Period
    stretches: tuple[Stretch, ...]
    now: float | None
    due: Mapping[str, float]


def timeline(phases: Mapping[str, Period], cards: Sequence[TaskCard], at: datetime) -> Timeline | None:
    """The line that holds every phase and every due day; None where the plan names neither."""
    edges = [edge for period in phases.values() for edge in (period.starts_at, period.ends_at)]
    edges += [card.task.due_by for card in cards]
    if not edges or min(edges) == max(edges):
        return None
    whole = Period(min(edges), max(edges))
    length = whole.ends_at - whole.starts_at

    def place(moment: datetime) -> float:
        return round(100 * ((moment - whole.starts_at) / length), 2)

    return Timeline(
        whole=whole,
        stretches=tuple(
            Stretch(phase, place(period.starts_at), round(place(period.ends_at) - place(period.starts_at), 2))
            for phase, period in phases.items()
        ),
        now=place(at) if at in whole else None,
        due={card.task.id: place(card.task.due_by) for card in cards},
    )
