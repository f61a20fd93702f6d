"""Alarms as they are kept: noticed when they first stand, taken and closed by people, over when their matter is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from jiacan.campaigns.contracts.room import Alarm, AlarmOver, Noticed
from jiacan.campaigns.core.pace import SPAN
from jiacan.campaigns.store import alarms as store
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor


def notice(shop_id: int, plan_id: str, found: Sequence[Alarm], *, at: datetime) -> tuple[Noticed, ...]:
    """Keep what stands now and end what no longer does; gives all that stood within the last two hours."""
    since = at - SPAN
    kept = store.find_alarms(shop_id, plan_id, since=since)
    standing = {one.key for one in kept if one.over_at is None}
    keys = {alarm.key for alarm in found}
    if keys == standing:
        return kept
    with transaction.atomic():
        store.add_alarms(shop_id, plan_id, sorted(keys - standing), at=at)
        store.end_alarms(shop_id, plan_id, sorted(standing - keys), at=at)
    return store.find_alarms(shop_id, plan_id, since=since)


def standing(noticed: Sequence[Noticed]) -> Mapping[str, Noticed]:
    """Those that stand, by key."""
    return {one.key: one for one in noticed if one.over_at is None}


def take(shop_id: int, plan_id: str, alarm_id: int, *, actor: Actor, at: datetime) -> None:
    """Say that one sees to the alarm; whoever takes it again from someone else is written down too.

    Raises:
        AlarmOver: it no longer stands, or is closed.
    """
    with transaction.atomic():
        kept = _locked(shop_id, plan_id, alarm_id)
        if kept.taken_by == actor.name:
            return
        store.save_taken(shop_id, alarm_id, by=actor.name, at=at)
        before = {"taken by": kept.taken_by} if kept.taken_by else None
        tenancy.audit(
            shop_id,
            actor=actor,
            action="alarm taken",
            subject=f"{plan_id} {kept.key}",
            before=before,
            after={"taken by": actor.name},
        )


def close(shop_id: int, plan_id: str, alarm_id: int, *, note: str, actor: Actor, at: datetime) -> None:
    """Say that the alarm is seen to, and how; it is no longer counted as open.

    Raises:
        AlarmOver: it no longer stands, or is closed.
    """
    with transaction.atomic():
        kept = _locked(shop_id, plan_id, alarm_id)
        store.save_closed(shop_id, alarm_id, by=actor.name, at=at, note=note)
        tenancy.audit(
            shop_id,
            actor=actor,
            action="alarm closed",
            subject=f"{plan_id} {kept.key}",
            before={"taken by": kept.taken_by} if kept.taken_by else None,
            after={"closed by": actor.name, "note": note},
        )


def _locked(shop_id: int, plan_id: str, alarm_id: int) -> Noticed:
    kept = store.lock_alarm(shop_id, plan_id, alarm_id)
    if kept is None or kept.closed_at is not None:
        raise AlarmOver(plan_id=plan_id)
    return kept
