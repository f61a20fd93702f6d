"""The points mall as programs ask for it and are given it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from jiacan.api.web.shapes.values import PRINTABLE, Given, Id, Moment, Money, Names, Slug, Taken, to_money, to_names
from jiacan.kernel.messages import Phrasebook
from jiacan.members.contracts.mall import ShownItem, ShownRedemption, State

PlanId = Annotated[Slug, Field(examples=["order-bonus-2011"])]
ItemId = Annotated[Slug, Field(examples=["mall-mug"])]
NUMBER = "0c7b3a52-7c0c-4a0e-9b61-6b1f6f6a2b11"


class RedeemIn(Taken):
    """What a customer wants to have; `key` is your own for this redemption, and counts once."""

    plan_id: PlanId
    item_id: ItemId
    customer_id: Id
    key: Id = Field(examples=["cart-2207"])


class PaymentIn(Taken):
    """Your own number of the payment."""

    payment: Id = Field(examples=["pay-991"])


class RedemptionFilter(Taken):
    """Which redemptions: only a customer's, only those that stand so."""

    customer_id: Annotated[str, StringConstraints(max_length=200, pattern=PRINTABLE)] = Field("", examples=["c-17"])
    state: State | None = Field(None, examples=[None])


class MallItemShape(Given):
    """An item of the mall as a customer sees it.

    `left` is null where nothing bounds it, and `why_not` where they can have it. Texts are in the language of
    Accept-Language.
    """

    plan_id: str
    item_id: str = Field(examples=["mall-mug"])
    name: Names
    gives: list[str] = Field(examples=[["Custom mug"]])
    points: int = Field(examples=[800])
    money: Money
    tiers: list[str] = Field(examples=[["gold"]])
    until: Moment
    left: int | None = Field(examples=[12])
    can_have: bool
    why_not: str | None = Field(examples=[None])


class MallShape(Given):
    """The mall as a customer sees it, in the order of the plans."""

    customer_id: str
    items: list[MallItemShape]


class RedemptionShape(Given):
    """A redemption as it stands; `says` is that in words, `code_end` the last letters of its code.

    `pay_until` is set while its money is to be paid. Where it was cancelled after that, `paid_at` says that you owe
    the money.
    """

    redemption_id: str = Field(examples=[NUMBER])
    key: str = Field(examples=["cart-2207"])
    plan_id: str
    item_id: str = Field(examples=["mall-mug"])
    name: Names
    gives: list[str] = Field(examples=[["Custom mug"]])
    customer_id: str
    state: State
    says: str = Field(examples=["to be sent"])
    points: int = Field(examples=[800])
    money: Money
    redeemed_at: Moment
    pay_until: Moment | None
    paid_at: Moment | None
    payment: str = Field(examples=[""])
    carrier: str = Field(examples=[""])
    parcel: str = Field(examples=[""])
    code_end: str = Field(examples=[""])
    can_cancel: bool


class RedeemedCodeShape(Given):
    """A code in the clear: for its customer, and nobody's list."""

    redemption_id: str = Field(examples=[NUMBER])
    code: str = Field(examples=["FILM-7Q2X"])


def to_item(each: ShownItem, say: Phrasebook) -> MallItemShape:
    """An item as JSON says it."""
    item = each.item
    return MallItemShape(
        plan_id=each.plan_id,
        item_id=item.id,
        name=to_names(item.name),
        gives=[say.say(one) for one in each.gives],
        points=item.price.points,
        money=to_money(item.price.money_minor, each.currency),
        tiers=list(item.tiers),
        until=item.during.ends_at,
        left=each.left,
        can_have=each.why_not is None,
        why_not=None if each.why_not is None else say.say(each.why_not),
    )


def to_redemption(shown: ShownRedemption, say: Phrasebook) -> RedemptionShape:
    """A redemption as JSON says it."""
    made = shown.redemption
    return RedemptionShape(
        redemption_id=made.id,
        key=made.key,
        plan_id=made.plan_id,
        item_id=made.item_id,
        name=to_names(shown.name),
        gives=[say.say(one) for one in shown.gives],
        customer_id=made.customer_id,
        state=made.state,
        says=say.say(shown.says),
        points=made.points,
        money=to_money(made.money_minor, made.currency),
        redeemed_at=made.redeemed_at,
        pay_until=made.pay_until if made.state is State.UNPAID else None,
        paid_at=made.paid_at,
        payment=made.payment,
        carrier=made.carrier,
        parcel=made.parcel,
        code_end=made.code_end,
        can_cancel=shown.can_cancel,
    )
