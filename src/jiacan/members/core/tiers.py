"""Where a customer stands: the higher of where their orders put them and of what offers gave them for the time.

Tiers that are given lie over the walk of orders and are no part of it: when one ends, the customer stands where their
orders put them by then. docs/algorithms/tiers.md has the rule and worked cases.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from jiacan.kernel.periods import end_of
from jiacan.members.contracts.tiers import Cause, TierGift, TierStep
from jiacan.members.core.lasting import months_later
from jiacan.offers.contracts.tiers import GivenFor, Ladder, Standing, TierChange, TierGiven


def gift_of(given: TierGiven, zone: ZoneInfo) -> TierGift:
    """The tier as it is kept."""
    ends_at = end_of(_last_day(given.given_for, given.at, zone), zone)
    return TierGift(given.order_id, given.offer_id, given.tier, given.at, ends_at)


def _last_day(given_for: GivenFor, at: datetime, zone: ZoneInfo) -> date:
    """
    >>> given = datetime.fromisoformat("2026-01-31T10:00:00+00:00")
    >>> [str(_last_day(each, given, ZoneInfo("UTC"))) for each in (GivenFor(days=30), GivenFor(months=1), GivenFor())]
    ['2026-03-02', '2026-02-28', '2026-01-31']
    """
    day = at.astimezone(zone).date()
    if given_for.months is not None:
        return months_later(day, given_for.months)
    if given_for.days is not None:
        return day + timedelta(days=given_for.days)
    return date(day.year, day.month, calendar.monthrange(day.year, day.month)[1])


def highest(ladder: Ladder, gifts: Iterable[TierGift], at: datetime) -> TierGift | None:
    """Of what is in force at the moment, the highest on the ladder, of several the one that stays longest."""
    found = [gift for gift in gifts if gift.is_in_force(at) and ladder.place(gift.tier)]
    return max(found, key=lambda gift: (ladder.place(gift.tier), gift.ends_at), default=None)


def lifting(ladder: Ladder, tier: str, gifts: Iterable[TierGift], at: datetime) -> TierGift | None:
    """What lifts a customer whose orders put them on the tier above it at the moment; None where nothing does."""
    found = highest(ladder, gifts, at)
    return found if found is not None and _lifts(ladder, found, tier) else None


def _lifts(ladder: Ladder, gift: TierGift, tier: str) -> bool:
    return ladder.place(gift.tier) > ladder.place(tier)


def next_moment(gifts: Iterable[TierGift], after: datetime) -> datetime | None:
    """The next moment after that one at which a gift begins or is over."""
    return min((at for gift in gifts for at in (gift.starts_at, gift.over_at) if at > after), default=None)


@dataclass(frozen=True, slots=True)
class Walk:
    """What the walk of a customer's orders came to: where it began, each step, and until when it was walked.

    `before` is None where nobody looked yet; `had` tells what counted of the orders at a moment.
    """

    before: Standing | None
    changes: Sequence[TierChange]
    until: datetime
    had: Callable[[datetime], int]


def lay_over(ladder: Ladder, stood: str, walk: Walk, gifts: Sequence[TierGift]) -> tuple[str, tuple[TierStep, ...]]:
    """Where the customer stands in the end, and every step on the way.

    What became known late counts from its moment, or from the one up to which the customer was reckoned where that
    is later. At one moment orders come before gifts.

    Args:
        ladder: the tiers in force.
        stood: where the customer stood up to which they were reckoned.
        walk: of their orders, from there.
        gifts: all that are in force at some moment of it.
    """
    tier, steps = "" if walk.before is None else walk.before.tier, list[TierStep]()
    gift: TierGift | None = None
    for at, change in _moments(walk, gifts):
        if change is not None:
            tier = change.after
        else:
            gift = highest(ladder, gifts, at)
        stands = gift.tier if gift is not None and _lifts(ladder, gift, tier) else tier
        if stands != stood:
            by_orders = None if change is None else TierStep(stood, stands, at, change.had)
            steps.append(by_orders or _by_gift(ladder, TierStep(stood, stands, at, walk.had(at)), gifts))
            stood = stands
    return stood, tuple(steps)


def _moments(walk: Walk, gifts: Iterable[TierGift]) -> Iterator[tuple[datetime, TierChange | None]]:
    """The steps by orders, and the moments at which gifts are looked at, in their order."""
    since = None if walk.before is None else walk.before.seen_at
    looked = {at for gift in gifts for at in (gift.starts_at, gift.over_at) if at <= walk.until}
    if since is not None:
        looked = {at for at in looked if at > since}
        yield since, None
    both = [*((each.at, 0, each) for each in walk.changes), *((at, 1, None) for at in looked)]
    for at, _, change in sorted(both, key=lambda each: each[:2]):
        yield at, change


def _by_gift(ladder: Ladder, step: TierStep, gifts: Sequence[TierGift]) -> TierStep:
    """The step with why it was taken: up by the gift that lifts, down by the one that is over."""
    if ladder.place(step.after) > ladder.place(step.before):
        gift, cause = highest(ladder, gifts, step.at), Cause.GIVEN
    else:
        over = [each for each in gifts if each.tier == step.before and each.over_at <= step.at]
        gift = max(over, key=lambda each: each.over_at, default=None)
        taken = gift is not None and gift.over_at < gift.ends_at
        cause = Cause.TAKEN_BACK if taken else Cause.OVER
    if gift is None:
        return replace(step, cause=cause)
    return replace(step, cause=cause, offer_id=gift.offer_id, until=gift.ends_at)
