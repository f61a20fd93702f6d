"""Which click brought a friend, and whether it counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from jiacan.referrals.contracts.referrals import Reason, Touch
from jiacan.referrals.contracts.terms import Attribution, ReferralTerms


@dataclass(frozen=True, slots=True)
class Known:
    """What is known when a friend's first order is paid.

    `upward` is whoever brought the referrer, whoever brought them, and so on. `of_referrer` and `of_network_today`
    count the friends that the referrer, or the click's network on the click's day, brought to this plan before.
    """

    friend_id: str
    referrer_id: str
    bought_before_click: bool
    upward: frozenset[str]
    same_phone: bool
    same_address: bool
    of_referrer: int
    of_network_today: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """The friend counts; the rewards pend."""


@dataclass(frozen=True, slots=True)
class ForReview:
    """A person decides."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Refused:
    """The friend does not count."""

    reason: Reason


Verdict = Accepted | ForReview | Refused


def pick(touches: Iterable[Touch], terms: Mapping[str, ReferralTerms], *, paid_at: datetime) -> Touch | None:
    """The click that brought whoever paid their first order then; None where no click counts any more.

    Each plan picks the first or the last of its own links' clicks within its window; of plans the later pick counts.
    Clicks at the same moment count in the order in which they were noted.

    Args:
        touches: the friend's clicks on links of plans that are live.
        terms: by plan.
        paid_at: when the friend's first order was paid.
    """
    picked = []
    for plan_id, of_plan in terms.items():
        inside = [
            touch for touch in touches if touch.plan_id == plan_id and paid_at - of_plan.window <= touch.at <= paid_at
        ]
        if inside:
            choose = min if of_plan.attribution is Attribution.FIRST_TOUCH else max
            picked.append(choose(inside, key=_when))
    return max(picked, key=_when, default=None)


def _when(touch: Touch) -> tuple[datetime, int]:
    return touch.at, touch.id


def judge(known: Known, terms: ReferralTerms) -> Verdict:
    """Whether the friend counts; the first fact that speaks against it is the one that is told."""
    against = (
        (known.friend_id == known.referrer_id, Reason.SELF),
        (known.bought_before_click, Reason.EXISTING_CUSTOMER),
        (known.friend_id in known.upward, Reason.CYCLE),
        (known.same_phone, Reason.SAME_PHONE),
        (known.same_address, Reason.SAME_ADDRESS),
        (_reached(known.of_referrer, terms.per_referrer), Reason.PER_REFERRER),
    )
    for holds, reason in against:
        if holds:
            return Refused(reason)
    if _reached(known.of_network_today, terms.per_network_per_day):
        return ForReview(Reason.NETWORK)
    return Accepted()


def _reached(count: int, bound: int | None) -> bool:
    return bound is not None and count >= bound
