"""Goals: what a written target and its comparison mean."""

from __future__ import annotations

import re
from decimal import Decimal

from jiacan.kernel.messages import tell
from jiacan.plans.contracts.document import Baseline, ChangeTarget, Goal, LevelTarget, Measure
from jiacan.plans.core.nearest import did_you_mean
from jiacan.plans.core.parts.part import Wrong
from jiacan.plans.core.parts.scalars import number
from jiacan.plans.core.parts.work import GoalPart

COUNTS = {Measure.ORDERS, Measure.NEW_CUSTOMERS, Measure.AWARDS}
RATES = {Measure.REPURCHASE_RATE}

_CHANGE = re.compile(r"[+-]\d{1,6}(\.\d{1,6})?%", re.ASCII)
_SHARE = re.compile(r"\d{1,6}(\.\d{1,6})?%", re.ASCII)


def read_target(part: GoalPart) -> ChangeTarget | LevelTarget:
    """What the target means.

    Raises:
        Wrong: it cannot be read, or its form does not suit its measure.
    """
    text = part.target
    if _CHANGE.fullmatch(text):
        return ChangeTarget(Decimal(text[:-1]) / 100)
    if _SHARE.fullmatch(text):
        if part.measure not in RATES:
            raise Wrong(
                tell(
                    "{measure} is no share, so {given} cannot be its level; write a number, or a change: +15%.",
                    measure=part.measure.value,
                    given=text,
                )
            )
        return _rate(text, Decimal(text[:-1]) / 100)
    value = number(text, tell("a target; write a number, a share such as 30%, or a change such as +15%"))
    if value < 0:
        raise Wrong(
            tell("A level is not negative; {given} is. Write a change as a percentage such as -5%.", given=text)
        )
    if part.measure in RATES:
        return _rate(text, value)
    if part.measure in COUNTS and value != value.to_integral_value():
        raise Wrong(tell("{measure} are counted whole; {given} is not.", measure=part.measure.value, given=text))
    return LevelTarget(value)


def _rate(text: str, value: Decimal) -> LevelTarget:
    if value > 1:
        raise Wrong(
            tell("{given} is above 100%; a rate cannot be. Write it as a percentage such as 30%.", given=text)
        )
    return LevelTarget(value)


def read_against(part: GoalPart) -> Baseline | Decimal | None:
    """What the target is held against.

    Raises:
        Wrong: it is neither a known baseline nor a number.
    """
    text = part.against
    if text is None:
        return None
    if text in set(Baseline):
        return Baseline(text)
    words = tuple(baseline.value for baseline in Baseline)
    try:
        return number(text, tell("a number"))
    except Wrong:
        raise Wrong(
            tell(
                "`{given}` is nothing to hold a goal against; write {words}, or a number.{hint}",
                given=text[:60],
                words=words,
                hint=did_you_mean(text, words),
            )
        ) from None


def to_goal(part: GoalPart) -> Goal:
    """The goal, of a part in which nothing is wrong."""
    return Goal(part.measure, read_target(part), read_against(part))
