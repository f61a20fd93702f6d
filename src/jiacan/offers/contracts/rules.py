"""What a plan promises: its offers, and everything that match and settle need of one version of it.

Money is in whole minor units of the plan's currency, moments are in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from zoneinfo import ZoneInfo

from jiacan.kernel.messages import Name
from jiacan.kernel.periods import Period
from jiacan.offers.contracts.benefits import Benefit, Kind, PointsBenefit, TierBenefit
from jiacan.offers.contracts.conditions import Condition, InBirthdayMonth, OnTiers
from jiacan.offers.contracts.points import AT_ONCE_AND_FOR_EVER, PointsTerms
from jiacan.offers.contracts.tiers import GivenFor
from jiacan.offers.contracts.tiers import Ladder as TierLadder


class Trigger(StrEnum):
    """The event that makes an offer be tried. All but the first are occasions; see `contracts.occasions`."""

    ORDER_PAID = "order_paid"
    REFERRAL_COMPLETED = "referral_completed"
    TICKET_DRAWN = "ticket_drawn"
    CHECK_IN = "check_in"
    BIRTHDAY = "birthday"
    MALL = "mall"


WRITTEN_AS_OFFERS = frozenset({Trigger.ORDER_PAID, Trigger.REFERRAL_COMPLETED, Trigger.BIRTHDAY})
"""The triggers that a plan writes under `offers`; draws, challenges and the mall are offers by another name."""


class Ladder(StrEnum):
    """Which of the reached rungs are given."""

    BEST = "best"
    ALL = "all"


class Pick(StrEnum):
    """Which offer of a stacking group is given to one order."""

    BEST = "best"
    FIRST = "first"
    ALL = "all"


class RefundPolicy(StrEnum):
    """What happens to a benefit that the kept goods no longer deserve."""

    RETURN_OR_CHARGE = "return_or_charge"
    REVERSE = "reverse"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class StockItem:
    """Something that is given out by the piece: a gift, or a unit of service."""

    id: str
    name: Name
    units: int
    unit_cost_minor: int
    value_minor: int


class WhenReturned(StrEnum):
    """What becomes of a coupon whose order comes back whole."""

    GIVE_BACK = "give_back"
    KEEP_USED = "keep_used"


@dataclass(frozen=True, slots=True)
class Coupon:
    """A coupon: `off_minor` off, or `percent` of the price up to `at_most_minor`; void after `valid_days`."""

    id: str
    name: Name
    off_minor: int | None
    percent: int | None
    at_most_minor: int | None
    min_spend_minor: int
    valid_days: int
    when_returned: WhenReturned = WhenReturned.GIVE_BACK

    @property
    def face_minor(self) -> int:
        """The most it can cost."""
        face = self.off_minor if self.off_minor is not None else self.at_most_minor
        assert face is not None, "a percentage coupon has an at_most"
        return face


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """Money set aside for one purpose."""

    id: str
    name: Name
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Rung:
    """One step: what must hold, and what is then given. `number` counts from 1; 0 where there is no ladder.

    A draw's prizes, the sides of a referral and a challenge's rewards are rungs too; their occasions name the one
    that is given.
    """

    number: int
    conditions: tuple[Condition, ...]
    benefits: tuple[Benefit, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """How many awards the offer may give; None is without bound. Days are the plan's zone's."""

    total: int | None = None
    per_day: int | None = None
    per_customer: int | None = None
    per_customer_per_day: int | None = None


@dataclass(frozen=True, slots=True)
class Stacking:
    """The group whose offers compete for one order, and which of them is given."""

    group: str
    pick: Pick


@dataclass(frozen=True, slots=True)
class Offer:
    """Trigger, audience, conditions, benefits and limits. An offer without a ladder has one rung, number 0."""

    id: str
    name: Name
    trigger: Trigger
    during: Period
    conditions: tuple[Condition, ...]
    ladder: Ladder
    rungs: tuple[Rung, ...]
    limits: Limits
    budget: Mapping[Kind, str]
    on_refund: Mapping[Kind, RefundPolicy]
    otherwise: tuple[Benefit, ...]
    stacking: Stacking | None

    @property
    def asked(self) -> tuple[Condition, ...]:
        """Every condition, its own and its rungs'."""
        return (*self.conditions, *(condition for rung in self.rungs for condition in rung.conditions))

    @property
    def gives(self) -> tuple[Benefit, ...]:
        """Every benefit, its rungs' and those that stand in."""
        return (*(benefit for rung in self.rungs for benefit in rung.benefits), *self.otherwise)

    @property
    def given_tiers(self) -> Mapping[str, GivenFor]:
        """For how long it gives each tier on which it puts customers."""
        tiers = (benefit for benefit in self.gives if isinstance(benefit, TierBenefit))
        return {benefit.tier: benefit.given_for for benefit in tiers if benefit.given_for is not None}

    @property
    def asks_tier(self) -> bool:
        """Whether it depends on the tier of an order's customer: by a condition, or by points that tiers multiply."""
        by_tier = any(isinstance(benefit, PointsBenefit) and benefit.by_tier for benefit in self.gives)
        return by_tier or any(isinstance(condition, OnTiers) for condition in self.asked)

    @property
    def asks_birthday(self) -> bool:
        """Whether it depends on the birthday of an order's customer."""
        return any(isinstance(condition, InBirthdayMonth) for condition in self.asked)


@dataclass(frozen=True, slots=True)
class PlanRules:
    """Everything that match and settle need of one version of a plan.

    `membership` is its ladder of tiers. `ladder`, the same one, and `asks_birthdays` are set only where an offer for
    orders asks on which tier, or in which month of the year, its customer is: then orders are matched with that of
    their `buyer`. `set_aside` has, for each draw whose prizes are set aside, how many there are of each rung.
    """

    plan_id: str
    version: int
    name: Name
    shop: str
    currency: str
    zone: ZoneInfo
    offers: tuple[Offer, ...]
    stock: Mapping[str, StockItem]
    coupons: Mapping[str, Coupon]
    budget: Mapping[str, BudgetLine]
    draws: Mapping[str, Name]
    tiers: Mapping[str, Name]
    reserve_minor: int
    points_value_micros: int
    holdout_share: float
    staff: frozenset[str]
    points: PointsTerms = AT_ONCE_AND_FOR_EVER
    membership: TierLadder | None = None
    ladder: TierLadder | None = None
    asks_birthdays: bool = False
    set_aside: Mapping[str, Mapping[int, int]] = field(default_factory=dict)

    @property
    def by_birthdays(self) -> tuple[str, ...]:
        """The offers that ask for customers' birthdays or are given for them, by id."""
        return tuple(each.id for each in self.offers if each.asks_birthday or each.trigger is Trigger.BIRTHDAY)

    @property
    def window(self) -> Period | None:
        """The shortest period that holds every order an offer could be given for; None where none is for orders."""
        paid = [offer.during for offer in self.offers if offer.trigger is Trigger.ORDER_PAID]
        if not paid:
            return None
        return Period(min(p.starts_at for p in paid), max(p.ends_at for p in paid))
