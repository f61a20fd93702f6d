"""What a plan says beside its offers, with every date and amount worked out.

Money is in whole minor units of the plan's currency, moments are in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from jiacan.draws.contracts.terms import Mode
from jiacan.kernel.messages import Name
from jiacan.kernel.periods import Period
from jiacan.members.contracts.birthdays import BirthdayOffer
from jiacan.members.contracts.check_in import Challenge
from jiacan.members.contracts.mall import MallItem
from jiacan.offers.contracts.benefits import Benefit, Kind
from jiacan.offers.contracts.rules import BudgetLine, Coupon, StockItem
from jiacan.offers.contracts.tiers import Ladder
from jiacan.referrals.contracts.terms import ReferralTerms


@dataclass(frozen=True, slots=True)
class Organiser:
    """Who answers for the campaign, and where they can be reached."""

    name: str
    contact: str


class Measure(StrEnum):
    """What a goal can be set on."""

    ORDERS = "orders"
    SALES = "sales"
    NEW_CUSTOMERS = "new_customers"
    REPURCHASE_RATE = "repurchase_rate"
    RETURN_ON_SPEND = "return_on_spend"
    AVERAGE_ORDER_VALUE = "average_order_value"
    AWARDS = "awards"


class Baseline(StrEnum):
    """What a goal can be held against, besides a number."""

    FORECAST = "forecast"
    LAST_YEAR = "last_year"
    PREVIOUS_PERIOD = "previous_period"


@dataclass(frozen=True, slots=True)
class ChangeTarget:
    """So much above what the goal is held against: `+15%` is 0.15."""

    fraction: Decimal


@dataclass(frozen=True, slots=True)
class LevelTarget:
    """The value itself: `120` is 120 and `30%` is 0.30; sales and order value are in major units."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Goal:
    """What the campaign should reach. `against` is a baseline, its value as a number, or None for a level."""

    measure: Measure
    target: ChangeTarget | LevelTarget
    against: Baseline | Decimal | None


@dataclass(frozen=True, slots=True)
class Task:
    """Dated work, done by the end of `due_on` in the plan's zone. A gate must be shown done before going live."""

    id: str
    name: Name
    owner: str
    due_on: date
    due_by: datetime
    needs: tuple[str, ...]
    gate: bool


class Watched(StrEnum):
    """What a risk can watch."""

    STOCK = "stock"
    BUDGET = "budget"


@dataclass(frozen=True, slots=True)
class BelowShare:
    """Less than this share of the stock item or budget line is left."""

    watched: Watched
    id: str
    share: Decimal


@dataclass(frozen=True, slots=True)
class BelowAmount:
    """Fewer than this many pieces of the stock item, or minor units of the budget line, are left."""

    watched: Watched
    id: str
    amount: int


@dataclass(frozen=True, slots=True)
class Risk:
    """What could go wrong, how it is noticed, what is then done and by whom."""

    id: str
    name: Name
    watch: BelowShare | BelowAmount
    do: str
    owner: str
    backup: str


@dataclass(frozen=True, slots=True)
class Prize:
    """`units` of a benefit in a deck; `days` count from 1 at the draw's first day, None is every deck there is.

    `photo` is the file of its photograph, beside the plan; empty where it names none.
    """

    id: str
    benefit: Benefit
    units: int
    days: frozenset[int] | None
    photo: str = ""


@dataclass(frozen=True, slots=True)
class PrizeAfterMisses:
    """A prize for a customer's `after`-th ticket in a row without one, while there are some."""

    after: int
    prize: Prize


class Unclaimed(StrEnum):
    """What becomes of a prize that nobody claims in time: its stock and budget are free again in either case."""

    RETURN = "return"
    CONSOLATION = "consolation"


@dataclass(frozen=True, slots=True)
class Draw:
    """A draw. A ticket without a prize gets the consolation. Stock and budget of prizes can be `set_aside`.

    An instant draw has a deck of `tickets` for each day where it `is_daily`, else one for all days. Scheduled and
    live draws have None: as many tickets as come take part, at `held_at`, by the public value of `source`.
    """

    id: str
    name: Name
    mode: Mode
    during: Period
    is_daily: bool
    tickets: int | None
    held_at: datetime | None
    source: str
    prizes: tuple[Prize, ...]
    guarantee: PrizeAfterMisses | None
    wins_per_customer: int | None
    claim_within: timedelta | None
    unclaimed: Unclaimed
    consolation: tuple[Benefit, ...]
    budget: Mapping[Kind, str]
    set_aside: bool = False

    @property
    def all_prizes(self) -> tuple[Prize, ...]:
        """Every prize, the guaranteed one last. Rungs count from 1 in this order; the consolation follows."""
        return self.prizes if self.guarantee is None else (*self.prizes, self.guarantee.prize)

    def days_of(self, prize: Prize, zone: ZoneInfo) -> tuple[date, ...] | None:
        """The days in whose decks the prize is; None where it is not dealt by the day."""
        if not self.is_daily or (self.guarantee is not None and prize is self.guarantee.prize):
            return None
        days = enumerate(self.during.days(zone), start=1)
        return tuple(day for number, day in days if prize.days is None or number in prize.days)

    def units_in_all(self, prize: Prize, zone: ZoneInfo) -> int:
        """How many of the prize there are over all decks."""
        days = self.days_of(prize, zone)
        return prize.units if days is None else prize.units * len(days)


@dataclass(frozen=True, slots=True)
class ReferralReward:
    """Both sides of an offer whose trigger is a completed referral."""

    offer_id: str
    to_referrer: tuple[Benefit, ...]
    to_friend: tuple[Benefit, ...]


@dataclass(frozen=True, slots=True)
class PlanDocument:
    """Everything a plan says beside its offers, with every date and amount worked out."""

    plan_id: str
    name: Name
    description: str
    shop: str
    market: str
    currency: str
    zone: ZoneInfo
    organiser: Organiser | None
    phases: Mapping[str, Period]
    goals: tuple[Goal, ...]
    budget: tuple[BudgetLine, ...]
    reserve_minor: int
    stock: tuple[StockItem, ...]
    coupons: tuple[Coupon, ...]
    draws: tuple[Draw, ...]
    challenges: tuple[Challenge, ...]
    mall: tuple[MallItem, ...]
    birthdays: tuple[BirthdayOffer, ...]
    referral: ReferralTerms | None
    ladder: Ladder | None
    referral_rewards: tuple[ReferralReward, ...]
    tasks: tuple[Task, ...]
    risks: tuple[Risk, ...]
    assume_received_after: timedelta | None


@dataclass(frozen=True, slots=True)
class Demand:
    """The most that one offer or draw can take from a budget line, for one kind of benefit or one stock item of it.

    `awards` is None where no limit bounds them, `each_minor` where one award's cost has no bound, and
    `at_most_minor` where neither these nor stock bound the whole.
    """

    source: str
    kind: Kind
    stock: str | None
    awards: int | None
    each_minor: int | None
    at_most_minor: int | None


@dataclass(frozen=True, slots=True)
class WorstCase:
    """The most a budget line can be asked for. `at_most_minor` is None where only the line itself bounds it."""

    line: str
    amount_minor: int
    demands: tuple[Demand, ...]
    at_most_minor: int | None
