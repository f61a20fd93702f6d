"""What asks for a person: risks whose watch is crossed, what is empty or will be, silence, and stuck work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from jiacan.campaigns.contracts.reported import Tone
from jiacan.campaigns.contracts.room import Alarm, Burn, Clock, Empty, RunsOut, Standing
from jiacan.kernel.messages import Message, tell
from jiacan.kernel.money import Money
from jiacan.plans.contracts.document import BelowAmount, BelowShare, Risk, Watched

SILENT_EXPECTED = 10.0
"""With so many orders expected, no order at all comes about by chance once in twenty thousand times."""

STUCK_AFTER = timedelta(minutes=5)

_TONES = tuple(Tone)


@dataclass(frozen=True, slots=True)
class Silence:
    """No order since then, although so many were to be expected."""

    since: datetime
    expected: float


@dataclass(frozen=True, slots=True)
class Signs:
    """What alarms are told from. `short` counts awards that lately asked for more than was left, by reason's code."""

    clock: Clock
    burns: Sequence[Burn]
    short: Mapping[str, int]
    silence: Silence | None
    waiting_since: datetime | None
    currency: str


def alarms(risks: Iterable[Risk], signs: Signs) -> tuple[Alarm, ...]:
    """Every alarm that stands, the most pressing first; none once the campaign is over."""
    if signs.clock.standing is Standing.OVER:
        return ()
    crossed = [
        (risk, burn)
        for risk in risks
        for burn in signs.burns
        if (burn.watched, burn.id) == (risk.watch.watched, risk.watch.id) and is_crossed(risk.watch, burn)
    ]
    watched = {(burn.watched, burn.id) for _, burn in crossed}
    unwatched = [burn for burn in signs.burns if (burn.watched, burn.id) not in watched]
    found = [
        *(_of_risk(risk, burn, signs) for risk, burn in crossed),
        *_of_burns(unwatched, signs),
        *_of_silence(signs),
        *_of_jobs(signs),
    ]
    return tuple(sorted(found, key=lambda alarm: _TONES.index(alarm.tone)))


def is_crossed(watch: BelowShare | BelowAmount, burn: Burn) -> bool:
    """Whether less is left than the watch allows."""
    match watch:
        case BelowShare(share=share):
            return burn.left < share * burn.planned
        case BelowAmount(amount=amount):
            return burn.left < amount


def _of_risk(risk: Risk, burn: Burn, signs: Signs) -> Alarm:
    left = tell(
        "{risk}: {left} of {planned} left of {item}",
        risk=risk.name,
        left=amount_of(burn, burn.left, signs.currency),
        planned=amount_of(burn, burn.planned, signs.currency),
        item=burn.name,
    )
    return Alarm(
        key=f"risk:{risk.id}",
        tone=Tone.ACT,
        says=left,
        do=tell("{do}", do=risk.do),
        owner=risk.owner,
        backup=risk.backup,
        of_money=burn.watched is Watched.BUDGET,
    )


def _of_burns(burns: Iterable[Burn], signs: Signs) -> Iterator[Alarm]:
    for burn in burns:
        code = f"{burn.watched}:{burn.id}"
        if isinstance(burn.fate, Empty) or signs.short.get(code):
            yield _empty(burn, code, signs)
        elif isinstance(burn.fate, RunsOut) and burn.fate.latest is not None:
            yield Alarm(
                key=f"runs-out:{code}",
                tone=Tone.WATCH,
                says=tell(
                    "{item}: out by {at} at this pace, the run goes on to {end}",
                    item=burn.name,
                    at=burn.fate.at,
                    end=signs.clock.run.ends_at,
                ),
                do=_REFILL[burn.watched],
                owner="",
                backup="",
                of_money=burn.watched is Watched.BUDGET,
            )


_REFILL: Mapping[Watched, Message] = {
    Watched.STOCK: tell("Put more units into the plan as a new version, or let its substitute take over."),
    Watched.BUDGET: tell("Release some of the reserve by a new version of the plan, or let the offers on it end."),
}


def _empty(burn: Burn, code: str, signs: Signs) -> Alarm:
    if burn.left <= 0:
        says = tell("{item}: nothing is left", item=burn.name)
    else:
        left = amount_of(burn, burn.left, signs.currency)
        says = tell("{item}: too little for an award, {left} left", item=burn.name, left=left)
    return Alarm(
        key=f"empty:{code}",
        tone=Tone.ACT,
        says=says,
        do=_REFILL[burn.watched],
        owner="",
        backup="",
        of_money=burn.watched is Watched.BUDGET,
    )


def _of_silence(signs: Signs) -> Iterator[Alarm]:
    silence = signs.silence
    if signs.clock.standing is Standing.LIVE and silence is not None and silence.expected >= SILENT_EXPECTED:
        yield Alarm(
            key="silence",
            tone=Tone.ACT,
            says=tell(
                "No order since {since}, where about {expected} were to be expected",
                since=silence.since,
                expected=round(silence.expected),
            ),
            do=tell("See whether the shop can be ordered at, and whether its connection still sends orders here."),
            owner="",
            backup="",
        )


def _of_jobs(signs: Signs) -> Iterator[Alarm]:
    if signs.waiting_since is not None and signs.clock.at - signs.waiting_since >= STUCK_AFTER:
        yield Alarm(
            key="jobs",
            tone=Tone.ACT,
            says=tell("Background work has been waiting since {since}", since=signs.waiting_since),
            do=tell("See under settings, jobs, whether the worker runs; `jiacan serve` starts it again by itself."),
            owner="",
            backup="",
        )


def amount_of(burn: Burn, amount: int, currency: str) -> Message:
    """So much of a stock item or budget line, in its unit."""
    if burn.watched is Watched.BUDGET:
        return tell("{money}", money=Money(amount, currency))
    return tell("{pieces} pieces", pieces=amount)
