"""What is told of a campaign once a day from the shop's orders: ordinary weeks, and what goals are held against."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from jiacan.campaigns.contracts.reported import Unknown
from jiacan.campaigns.core.forecast import history_days, history_missing
from jiacan.campaigns.core.goals import earlier_period
from jiacan.campaigns.core.hourly import HourCount, week_of
from jiacan.campaigns.core.pace import SameTime
from jiacan.campaigns.core.room import Outlook
from jiacan.campaigns.facade.kept import Kept
from jiacan.kernel.messages import tell
from jiacan.kernel.periods import Period, days_later, start_of
from jiacan.orders import facade as orders
from jiacan.plans.contracts.document import Baseline, Measure, PlanDocument

_A_DAY, _A_MINUTE = 24 * 3600.0, 60.0
_EARLIER = (Baseline.LAST_YEAR, Baseline.PREVIOUS_PERIOD)

_outlooks: Kept[tuple[int, str, int, Period, date], Outlook] = Kept(64)
_same_times: Kept[tuple[int, datetime], tuple[SameTime, SameTime]] = Kept(64)


def outlook(shop_id: int, document: PlanDocument, version: int, *, run: Period, at: datetime) -> Outlook:
    """The outlook of the plan's version, worked out once a day; where history is missing it is looked for again."""
    key = (shop_id, document.plan_id, version, run, at.astimezone(document.zone).date())
    return _outlooks.get(
        key, lambda: _look(shop_id, document, run), seconds=lambda found: _A_MINUTE if found.missing else _A_DAY
    )


def _look(shop_id: int, document: PlanDocument, run: Period) -> Outlook:
    zone = document.zone
    before = (document.phases.get("warm_up") or run).starts_at.astimezone(zone).date()
    first_at = orders.first_paid_at(shop_id)
    if first_at is None:
        return Outlook(None, None, Unknown(tell("No orders are recorded.")), {})
    first_known = first_at.astimezone(zone).date()
    baselines = _earlier(shop_id, document, run, before, first_known)
    missing = history_missing(before, first_known)
    if missing is not None:
        baselines.update({(measure, Baseline.FORECAST): missing for measure in (Measure.ORDERS, Measure.SALES)})
        return Outlook(None, None, missing, baselines)
    history = Period(start_of(history_days(before)[0], zone), start_of(before, zone))
    counts = orders.count_by_hour(shop_id, history, zone)
    ordered = week_of((HourCount(one.day, one.hour, one.orders) for one in counts), before, zone)
    sold = week_of((HourCount(one.day, one.hour, one.spend_minor) for one in counts), before, zone)
    baselines[Measure.ORDERS, Baseline.FORECAST] = ordered.between(run.starts_at, run.ends_at)
    baselines[Measure.SALES, Baseline.FORECAST] = sold.between(run.starts_at, run.ends_at)
    return Outlook(ordered, sold, None, baselines)


def _earlier(
    shop_id: int, document: PlanDocument, run: Period, before: date, first_known: date
) -> dict[tuple[Measure, Baseline], float | Unknown]:
    """Orders and sales of the earlier periods that some goal is held against."""
    found: dict[tuple[Measure, Baseline], float | Unknown] = {}
    for baseline in _EARLIER:
        if all(goal.against is not baseline for goal in document.goals):
            continue
        period = earlier_period(run, baseline, before, document.zone)
        wanted = period.days(document.zone)[0]
        if first_known > wanted:
            why = tell(
                "Orders are known from {first} on, and this needs them from {wanted} on.",
                first=first_known,
                wanted=wanted,
            )
            found.update({(measure, baseline): Unknown(why) for measure in (Measure.ORDERS, Measure.SALES)})
            continue
        total = orders.count_within(shop_id, period)
        found[Measure.ORDERS, baseline] = float(total.orders)
        found[Measure.SALES, baseline] = float(total.spend_minor)
    return found


def same_time(shop_id: int, zone: ZoneInfo, at: datetime) -> tuple[SameTime, SameTime]:
    """Orders and sales of the day so far beside the same time of yesterday and of a week before; once a minute."""
    minute = at.replace(second=0, microsecond=0)
    return _same_times.get((shop_id, minute), lambda: _same(shop_id, zone, minute), seconds=lambda _: _A_MINUTE)


def _same(shop_id: int, zone: ZoneInfo, at: datetime) -> tuple[SameTime, SameTime]:
    midnight = start_of(at.astimezone(zone).date(), zone)
    today, yesterday, week = (
        orders.count_within(shop_id, Period(days_later(midnight, -back, zone), days_later(at, -back, zone)))
        for back in (0, 1, 7)
    )
    return (
        SameTime(today.orders, yesterday.orders, week.orders),
        SameTime(today.spend_minor, yesterday.spend_minor, week.spend_minor),
    )
