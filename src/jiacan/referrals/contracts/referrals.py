"""Who brought whom: links, touches, referrals and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Link:
    """A customer's link for one plan. `clicks` are those of its short address."""

    id: int
    plan_id: str
    customer_id: str
    code: str
    clicks: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Touch:
    """One click on a link by a customer who is known by now; `network` is a keyed hash, empty where none was told."""

    id: int
    link_id: int
    plan_id: str
    referrer_id: str
    at: datetime
    network: str = ""


class Reason(StrEnum):
    """Why a friend does not count, or not before a person has looked."""

    SELF = "self"
    EXISTING_CUSTOMER = "existing_customer"
    CYCLE = "cycle"
    SAME_PHONE = "same_phone"
    SAME_ADDRESS = "same_address"
    PER_REFERRER = "per_referrer"
    NETWORK = "network"
    PERSON = "person"


class State(StrEnum):
    """Where a referral stands."""

    REVIEW = "review"
    PENDING = "pending"
    COMPLETED = "completed"
    REFUSED = "refused"
    VOIDED = "voided"
    TAKEN_BACK = "taken_back"
    MERGED = "merged"


STANDS = frozenset({State.REVIEW, State.PENDING, State.COMPLETED, State.VOIDED, State.TAKEN_BACK})
"""States in which the friend has this parent: for ever, whatever becomes of the rewards."""

COUNTS = frozenset({State.REVIEW, State.PENDING, State.COMPLETED})
"""States that use up the referrer's limit."""


@dataclass(frozen=True, slots=True)
class Referral:
    """Who brought a friend, by which first order, and what became of it.

    `reason` says why it is refused or was put before a person. `due_at` is when it is next looked at; None when
    nothing more can come of it by itself.
    """

    id: int
    plan_id: str
    friend_id: str
    referrer_id: str
    touched_at: datetime
    order_id: str
    paid_at: datetime
    state: State
    reason: Reason | None
    decided_at: datetime
    ended_at: datetime | None
    due_at: datetime | None


class Side(StrEnum):
    """Whose reward."""

    REFERRER = "referrer"
    FRIEND = "friend"


@dataclass(frozen=True, slots=True)
class ReferralFilter:
    """Which referrals are asked for; empty is all. `customer` is either side."""

    plan_id: str = ""
    state: str = ""
    customer: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReferralCount:
    """How many referrals of a plan stand in a state."""

    state: State
    count: int


@dataclass(frozen=True, slots=True)
class OfCustomer:
    """A customer's links, whom they brought (the last first), and who brought them."""

    customer_id: str
    links: tuple[Link, ...]
    brought: tuple[Referral, ...]
    brought_by: Referral | None


class Bound(StrEnum):
    """What came of telling whom a click belongs to."""

    BOUND = "bound"
    KNOWN = "known"
    SELF = "self"
    EXISTING_CUSTOMER = "existing_customer"
