"""The six figures of the room: each against its pace, with what it did in the last two hours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from jiacan.campaigns.contracts.reported import Tone, Unknown
from jiacan.campaigns.contracts.room import (
    Beside,
    Clock,
    GoalPace,
    Noticed,
    OpenAlarm,
    Room,
    RoomFigure,
    Standing,
)
from jiacan.campaigns.core.amounts import Unit, write
from jiacan.campaigns.core.hourly import Week
from jiacan.campaigns.core.pace import (
    SameTime,
    beside_forecast,
    beside_goal,
    beside_hours,
    beside_same_time,
    bin_starts,
    bins,
)
from jiacan.campaigns.core.room import GIVEN_OUTCOMES, Loaded, lines_drawn_on
from jiacan.kernel.messages import Message, tell
from jiacan.kernel.money import Money
from jiacan.offers.contracts.awards import Outcome
from jiacan.plans.contracts.document import Measure, Watched

_OVER_PACE = 0.1
"""So much more of the money than of the run behind is to be watched."""


def figures(loaded: Loaded, goals: Iterable[GoalPace]) -> tuple[RoomFigure, ...]:
    """Orders, sales, awards, money at risk and refusals; alarms are counted by whoever keeps them."""
    paces = {goal.measure: goal for goal in goals}
    if loaded.clock.standing is Standing.COMING:
        missing = Unknown(tell("The run begins at {at}.", at=loaded.clock.run.starts_at))
        return tuple(RoomFigure(key, name, missing, (), ()) for key, name in NAMES.items() if key != "alarms")
    currency, at = loaded.rules.currency, loaded.clock.at
    counted = loaded.counted
    orders = bins(((pace.minute, pace.orders) for pace in loaded.order_pace), at)
    sales = bins(((pace.minute, pace.spend_minor) for pace in loaded.order_pace), at)
    given = bins(((pace.minute, pace.awards) for pace in loaded.award_pace if pace.outcome in GIVEN_OUTCOMES), at)
    return (
        RoomFigure(
            "orders",
            NAMES["orders"],
            counted.orders,
            tuple(_beside_growth(Measure.ORDERS, paces, loaded.outlook.orders, loaded.same_orders, loaded)),
            orders,
        ),
        RoomFigure(
            "sales",
            NAMES["sales"],
            Money(counted.sales_minor, currency),
            tuple(_beside_growth(Measure.SALES, paces, loaded.outlook.sales, loaded.same_sales, loaded)),
            sales,
        ),
        RoomFigure("awards", NAMES["awards"], counted.awards, tuple(_beside_awards(paces, given, loaded)), given),
        _money_at_risk(loaded),
        _refusals(loaded),
    )


NAMES: Mapping[str, Message] = {
    "orders": tell("Orders"),
    "sales": tell("Sales"),
    "awards": tell("Awards"),
    "at-risk": tell("Money at risk"),
    "refusals": tell("Refusals"),
    "alarms": tell("Open alarms"),
}


def _beside_growth(
    measure: Measure,
    paces: Mapping[Measure, GoalPace],
    week: Week | None,
    same: SameTime | None,
    loaded: Loaded,
) -> Iterator[Beside]:
    unit = Unit.MONEY if measure is Measure.SALES else Unit.COUNT
    clock, currency = loaded.clock, loaded.rules.currency
    if measure in paces:
        yield beside_goal(paces[measure], currency)
    if week is not None:
        reached = min(clock.at, clock.run.ends_at)
        yield beside_forecast(week.between(clock.run.starts_at, reached), unit, currency)
    if same is not None:
        yield beside_same_time(same, unit, currency)


def _beside_awards(paces: Mapping[Measure, GoalPace], given: Sequence[int], loaded: Loaded) -> Iterator[Beside]:
    if Measure.AWARDS in paces:
        yield beside_goal(paces[Measure.AWARDS], loaded.rules.currency)
    if loaded.clock.standing is Standing.LIVE:
        yield beside_hours(given)
    if loaded.counted.replaced:
        yield Beside(tell("{count} of them by the substitute", count=loaded.counted.replaced))


def _money_at_risk(loaded: Loaded) -> RoomFigure:
    drawn = lines_drawn_on(loaded.rules, loaded.document)
    planned = sum(line.amount_minor for line in loaded.rules.budget.values() if line.id in drawn)
    left = sum(balance.available or 0 for line, balance in loaded.budget.items() if line in drawn)
    currency = loaded.rules.currency
    steps = bins(
        ((pace.minute, pace.at_risk_minor) for pace in loaded.award_pace if pace.outcome in GIVEN_OUTCOMES),
        loaded.clock.at,
    )
    beside = []
    if planned:
        used = (planned - left) / planned
        ahead = loaded.clock.standing is Standing.LIVE and used > loaded.share + _OVER_PACE
        says = tell(
            "{used} of {planned}; {share} of the run is behind",
            used=write(used, Unit.SHARE, currency),
            planned=Money(planned, currency),
            share=write(loaded.share, Unit.SHARE, currency),
        )
        beside.append(Beside(says, Tone.WATCH if ahead else Tone.NOTE))
    return RoomFigure("at-risk", NAMES["at-risk"], Money(planned - left, currency), tuple(beside), steps)


def _refusals(loaded: Loaded) -> RoomFigure:
    counted = loaded.counted
    met = counted.refused + counted.awards
    refused = [(pace.minute, pace.awards) for pace in loaded.award_pace if pace.outcome == Outcome.REFUSED]
    steps = bins(refused, loaded.clock.at)
    beside = [beside_hours(steps)] if loaded.clock.standing is Standing.LIVE else []
    if met:
        share = write(counted.refused / met, Unit.SHARE, loaded.rules.currency)
        beside.insert(0, Beside(tell("{share} of {met} that met an offer", share=share, met=met)))
    return RoomFigure("refusals", NAMES["refusals"], counted.refused, tuple(beside), steps)


# --- alarms -----------------------------------------------------------------------------------------------


def alarms_figure(alarms: Sequence[OpenAlarm], noticed: Sequence[Noticed], clock: Clock) -> RoomFigure:
    """How many alarms nobody has closed; the spark tells how many were open."""
    spark = tuple(_open_at(noticed, start) for start in bin_starts(clock.at))
    return _counting(RoomFigure("alarms", NAMES["alarms"], 0, (), spark), alarms)


def _counting(figure: RoomFigure, alarms: Iterable[OpenAlarm]) -> RoomFigure:
    still_open = [each for each in alarms if each.noticed.closed_at is None]
    return replace(figure, value=len(still_open), beside=tuple(_beside_alarms(still_open)))


def without_money(room: Room) -> Room:
    """The room for those who may not see the budget: neither its lines, nor alarms of them, nor money at risk."""
    alarms = tuple(each for each in room.alarms if not each.alarm.of_money)
    figures = (figure for figure in room.figures if figure.key != "at-risk")
    return replace(
        room,
        figures=tuple(_counting(figure, alarms) if figure.key == "alarms" else figure for figure in figures),
        burns=tuple(burn for burn in room.burns if burn.watched is not Watched.BUDGET),
        alarms=alarms,
    )


def _beside_alarms(still_open: Sequence[OpenAlarm]) -> Iterator[Beside]:
    untaken = sum(1 for each in still_open if not each.noticed.taken_by)
    if untaken:
        yield Beside(tell("{count} that nobody has taken", count=untaken), Tone.ACT)
    elif still_open:
        yield Beside(tell("all taken"), Tone.WATCH)
    else:
        yield Beside(tell("nothing asks for you"), Tone.GOOD)


def _open_at(noticed: Sequence[Noticed], at: datetime) -> int:
    ends = [min(filter(None, (one.over_at, one.closed_at)), default=None) for one in noticed]
    return sum(1 for one, end in zip(noticed, ends, strict=True) if one.since <= at and (end is None or end > at))
