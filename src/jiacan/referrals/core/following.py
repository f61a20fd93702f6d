"""What becomes of a referral while its friend's first order is on its way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jiacan.referrals.contracts.referrals import State
from jiacan.referrals.contracts.terms import ReferralTerms


@dataclass(frozen=True, slots=True)
class Standing:
    """How the friend's first order stands: `kept` is whether any of its goods are left after all refunds."""

    paid_at: datetime
    received_at: datetime | None
    kept: bool


@dataclass(frozen=True, slots=True)
class Waits:
    """Nothing yet; `until` is when it is certain, None where it is not known when the order is received."""

    until: datetime | None


@dataclass(frozen=True, slots=True)
class Completes:
    """Received, past its return window, and something of it kept: the rewards are posted."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Voids:
    """Nothing of the order is left: the rewards are let go."""


@dataclass(frozen=True, slots=True)
class TakesBack:
    """All of the order came back after the rewards were posted: they are taken back."""


Step = Waits | Completes | Voids | TakesBack


def follow(state: State, standing: Standing, terms: ReferralTerms, *, at: datetime) -> Step:
    """What happens to the referral now; an order that came back whole undoes it at any time.

    Args:
        state: where it stands; one that is in review completes only after a person accepted it.
        standing: how the friend's first order stands.
        terms: of its plan.
        at: now.
    """
    if not standing.kept:
        return TakesBack() if state is State.COMPLETED else Voids()
    if state is State.COMPLETED:
        return Waits(None)
    final_at = certain_at(standing, terms)
    if final_at is None or at < final_at or state is State.REVIEW:
        return Waits(final_at)
    return Completes(final_at)


def certain_at(standing: Standing, terms: ReferralTerms) -> datetime | None:
    """When the order has been received for as long as it can be returned; None where nobody knows yet."""
    received_at = standing.received_at
    if received_at is None and terms.assume_received_after is not None:
        received_at = standing.paid_at + terms.assume_received_after
    return None if received_at is None else received_at + terms.return_window
