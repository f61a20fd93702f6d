"""Quotes and reservations as programs ask for them and are given them."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from jiacan.api.web.shapes.awards import AwardShape, ItemShape, to_awards, to_items
from jiacan.api.web.shapes.orders import CartIn
from jiacan.api.web.shapes.values import Given, Moment, Money, Taken, to_money
from jiacan.campaigns.contracts.online import Committed
from jiacan.kernel.messages import Phrasebook
from jiacan.offers.contracts.quotes import NextStep, Quote, QuotedOffer, QuotedPrice
from jiacan.offers.contracts.reservations import Reservation, ReservationState

SHORTEST_HOLD_SECONDS, LONGEST_HOLD_SECONDS = 10, 3600


class ShareShape(Given):
    """What one offer takes off one price."""

    offer_id: str
    off: Money


class PriceShape(Given):
    """A price before the offers, what each takes off it, and what is left to pay."""

    before: Money
    off: Money
    after: Money
    shares: list[ShareShape]


class QuotedLineShape(Given):
    """One line of the cart and its price."""

    sku: str
    quantity: int
    price: PriceShape


class QuotedOfferShape(Given):
    """One offer's answer to the cart."""

    offer_id: str
    offer: str
    rung: int
    outcome: str = Field(description="As an award's, or not_met.")
    reason: str | None = Field(description="Why it would be refused, as an award's.")
    says: str = Field(description="What it gives, or why it does not, in the language asked for.")
    items: list[ItemShape]


class NextStepShape(Given):
    """What more goods would bring."""

    offer_id: str
    offer: str
    rung: int
    missing: Money | None = Field(description="How much more spend it needs.")
    missing_units: int | None = Field(description="How many more pieces it needs.")
    says: str


class QuoteShape(Given):
    """What one live plan makes of the cart."""

    plan_id: str
    plan_version: int
    lines: list[QuotedLineShape]
    shipping: PriceShape
    goods: Money = Field(description="What the goods cost after the offers.")
    off: Money = Field(description="What the offers take off goods and shipping together.")
    total: Money = Field(description="What is left to pay for goods and shipping.")
    offers: list[QuotedOfferShape]
    next_steps: list[NextStepShape]


class QuotesShape(Given):
    """What every live plan makes of the cart. Nothing is held: reserve it to be sure."""

    quotes: list[QuoteShape]


class ReservationIn(CartIn):
    """A cart whose benefits are to be held until it is paid."""

    hold_seconds: int = Field(
        900,
        strict=True,
        ge=SHORTEST_HOLD_SECONDS,
        le=LONGEST_HOLD_SECONDS,
        description="How long stock, budget and allowances are held for it.",
    )


class CommitIn(Taken):
    """That the reserved cart was paid."""

    paid_at: Moment


class ReservationShape(Given):
    """What is held for a cart, until when, and what became of it."""

    id: UUID
    order_id: str
    state: ReservationState
    reserved_at: Moment
    expires_at: Moment
    ended_at: Moment | None
    awards: list[AwardShape] = Field(description="What the order gets when it is paid in time.")


class CommittedShape(Given):
    """A reservation whose order was paid, and what the order got."""

    reservation: ReservationShape
    awards: list[AwardShape]


# --- from the values of the slices ------------------------------------------------------------------------


def to_quote(quote: Quote, say: Phrasebook) -> QuoteShape:
    """A quote, as JSON says it."""
    currency = quote.currency
    return QuoteShape(
        plan_id=quote.plan_id,
        plan_version=quote.plan_version,
        lines=[
            QuotedLineShape(sku=line.sku, quantity=line.quantity, price=_to_price(line.price, currency))
            for line in quote.lines
        ],
        shipping=_to_price(quote.shipping, currency),
        goods=to_money(quote.goods_final_minor, currency),
        off=to_money(quote.off_minor, currency),
        total=to_money(quote.total_minor, currency),
        offers=[_to_offer(offer, currency, say) for offer in quote.offers],
        next_steps=[_to_step(step, currency, say) for step in quote.steps],
    )


def _to_price(price: QuotedPrice, currency: str) -> PriceShape:
    return PriceShape(
        before=to_money(price.list_minor, currency),
        off=to_money(price.off_minor, currency),
        after=to_money(price.final_minor, currency),
        shares=[ShareShape(offer_id=share.offer_id, off=to_money(share.minor, currency)) for share in price.shares],
    )


def _to_offer(offer: QuotedOffer, currency: str, say: Phrasebook) -> QuotedOfferShape:
    return QuotedOfferShape(
        offer_id=offer.offer_id,
        offer=say.word(offer.name),
        rung=offer.rung,
        outcome=offer.outcome,
        reason=offer.reason or None,
        says=say.say(offer.says),
        items=to_items(offer.items, currency),
    )


def _to_step(step: NextStep, currency: str, say: Phrasebook) -> NextStepShape:
    return NextStepShape(
        offer_id=step.offer_id,
        offer=say.word(step.name),
        rung=step.rung,
        missing=None if step.missing_minor is None else to_money(step.missing_minor, currency),
        missing_units=step.missing_units,
        says=say.say(step.says),
    )


def to_reservation(reservation: Reservation, currency: str) -> ReservationShape:
    """A reservation, as JSON says it."""
    return ReservationShape(
        id=UUID(reservation.id),
        order_id=reservation.cart.order_id,
        state=reservation.state,
        reserved_at=reservation.reserved_at,
        expires_at=reservation.expires_at,
        ended_at=reservation.ended_at,
        awards=to_awards(reservation.awards, currency),
    )


def to_committed(committed: Committed, currency: str) -> CommittedShape:
    """A paid reservation, as JSON says it."""
    return CommittedShape(
        reservation=to_reservation(committed.reservation, currency),
        awards=to_awards(committed.awards, currency),
    )
