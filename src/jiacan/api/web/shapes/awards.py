"""Awards, claw-backs and receipts as programs are given them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import Field, StringConstraints

from jiacan.api.web.shapes.values import (
    PRINTABLE,
    Given,
    Id,
    Moment,
    Money,
    Names,
    Slug,
    Taken,
    Words,
    to_money,
    to_names,
)
from jiacan.kernel.messages import Phrasebook
from jiacan.offers.contracts.awards import Award, ClawBack, Item, Outcome, ReceiptLine, Statement
from jiacan.offers.contracts.benefits import Kind
from jiacan.offers.contracts.searching import AwardFound, AwardQuery

Begins = Annotated[str, StringConstraints(max_length=200, pattern=PRINTABLE)]


class ItemShape(Given):
    """One benefit of an award."""

    kind: Kind
    id: str = Field(description="The stock item, coupon or draw that it is of; empty where there is none.")
    quantity: int = Field(description="Pieces, coupons, points or tickets; 1 for money.")
    amount: Money = Field(description="The money at risk in it: cost, face value, worth or amount.")
    valid_days: int | None = Field(description="In how many days it lapses when unused; null for never.")


class ClawBackShape(Given):
    """What was taken back of an award."""

    plan_id: str
    order_id: str
    offer_id: str
    refund_id: str = Field(description="The refund that took it; `hand:` and an id where a person did.")
    at: Moment
    items: list[ItemShape]


class AwardShape(Given):
    """What an order met in one offer, and what it got."""

    plan_id: str
    plan_version: int
    offer_id: str
    rung: int = Field(description="The step of the ladder, from 1; 0 where there is no ladder.")
    order_id: str
    customer_id: str
    outcome: Outcome = Field(
        description="granted; otherwise: something else was given in its place; refused; held_out: the customer is "
        "in the group that the campaign is measured against."
    )
    reason: str | None = Field(
        description="Why it was refused, or why something else was given: limit, stock or budget, and which.",
        examples=["stock:mug"],
    )
    at: Moment = Field(description="When the order was paid.")
    spend: Money = Field(description="The spend that it was measured on.")
    items: list[ItemShape]


class AwardFoundShape(AwardShape):
    """An award that was looked for, and what was taken back of it since."""

    clawed_back: list[ClawBackShape]


class AwardFilter(Taken):
    """Which awards are asked for; what is left out is all."""

    plan_id: Slug = Field(description="Whose awards.")
    text: Begins = Field("", description="An order's or a customer's number, or its beginning.")
    offer_id: Slug | None = None
    outcome: Outcome | None = Field(None, description="clawed_back: awards of which something was taken back.")
    kind: Kind | None = Field(None, description="Awards with a benefit of this kind.")
    reason: Begins = Field("", description="A refusal's code, or its beginning, such as `stock:`.")
    since: Moment | None = Field(None, description="Orders paid from then on.")
    until: Moment | None = Field(None, description="Orders paid before then.")


class ClawBackIn(Taken):
    """An award to take back by hand, whole, and why."""

    plan_id: Slug
    order_id: Id
    offer_id: Slug
    reason: Words = Field(min_length=1, examples=["Agreed with the customer: the mug goes back"])


class ReceiptLineShape(Given):
    """One offer's answer to the order, in words to send on."""

    offer_id: str
    offer: str
    names: Names
    outcome: str = Field(description="As an award's, or clawed_back, or not_met.")
    says: str = Field(description="What to tell the customer, in the language asked for by Accept-Language.")
    basis: str | None = Field(description="What an agent may check it by.")


class ReceiptShape(Given):
    """Every offer of one plan's answer to the order."""

    plan_id: str
    lines: list[ReceiptLineShape]
    awards: list[AwardShape] = Field(description="The same as facts.")


class ReceiptsShape(Given):
    """What the order got in every live plan, and why or why not."""

    order_id: str
    link: str = Field(description="The page of it for the customer; whoever has the link may read it.")
    receipts: list[ReceiptShape]


