"""All campaigns of a shop at a glance, and what asks for whoever looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jiacan.campaigns.contracts.planning import Approval, TaskCard
from jiacan.campaigns.contracts.room import Clock, OpenAlarm, Room
from jiacan.kernel.messages import Name


@dataclass(frozen=True, slots=True)
class CampaignCard:
    """One plan: its clock where it went live, its draft's last saving where it is being written.

    `unreadable` is a plan that went live and has no run phase, or is no longer taken.
    """

    plan_id: str
    name: Name
    version: int
    clock: Clock | None
    drafted_at: datetime | None
    drafted_by: str
    unreadable: bool = False


@dataclass(frozen=True, slots=True)
class DueTask:
    """A task that is late or due soon; `mine` where its owner is the role of whoever looks."""

    plan_id: str
    campaign: Name
    card: TaskCard
    mine: bool


@dataclass(frozen=True, slots=True)
class RaisedAlarm:
    """An open alarm of one campaign; `mine` where its owner or backup is the role of whoever looks."""

    plan_id: str
    campaign: Name
    alarm: OpenAlarm
    mine: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """What needs whoever looks now, and the campaigns that are not over."""

    alarms: tuple[RaisedAlarm, ...]
    approvals: tuple[tuple[Name, Approval], ...]
    tasks: tuple[DueTask, ...]
    rooms: tuple[Room, ...]
    cards: tuple[CampaignCard, ...]

    @property
    def is_calm(self) -> bool:
        """Whether nothing asks for them."""
        return not (self.alarms or self.approvals or self.tasks)
