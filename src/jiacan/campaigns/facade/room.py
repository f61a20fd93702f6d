"""Reading the room of a campaign: counters, balances and short index ranges, at one moment.

Whoever looks at the same campaign within a second of another looks at the same reading.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from jiacan.campaigns.contracts.public import CampaignUnknown
from jiacan.campaigns.contracts.reported import NoRunPhase
from jiacan.campaigns.contracts.room import Clock, OpenAlarm, Room, Standing
from jiacan.campaigns.core import headlines
from jiacan.campaigns.core import room as core
from jiacan.campaigns.core.alarms import alarms as find_alarms
from jiacan.campaigns.core.clock import clock_at, run_of
from jiacan.campaigns.core.pace import SPAN
from jiacan.campaigns.facade import alarms as kept_alarms
from jiacan.campaigns.facade.kept import Kept
from jiacan.campaigns.facade.outlook import outlook, same_time
from jiacan.campaigns.store import alarms as store
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell
from jiacan.kernel.periods import Period
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.facade import reading as offers
from jiacan.plans import facade as plans
from jiacan.plans.contracts.document import PlanDocument
from jiacan.tenancy import facade as tenancy

TICKER = 10
_SHARED_SECONDS = 1.0

_rooms: Kept[tuple[int, str], Room] = Kept(256)


@dataclass(frozen=True, slots=True)
class Campaign:
    """A plan by the version in force, and where it is in its time."""

    version: int
    document: PlanDocument
    rules: PlanRules
    clock: Clock


def find_campaign(shop_id: int, plan_id: str, *, at: datetime) -> Campaign:
    """The campaign by the version in force.

    Raises:
        CampaignUnknown: the plan has not gone live here.
        NoRunPhase: it does not say when it runs.
    """
    versions = plans.find_versions(shop_id, plan_id)
    if not versions:
        raise CampaignUnknown(plan_id=plan_id)
    plan = plans.plan_of(shop_id, versions[-1])
    assert plan.document is not None, "what went live has a document"
    assert plan.rules is not None, "what went live has rules"
    run = run_of(plan.document.phases, plan.rules.window)
    if run is None:
        raise NoRunPhase(plan_id=plan_id)
    return Campaign(versions[-1].number, plan.document, plan.rules, clock_at(plan.document.phases, run, at))


def look(shop_id: int, plan_id: str, *, at: datetime) -> Room:
    """The room as somebody in this process read it within the last second, or anew.

    Raises:
        CampaignUnknown, NoRunPhase: there is no such room.
    """
    return _rooms.get((shop_id, plan_id), lambda: read(shop_id, plan_id, at=at), seconds=lambda _: _SHARED_SECONDS)


def forget(shop_id: int, plan_id: str) -> None:
    """Something was changed by hand: whoever looks next sees it."""
    _rooms.forget((shop_id, plan_id))


def watch_all(at: datetime) -> None:
    """Look at the room of every campaign that is not over, so that its alarms are noticed."""
    tenancy.at_each_shop(lambda shop_id: _watch_shop(shop_id, at))


def _watch_shop(shop_id: int, at: datetime) -> None:
    for version in plans.live_plans(shop_id):
        with suppress(JiacanError):  # a plan that is no longer taken has no room; its own page says so
            if find_campaign(shop_id, version.plan_id, at=at).clock.standing is not Standing.OVER:
                look(shop_id, version.plan_id, at=at)


def read(shop_id: int, plan_id: str, *, at: datetime) -> Room:
    """The room at this moment; alarms that stand for the first time are kept from now on.

    Raises:
        CampaignUnknown, NoRunPhase: there is no such room.
    """
    campaign = find_campaign(shop_id, plan_id, at=at)
    loaded = _load(shop_id, campaign)
    paced, elsewhere = core.paces_of(loaded)
    burns = core.burns(loaded)
    found = find_alarms(campaign.document.risks, core.signs(loaded, burns))
    noticed = kept_alarms.notice(shop_id, plan_id, found, at=at)
    standing = kept_alarms.standing(noticed)
    alarms = tuple(OpenAlarm(alarm, standing[alarm.key]) for alarm in found if alarm.key in standing)
    return Room(
        plan_id=plan_id,
        name=campaign.rules.name,
        version=campaign.version,
        currency=campaign.rules.currency,
        clock=campaign.clock,
        figures=(*headlines.figures(loaded, paced), headlines.alarms_figure(alarms, noticed, campaign.clock)),
        goals=paced,
        goals_elsewhere=elsewhere,
        paced_by=_paced_by(loaded),
        course=core.course(loaded),
        no_forecast=loaded.outlook.missing,
        burns=burns,
        window=loaded.window,
        reasons=core.reasons(loaded),
        last_awards=core.last_awards(loaded),
        alarms=alarms,
    )


def _load(shop_id: int, campaign: Campaign) -> core.Loaded:
    rules, clock = campaign.rules, campaign.clock
    plan_id, at = rules.plan_id, clock.at
    live = clock.standing is Standing.LIVE
    award_pace = offers.award_pace(shop_id, plan_id, at - SPAN, at) if live else ()
    window = core.window_of(award_pace, clock)
    orders, sales = same_time(shop_id, rules.zone, at) if live else (None, None)
    return core.Loaded(
        document=campaign.document,
        rules=rules,
        clock=clock,
        outlook=outlook(shop_id, campaign.document, campaign.version, run=clock.run, at=at),
        order_total=offers.order_totals(shop_id, plan_id),
        award_totals=offers.award_totals(shop_id, plan_id),
        order_pace=offers.order_pace(shop_id, plan_id, at - SPAN, at) if live else (),
        award_pace=award_pace,
        stock=offers.stock_balances(shop_id, rules),
        budget=offers.budget_balances(shop_id, rules),
        takings=offers.takings(shop_id, plan_id, Period(at - window, at)) if live else (),
        window=window,
        same_orders=orders,
        same_sales=sales,
        latest=offers.latest_awards(shop_id, plan_id, TICKER),
        waiting_since=store.find_waiting_since(at),
    )


def _paced_by(loaded: core.Loaded) -> Message:
    if loaded.outlook.orders is not None:
        return tell("Pace: as an ordinary week's orders spread over its hours, from the eight weeks before.")
    return tell("Pace: evenly over the run, because no ordinary week is known.")


def without_money(room: Room) -> Room:
    """The room for those who may not see the budget."""
    return headlines.without_money(room)
