"""Coupons with codes of their own: what can be said of one, what is asked of it, and why it cannot be had.

Money is in whole minor units of the plan's currency, moments are in UTC.

JiacanError
├── CouponUnknown                        no coupon of the shop has that code
├── CouponUsed, CouponExpired, CouponVoid, NotTheirs, TooLittleSpend, OtherCurrency, NothingToTakeOff
├── NotUsedOnOrder                       what is undone was never done
├── AlreadyTheirs                        a code that is somebody's by now
├── NoSuchCoupon, NoSuchLine             a sort of coupon, or a budget line, that the plan does not have
└── BatchUnknown, BatchWithdrawn, TooManyCodes, OverBefore
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, Name, tell
from jiacan.kernel.money import Money
from jiacan.offers.contracts.coupons import GivenRef


class State(StrEnum):
    """Where a coupon stands."""

    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"
    TAKEN_BACK = "taken_back"
    VOID = "void"


class Ending(StrEnum):
    """Why a coupon is taken back or void; what took it back stands beside it."""

    REFUND = "refund"
    OUT_OF_BUDGET = "out_of_budget"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Use:
    """A coupon was used on an order; `number` counts its uses from 0. `came_back` is set once it is undone."""

    number: int
    order_id: str
    customer_id: str
    spend_minor: int
    off_minor: int
    used_at: datetime
    used_by: str
    undone_at: datetime | None = None
    undone_by: str = ""
    came_back: State | None = None


@dataclass(frozen=True, slots=True)
class Coupon:
    """One coupon and its code.

    It is either the `part`-th of those of an award, or that of a `batch`, where `line` is what its money is held on
    under `hold_key`. `given_at` is when its customer got it, None while it is nobody's.
    """

    id: int
    code: str
    plan_id: str
    plan_version: int
    coupon: str
    customer_id: str | None
    given: GivenRef | None
    part: int
    batch_id: int | None
    line: str
    hold_key: str
    given_at: datetime | None
    expires_at: datetime | None
    state: State
    ended_at: datetime | None = None
    ending: Ending | None = None
    ended_by: str = ""
    uses: tuple[Use, ...] = field(default=())

    @property
    def used(self) -> Use | None:
        """The use that it is with, if it is."""
        return self.uses[-1] if self.uses and self.uses[-1].undone_at is None else None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a coupon takes off, and from which spend on."""

    name: Name
    off_minor: int | None
    percent: int | None
    at_most_minor: int | None
    min_spend_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A coupon with its terms, as its customer may see it."""

    coupon: Coupon
    terms: Terms


@dataclass(frozen=True, slots=True)
class Asked:
    """A coupon is to be used: on which order, by whom, and what its goods come to before any coupon."""

    order_id: str
    customer_id: str
    spend_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class NewBatch:
    """Codes that are to be made: so many of a coupon, paid from a budget line, each good until `expires_at`."""

    coupon: str
    line: str
    codes: int
    label: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Batch:
    """Codes that were made together, for a leaflet or a partner; counts are as they stand."""

    id: int
    plan_id: str
    plan_version: int
    coupon: str
    line: str
    label: str
    codes: int
    expires_at: datetime
    made_at: datetime
    made_by: str
    withdrawn_at: datetime | None
    used: int = 0
    open: int = 0


# --- why not ----------------------------------------------------------------------------------------------


@dataclass(eq=False)
class CouponUnknown(JiacanError):
    """No coupon of the shop has that code."""

    code: str

    def message(self) -> Message:
        return tell(
            "There is no coupon {code} here. Check it letter by letter; it has no O, I or L, and no 0 or 1.",
            code=self.code,
        )


@dataclass(eq=False)
class CouponUsed(JiacanError):
    """It is with an order already."""

    code: str
    order_id: str
    used_at: datetime

    def message(self) -> Message:
        return tell(
            "The coupon {code} was used on order {order} ({when}). If that order is cancelled, undo its use first.",
            code=self.code,
            order=self.order_id,
            when=self.used_at,
        )


@dataclass(eq=False)
class CouponExpired(JiacanError):
    """Its time is over."""

    code: str
    expired_at: datetime

    def message(self) -> Message:
        return tell(
            "The coupon {code} expired ({when}). Nothing can be taken off with it any more.",
            code=self.code,
            when=self.expired_at,
        )


@dataclass(eq=False)
class CouponVoid(JiacanError):
    """It was taken back, or is void for another reason."""

    code: str
    why: Message

    def message(self) -> Message:
        return tell("The coupon {code} is no longer good: {why}", code=self.code, why=self.why)


@dataclass(eq=False)
class NotTheirs(JiacanError):
    """It belongs to another customer."""

    code: str
    customer_id: str

    def message(self) -> Message:
        return tell(
            "The coupon {code} belongs to another customer than {customer}. Whoever it was given to can use it.",
            code=self.code,
            customer=self.customer_id,
        )


@dataclass(eq=False)
class TooLittleSpend(JiacanError):
    """The goods come to less than it asks for."""

    code: str
    spend: Money
    least: Money

    def message(self) -> Message:
        return tell(
            "The coupon {code} needs goods for {least} and the order has {spend}. Goods for {more} more are missing.",
            code=self.code,
            least=self.least,
            spend=self.spend,
            more=Money(self.least.minor - self.spend.minor, self.least.currency),
        )


@dataclass(eq=False)
class OtherCurrency(JiacanError):
    """The order is in another currency."""

    code: str
    asked: str
    currency: str

    def message(self) -> Message:
        return tell(
            "The coupon {code} is in {currency} and the order in {asked}. Use it on an order in {currency}.",
            code=self.code,
            currency=self.currency,
            asked=self.asked,
        )


@dataclass(eq=False)
class NothingToTakeOff(JiacanError):
    """Other coupons took it all off already, or it would come to nothing."""

    code: str
    order_id: str

    def message(self) -> Message:
        return tell(
            "The coupon {code} would take nothing off order {order}, so it is not used. Keep it for another order.",
            code=self.code,
            order=self.order_id,
        )


@dataclass(eq=False)
class NotUsedOnOrder(JiacanError):
    """The coupon is not with that order."""

    code: str
    order_id: str

    def message(self) -> Message:
        return tell(
            "The coupon {code} was not used on order {order}, so there is nothing to undo. Check the order's number.",
            code=self.code,
            order=self.order_id,
        )


@dataclass(eq=False)
class AlreadyTheirs(JiacanError):
    """The code is somebody's."""

    code: str

    def message(self) -> Message:
        return tell("The coupon {code} is a customer's already. Give another code of the batch.", code=self.code)


