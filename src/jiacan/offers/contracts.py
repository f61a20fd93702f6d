"""Offers, awards and receipts: the values that match and settle work on, and what they give back.

Money is in whole minor units of the plan's currency, moments are in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, Name, tell
from jiacan.kernel.periods import Period

# --- what a plan promises ---------------------------------------------------------------------------------


class Kind(StrEnum):
    """The kinds of benefit."""

    GIFT = "gift"
    COUPON = "coupon"
    POINTS = "points"
    CASH = "cash"
    CREDIT = "credit"
    DISCOUNT = "discount"
    SERVICE = "service"
    TICKET = "ticket"
    TIER = "tier"


class Trigger(StrEnum):
    """The event that makes an offer be tried."""

    ORDER_PAID = "order_paid"
    REFERRAL_COMPLETED = "referral_completed"


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
class Scope:
    """Which lines of an order count: any of the SKUs or categories named, none of those left out; empty is all."""

    skus: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    except_skus: frozenset[str] = frozenset()
    except_categories: frozenset[str] = frozenset()


# --- conditions: one type each ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SpendAtLeast:
    """Spend within the scope reaches the amount."""

    minor: int
    scope: Scope = Scope()


@dataclass(frozen=True, slots=True)
class SpendEvery:
    """Each whole `minor` of spend within the scope multiplies the benefits, `at_most_times` at the most."""

    minor: int
    at_most_times: int | None = None
    scope: Scope = Scope()


@dataclass(frozen=True, slots=True)
class QuantityAtLeast:
    """Units within the scope reach the number."""

    units: int
    scope: Scope = Scope()


@dataclass(frozen=True, slots=True)
class BundlePart:
    """`quantity` units of any of these SKUs."""

    skus: frozenset[str]
    quantity: int


@dataclass(frozen=True, slots=True)
class Bundle:
    """All parts together are in the order, no unit counted for two parts."""

    parts: tuple[BundlePart, ...]


@dataclass(frozen=True, slots=True)
class OnWeekdays:
    """Paid on one of these days of the week in the plan's zone (Monday is 0)."""

    days: frozenset[int]


@dataclass(frozen=True, slots=True)
class BetweenHours:
    """Paid at a local time in `[starts, ends)`; past midnight when `ends` is not later than `starts`."""

    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class FromChannels:
    """Bought through one of these channels."""

    channels: frozenset[str]


@dataclass(frozen=True, slots=True)
class FromRegions:
    """Bought from one of these regions."""

    regions: frozenset[str]


@dataclass(frozen=True, slots=True)
class CustomerIsNew:
    """The customer has no (`new`) or some (not `new`) paid order at this shop before this one."""

    new: bool


@dataclass(frozen=True, slots=True)
class OrderNumberIs:
    """This is the customer's n-th paid order at this shop, n within `[at_least, at_most]`."""

    at_least: int
    at_most: int | None


Condition = (
    SpendAtLeast
    | SpendEvery
    | QuantityAtLeast
    | Bundle
    | OnWeekdays
    | BetweenHours
    | FromChannels
    | FromRegions
    | CustomerIsNew
    | OrderNumberIs
)


# --- benefits: one type each ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GiftBenefit:
    """Pieces of a stock item."""

    stock: str
    quantity: int


@dataclass(frozen=True, slots=True)
class ServiceBenefit:
    """Units of a service, kept as a stock item."""

    stock: str
    quantity: int


@dataclass(frozen=True, slots=True)
class CouponBenefit:
    """Coupons of one sort."""

    coupon: str
    quantity: int


@dataclass(frozen=True, slots=True)
class PointsBenefit:
    """A fixed number of points, or (`per_minor` given) so many for each whole `per_minor` of spend."""

    points: int
    per_minor: int | None = None


@dataclass(frozen=True, slots=True)
class CashBenefit:
    """Money owed to the customer."""

    minor: int


@dataclass(frozen=True, slots=True)
class CreditBenefit:
    """Money to spend in this shop."""

    minor: int


@dataclass(frozen=True, slots=True)
class DiscountBenefit:
    """Money off this order: fixed, or a percentage of spend up to a cap; never more than the spend."""

    off_minor: int | None = None
    percent: int | None = None
    at_most_minor: int | None = None


@dataclass(frozen=True, slots=True)
class TicketBenefit:
    """Chances in a draw."""

    draw: str
    quantity: int


@dataclass(frozen=True, slots=True)
class TierBenefit:
    """A membership tier."""

    tier: str


Benefit = (
    GiftBenefit
    | ServiceBenefit
    | CouponBenefit
    | PointsBenefit
    | CashBenefit
    | CreditBenefit
    | DiscountBenefit
    | TicketBenefit
    | TierBenefit
)


@dataclass(frozen=True, slots=True)
class Rung:
    """One step: what must hold, and what is then given. `number` counts from 1; 0 where there is no ladder."""

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


