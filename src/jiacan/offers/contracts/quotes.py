"""A quote: what a cart would cost and get if it were paid now, and what is missing to more.

Money is in whole minor units of the plan's currency.
"""

from __future__ import annotations

from dataclasses import dataclass

from jiacan.kernel.messages import Message, Name
from jiacan.offers.contracts.awards import Item


@dataclass(frozen=True, slots=True)
class Share:
    """What one offer takes off one price."""

    offer_id: str
    minor: int


@dataclass(frozen=True, slots=True)
class QuotedPrice:
    """A price before Jiacan's offers, and what each of them takes off it, in the turn in which they were tried."""

    list_minor: int
    shares: tuple[Share, ...]

    @property
    def off_minor(self) -> int:
        """What all offers together take off."""
        return sum(share.minor for share in self.shares)

    @property
    def final_minor(self) -> int:
        """What is left to pay."""
        return self.list_minor - self.off_minor


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """One line of the cart and its price."""

    sku: str
    quantity: int
    price: QuotedPrice


@dataclass(frozen=True, slots=True)
class QuotedOffer:
    """One offer's answer to the cart: what it gives, and in words what it gives or why it does not.

    `outcome` is an `Outcome`, or `not_met`; `reason` is the code of a refusal. `items` are given, else empty.
    """

    offer_id: str
    name: Name
    rung: int
    outcome: str
    reason: str
    items: tuple[Item, ...]
    says: Message


@dataclass(frozen=True, slots=True)
class NextStep:
    """What more goods would bring: the next rung, or the next step of what counts by steps, groups or sets.

    `missing_minor` is spend and `missing_units` are pieces; where both are said, both are needed. `rung` is 0 where
    there is no ladder.
    """

    offer_id: str
    name: Name
    rung: int
    missing_minor: int | None
    missing_units: int | None
    says: Message


@dataclass(frozen=True, slots=True)
class Quote:
    """What one plan makes of a cart. A guest's and staff's cart keeps its prices; the offers' answers say why."""

    plan_id: str
    plan_version: int
    currency: str
    lines: tuple[QuotedLine, ...]
    shipping: QuotedPrice
    offers: tuple[QuotedOffer, ...]
    steps: tuple[NextStep, ...]

    @property
    def goods_list_minor(self) -> int:
        """What the goods cost before the offers."""
        return sum(line.price.list_minor for line in self.lines)

    @property
    def goods_final_minor(self) -> int:
        """What the goods cost after them."""
        return sum(line.price.final_minor for line in self.lines)

    @property
    def off_minor(self) -> int:
        """What the offers take off goods and shipping together."""
        return sum(line.price.off_minor for line in self.lines) + self.shipping.off_minor

    @property
    def total_minor(self) -> int:
        """What is left to pay for goods and shipping."""
        return self.goods_final_minor + self.shipping.final_minor

    @property
    def given(self) -> tuple[Item, ...]:
        """Everything the cart would get, offer by offer in plan order; discounts are in the prices already."""
        return tuple(item for offer in self.offers for item in offer.items)