@dataclass(eq=False)
class NoSuchCoupon(JiacanError):
    """The plan in force has no such sort of coupon."""

    plan_id: str
    coupon: str

    def message(self) -> Message:
        return tell(
            "The plan {plan} has no coupon {coupon} in force. Write it under `coupons`, or name one that is there.",
            plan=self.plan_id,
            coupon=self.coupon,
        )


@dataclass(eq=False)
class NoSuchLine(JiacanError):
    """The plan in force has no such budget line."""

    plan_id: str
    line: str

    def message(self) -> Message:
        return tell(
            "The plan {plan} has no budget line {line} in force. Name the line that pays for the codes.",
            plan=self.plan_id,
            line=self.line,
        )


@dataclass(eq=False)
class BatchUnknown(JiacanError):
    """No batch of the shop has that number."""

    batch_id: int

    def message(self) -> Message:
        return tell("There is no batch of codes {batch} here. Check its number.", batch=str(self.batch_id))


@dataclass(eq=False)
class BatchWithdrawn(JiacanError):
    """The batch was withdrawn before."""

    batch_id: int

    def message(self) -> Message:
        return tell("The batch of codes {batch} was withdrawn before; nothing changed.", batch=str(self.batch_id))


@dataclass(eq=False)
class TooManyCodes(JiacanError):
    """More codes, or fewer, than are made at a time."""

    asked: int
    most: int

    def message(self) -> Message:
        return tell(
            "{asked} codes cannot be made at a time; ask for one at least and {most} at most, and again for more.",
            asked=self.asked,
            most=self.most,
        )


@dataclass(eq=False)
class OverBefore(JiacanError):
    """Codes that would be over before they are made."""

    expires_at: datetime

    def message(self) -> Message:
        return tell("The codes would be over ({when}) before they are made. Name a later day.", when=self.expires_at)
