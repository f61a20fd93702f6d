"""The points mall (积分商城): what can be had for points, what customers had, and why something cannot be had.

Money is in whole minor units of the plan's currency, moments are in UTC.

JiacanError
├── ItemUnknown, RedemptionUnknown      there is no such item, or redemption
├── NotToBeHad                          the item cannot be had, and why
├── KeyUsed                             a key that stands for another redemption
├── PaidBefore, NoLongerHeld            a payment that does not fit
├── NotToCancel                         it went too far to be cancelled
├── NotToShip, NoCode                   there is nothing to send, or to show
└── OtherSort                           codes for an item that gives none
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, Name, tell
from jiacan.kernel.periods import Period
from jiacan.offers.contracts.benefits import Benefit, Kind
from jiacan.offers.contracts.rules import Limits

# --- what a plan says -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Price:
    """What an item costs: points, and money beside them where there is some."""

    points: int
    money_minor: int = 0


@dataclass(frozen=True, slots=True)
class MallItem:
    """Something that can be had for points. `tiers` are those who may have it; everybody where there are none.

    With `has_codes` whoever has it gets one of the codes that the shop uploads for it.
    """

    id: str
    name: Name
    during: Period
    benefit: Benefit
    has_codes: bool
    price: Price
    limits: Limits
    tiers: tuple[str, ...]
    budget: Mapping[Kind, str]

    @property
    def is_sent(self) -> bool:
        """Whether the shop has to send it, or do it."""
        return not self.has_codes and not self.is_coupon

    @property
    def is_coupon(self) -> bool:
        """Whether it is a coupon, which its customer has at once."""
        return self.kind is Kind.COUPON

    @property
    def kind(self) -> Kind:
        """What sort of thing it is."""
        return _KINDS[type(self.benefit).__name__]


_KINDS = {"GiftBenefit": Kind.GIFT, "ServiceBenefit": Kind.SERVICE, "CouponBenefit": Kind.COUPON}


# --- what became of it ------------------------------------------------------------------------------------


class State(StrEnum):
    """Where a redemption stands."""

    UNPAID = "unpaid"
    TO_SHIP = "to_ship"
    READY = "ready"
    SHIPPED = "shipped"
    DONE = "done"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


HELD = frozenset({State.UNPAID, State.TO_SHIP, State.READY})
"""The states in which everything that it takes is held and not yet given, so that it can be cancelled."""

OPEN = HELD | {State.SHIPPED}
"""The states in which something is still to be done."""


@dataclass(frozen=True, slots=True)
class Redemption:
    """One item that one customer had, or tried to have.

    `key` is the caller's own. `pay_until` is set where money is to be paid. `code_end` are the last letters of its
    code, empty where there is none; `shown_at` is when its customer first saw the code.
    """

    id: str
    key: str
    customer_id: str
    plan_id: str
    plan_version: int
    item_id: str
    points: int
    money_minor: int
    currency: str
    state: State
    redeemed_at: datetime
    pay_until: datetime | None = None
    paid_at: datetime | None = None
    payment: str = ""
    shown_at: datetime | None = None
    shipped_at: datetime | None = None
    carrier: str = ""
    parcel: str = ""
    ended_at: datetime | None = None
    ended_by: str = ""
    reason: str = ""
    code_end: str = ""

    @property
    def occasion_id(self) -> str:
        """The occasion by which it is given, and the reference under which its points are spent."""
        return f"~mall/{self.id}"


@dataclass(frozen=True, slots=True)
class ShownItem:
    """An item as a customer sees it: what it gives in words, how many are left (None: no bound), and why not.

    `why_not` is None where they can have it now.
    """

    plan_id: str
    item: MallItem
    currency: str
    gives: tuple[Message, ...]
    left: int | None
    why_not: Message | None

    @property
    def key(self) -> str:
        """The item's name among those of the shop's plans."""
        return f"{self.plan_id}/{self.item.id}"


@dataclass(frozen=True, slots=True)
class ShownRedemption:
    """A redemption in words: the item's name, what it gives, where it stands, and whether its customer may cancel."""

    redemption: Redemption
    name: Name
    gives: tuple[Message, ...]
    says: Message
    can_cancel: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which redemptions are asked for; what is empty is any. `item` is its plan and its id."""

    customer_id: str = ""
    states: tuple[State, ...] = ()
    item: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A line of a file of codes that was not taken, and why; the code itself is told by its end."""

    line: int
    says: Message


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What became of codes that were uploaded."""

    taken: int
    bad: tuple[CodeLine, ...]


# --- why not ----------------------------------------------------------------------------------------------


@dataclass(eq=False)
class ItemUnknown(JiacanError):
    """No plan in force has such an item."""

    item: str

    def message(self) -> Message:
        return tell("There is no {item} in the mall. Ask for the list of what there is.", item=self.item)


@dataclass(eq=False)
class RedemptionUnknown(JiacanError):
    """The shop, or the customer, has no such redemption."""

    redemption_id: str

    def message(self) -> Message:
        return tell("There is no redemption {redemption} here. Check its number.", redemption=self.redemption_id)


@dataclass(eq=False)
class NotToBeHad(JiacanError):
    """The item cannot be had by this customer now; nothing was taken."""

    item: str
    why: Message

    def message(self) -> Message:
        return tell("{item} cannot be had: {why}. No points were taken.", item=self.item, why=self.why)


@dataclass(eq=False)
class KeyUsed(JiacanError):
    """The key stands for another redemption."""

    key: str

    def message(self) -> Message:
        return tell("The key {key} was used for another redemption; give each its own.", key=self.key)


@dataclass(eq=False)
class PaidBefore(JiacanError):
    """It is paid, by another payment."""

    redemption_id: str
    payment: str

    def message(self) -> Message:
        return tell(
            "The redemption {redemption} is paid by {payment}. Give the second payment back.",
            redemption=self.redemption_id,
            payment=self.payment,
        )


@dataclass(eq=False)
class NoLongerHeld(JiacanError):
    """It was let go or cancelled before it was paid, or there was nothing to pay."""

    redemption_id: str

    def message(self) -> Message:
        return tell(
            "The redemption {redemption} waits for no payment: it was let go, cancelled, or costs points only. Give "
            "the payment back; the customer can redeem again.",
            redemption=self.redemption_id,
        )


@dataclass(eq=False)
class NotToCancel(JiacanError):
    """It went too far to be cancelled by whoever asks."""

    redemption_id: str
    why: Message

    def message(self) -> Message:
        return tell(
            "The redemption {redemption} cannot be cancelled: {why}.", redemption=self.redemption_id, why=self.why
        )


@dataclass(eq=False)
class NotToShip(JiacanError):
    """Nothing of it is to be sent now."""

    redemption_id: str

    def message(self) -> Message:
        return tell(
            "Nothing of the redemption {redemption} is to be sent: it is not paid, was sent before, or has ended.",
            redemption=self.redemption_id,
        )


@dataclass(eq=False)
class NoCode(JiacanError):
    """It has no code that could be shown now."""

    redemption_id: str

    def message(self) -> Message:
        return tell(
            "The redemption {redemption} has no code to show: it gives none, is not paid, or has ended.",
            redemption=self.redemption_id,
        )


@dataclass(eq=False)
class OtherSort(JiacanError):
    """The item gives no codes."""

    item: str

    def message(self) -> Message:
        return tell(
            "{item} gives no codes. Write `codes: true` for it in the plan, or choose another.", item=self.item
        )