class StatementOrder(Given):
    """What one order of the customer got."""

    order_id: str
    lines: list[ReceiptLineShape]


class StatementShape(Given):
    """What the customer has of one plan and owes it."""

    plan_id: str
    has: list[str]
    owes: list[str]
    orders: list[StatementOrder]


class CustomerShape(Given):
    """What the customer has of every plan in which an order of theirs met an offer."""

    customer_id: str
    statements: list[StatementShape]


# --- from the values of the slices ------------------------------------------------------------------------


def to_items(items: Iterable[Item], currency: str) -> list[ItemShape]:
    """Benefits, as JSON says them."""
    return [
        ItemShape(
            kind=item.kind,
            id=item.id,
            quantity=item.quantity,
            amount=to_money(item.amount_minor, currency),
            valid_days=item.valid_days,
        )
        for item in items
    ]


def to_award(plan_id: str, award: Award, currency: str) -> AwardShape:
    """An award, as JSON says it."""
    return AwardShape(
        plan_id=plan_id,
        plan_version=award.plan_version,
        offer_id=award.offer_id,
        rung=award.rung,
        order_id=award.order_id,
        customer_id=award.customer_id,
        outcome=award.outcome,
        reason=None if award.refusal is None else award.refusal.code,
        at=award.settled_for,
        spend=to_money(award.spend_minor, currency),
        items=to_items(award.items, currency),
    )


def to_awards(awards: Mapping[str, Iterable[Award]], currency: str) -> list[AwardShape]:
    """Awards by plan, as JSON says them."""
    return [to_award(plan_id, award, currency) for plan_id, of_plan in awards.items() for award in of_plan]


def to_claw_back(plan_id: str, back: ClawBack, currency: str) -> ClawBackShape:
    """A claw-back, as JSON says it."""
    return ClawBackShape(
        plan_id=plan_id,
        order_id=back.order_id,
        offer_id=back.offer_id,
        refund_id=back.refund_id,
        at=back.at,
        items=to_items(back.items, currency),
    )


def to_claw_backs(backs: Mapping[str, Iterable[ClawBack]], currency: str) -> list[ClawBackShape]:
    """Claw-backs by plan, as JSON says them."""
    return [to_claw_back(plan_id, back, currency) for plan_id, of_plan in backs.items() for back in of_plan]


def to_found(plan_id: str, found: AwardFound, currency: str) -> AwardFoundShape:
    """An award that was looked for, as JSON says it."""
    award = to_award(plan_id, found.award, currency)
    backs = [to_claw_back(plan_id, back, currency) for back in found.clawed_back]
    return AwardFoundShape(**dict(award), clawed_back=backs)


def to_query(asked: AwardFilter) -> AwardQuery:
    """What is asked for."""
    return AwardQuery(
        text=asked.text,
        offer_id=asked.offer_id or "",
        outcome=asked.outcome or "",
        kind=asked.kind or "",
        reason=asked.reason,
        since=asked.since,
        until=asked.until,
    )


def to_lines(lines: Iterable[ReceiptLine], say: Phrasebook) -> list[ReceiptLineShape]:
    """A receipt's lines, in words."""
    return [
        ReceiptLineShape(
            offer_id=line.offer_id,
            offer=say.word(line.offer),
            names=to_names(line.offer),
            outcome=line.outcome,
            says=say.say(line.says),
            basis=None if line.basis is None else say.say(line.basis),
        )
        for line in lines
    ]


def to_statement(plan_id: str, statement: Statement, say: Phrasebook) -> StatementShape:
    """What a customer has of a plan and owes it, in words."""
    return StatementShape(
        plan_id=plan_id,
        has=[say.say(each) for each in statement.has],
        owes=[say.say(each) for each in statement.owes],
        orders=[
            StatementOrder(order_id=order_id, lines=to_lines(lines, say))
            for order_id, lines in statement.orders.items()
        ],
    )