@dataclass(frozen=True, slots=True)
class PlanRules:
    """Everything that match and settle need of one version of a plan."""

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

    @property
    def window(self) -> Period:
        """The shortest period that holds every order an offer could be given for."""
        paid = [offer.during for offer in self.offers if offer.trigger is Trigger.ORDER_PAID]
        if not paid:
            never = datetime.min.replace(tzinfo=ZoneInfo("UTC"))
            return Period(never, never)
        return Period(min(p.starts_at for p in paid), max(p.ends_at for p in paid))


HELD_KINDS = frozenset({Kind.COUPON, Kind.POINTS, Kind.CREDIT})
"""Kinds whose money stays pending until they are used, clawed back or expired; the rest is spent when granted."""


# --- what match says --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Item:
    """One benefit made concrete: how many or how much, and the money it puts at risk.

    `quantity` is pieces, coupons, points or tickets; for cash, credit and discount it is 1 and `amount_minor`
    says how much. `valid_days` is set where it lapses when unused.
    """

    kind: Kind
    id: str
    quantity: int
    amount_minor: int
    valid_days: int | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """An order meets an offer: the rung, the base it was measured on, and what it would be given."""

    offer_id: str
    rung: int
    spend_minor: int
    items: tuple[Item, ...]
    otherwise: tuple[Item, ...]

    @property
    def at_risk_minor(self) -> int:
        """The money at risk in the items."""
        return sum(item.amount_minor for item in self.items)


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One offer's answer to one order: what to tell the customer, and what an agent may check.

    `outcome` is an `Outcome`, or `not_met`.
    """

    offer_id: str
    offer: Name
    outcome: str
    says: Message
    basis: Message | None = None


@dataclass(frozen=True, slots=True)
class Unmet:
    """Why an order does not meet an offer, in words to send on."""

    offer_id: str
    why: Message


# --- what settle says -------------------------------------------------------------------------------------


class Outcome(StrEnum):
    """What became of a match."""

    GRANTED = "granted"
    OTHERWISE = "otherwise"
    REFUSED = "refused"
    HELD_OUT = "held_out"
    CLAWED_BACK = "clawed_back"


@dataclass(frozen=True, slots=True)
class LimitReached:
    """The offer's own limit: `which` is total, per_day, per_customer or per_customer_per_day."""

    which: str
    bound: int
    day: date | None = None

    @property
    def code(self) -> str:
        return f"limit:{self.which}"


@dataclass(frozen=True, slots=True)
class NotStacked:
    """Another offer of the same group was given to this order."""

    group: str
    given_offer: str

    @property
    def code(self) -> str:
        return f"limit:stack:{self.group}"


@dataclass(frozen=True, slots=True)
class StockEmpty:
    """Fewer pieces are left than the award needs; `emptied_at` is when the last one went, if none is left."""

    stock: str
    asked: int
    left: int
    emptied_at: datetime | None

    @property
    def code(self) -> str:
        return f"stock:{self.stock}"


@dataclass(frozen=True, slots=True)
class BudgetExhausted:
    """Less money is left than the award needs."""

    budget: str
    asked_minor: int
    left_minor: int

    @property
    def code(self) -> str:
        return f"budget:{self.budget}"


Refusal = LimitReached | NotStacked | StockEmpty | BudgetExhausted


@dataclass(frozen=True, slots=True)
class Award:
    """A match, settled. `refusal` says why it was refused, or why `otherwise` stood in."""

    order_id: str
    customer_id: str
    offer_id: str
    rung: int
    plan_version: int
    settled_for: datetime
    spend_minor: int
    outcome: Outcome
    items: tuple[Item, ...]
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class ClawBack:
    """What one refund takes back of one award, item by item."""

    order_id: str
    customer_id: str
    offer_id: str
    rung: int
    refund_id: str
    at: datetime
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class AwardRow:
    """One row of an awards file: one benefit of one award, refusal, hold-out or claw-back."""

    order_id: str
    customer_id: str
    offer_id: str
    rung: int
    kind: str
    item: str
    quantity: int
    amount_minor: int
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A whole history settled from a full book: what happened in order, and what was left at the end."""

    awards: tuple[Award, ...]
    claw_backs: tuple[ClawBack, ...]
    rows: tuple[AwardRow, ...]
    stock_left: Mapping[str, int]
    budget_left_minor: Mapping[str, int]


# --- errors -----------------------------------------------------------------------------------------------


@dataclass(eq=False)
class NotEnoughLeft(JiacanError):
    """A new version of a plan takes back more stock or budget than is left."""

    account: str
    asked: int
    left: int

    def message(self) -> Message:
        return tell(
            "{account} has {left} left, and the new version of the plan takes {asked} out of it. "
            "Lower it by {left} at the most; what was given stays given.",
            account=self.account,
            asked=self.asked,
            left=self.left,
        )


@dataclass(eq=False)
class OrderNotPaid(JiacanError):
    """No paid order of that number was recorded at this shop."""

    order_id: str

    def message(self) -> Message:
        return tell(
            "There is no paid order {order} here. Check the number, or give the file that has it to `jiacan run`.",
            order=self.order_id,
        )
