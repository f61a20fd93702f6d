"""What match and settle say: matches, awards, refusals, claw-backs and their receipts.

Money is in whole minor units of the plan's currency, moments are in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from jiacan.kernel.messages import Message, Name
from jiacan.offers.contracts.benefits import Kind

# --- what match says --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Item:
    """One benefit made concrete: how many or how much, and the money it puts at risk.

    `quantity` is pieces, coupons, points or tickets; for cash, credit and discount it is 1 and `amount_minor`
    says how much. A discount's `id` is `SHIPPING`, or empty for the goods. `valid_days` is set where it lapses when
    unused.
    """

    kind: Kind
    id: str
    quantity: int
    amount_minor: int
    valid_days: int | None = None


SHIPPING = "shipping"
"""The id of a discount on shipping."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What each line of an order costs, or is reduced by, and its shipping."""

    lines: tuple[int, ...]
    shipping: int

    @property
    def goods(self) -> int:
        """The lines together."""
        return sum(self.lines)

    def minus(self, taken: Prices) -> Prices:
        """What is left when so much is taken of each."""
        lines = tuple(price - off for price, off in zip(self.lines, taken.lines, strict=True))
        return Prices(lines, self.shipping - taken.shipping)


@dataclass(frozen=True, slots=True)
class GoodsEffect:
    """So much off the goods, reckoned on their list price; `bases` is the list price it falls on, line by line."""

    minor: int
    bases: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ShippingEffect:
    """So much off the shipping."""

    minor: int


Effect = GoodsEffect | ShippingEffect


@dataclass(frozen=True, slots=True)
class Gets:
    """What a match would be given, and the price effects behind its discounts."""

    items: tuple[Item, ...]
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """An order meets an offer: the rung, the base it was measured on, and what it would be given, or else instead."""

    offer_id: str
    rung: int
    spend_minor: int
    gets: Gets
    instead: Gets

    @property
    def items(self) -> tuple[Item, ...]:
        """What it would be given if there were no other offer."""
        return self.gets.items

    @property
    def otherwise(self) -> tuple[Item, ...]:
        """What would then stand in."""
        return self.instead.items

    @property
    def has_effects(self) -> bool:
        """Whether it bears on prices."""
        return bool(self.gets.effects or self.instead.effects)

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
class Statement:
    """What a customer has of a plan, what they owe it after claw-backs, and their orders' receipts in order."""

    customer_id: str
    has: tuple[Message, ...]
    owes: tuple[Message, ...]
    orders: Mapping[str, tuple[ReceiptLine, ...]]


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


GIVEN = (Outcome.GRANTED, Outcome.OTHERWISE)
"""Outcomes by which a customer got something."""


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
class PriceTaken:
    """Earlier offers took off all that this one could; `asked_minor` is what it would take alone."""

    asked_minor: int

    @property
    def code(self) -> str:
        return "limit:price"


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


Refusal = LimitReached | NotStacked | PriceTaken | StockEmpty | BudgetExhausted


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
    """What one refund takes back of one award, item by item.

    One that was done by hand has `BY_HAND` and a number of its own for `refund_id`.
    """

    order_id: str
    customer_id: str
    offer_id: str
    rung: int
    refund_id: str
    at: datetime
    items: tuple[Item, ...]


BY_HAND = "hand:"
"""What a claw-back by hand begins with where a refund's id would stand."""


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
