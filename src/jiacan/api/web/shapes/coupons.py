"""Coupons, their uses and batches of codes as programs send them and are given them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from jiacan.api.web.shapes.values import (
    Amount,
    Currency,
    Given,
    Id,
    Moment,
    Money,
    Names,
    Slug,
    Taken,
    to_money,
    to_names,
)
from jiacan.api.web.shapes.values import Words as Text
from jiacan.kernel.messages import Phrasebook
from jiacan.members.contracts.coupons import Batch, Coupon, Shown, State, Use
from jiacan.members.facade.coupon_words import standing_in_words, terms_in_words

Label = Annotated[Text, Field(min_length=1, max_length=200, examples=["Leaflet, spring fair"])]
HowMany = Annotated[int, Field(strict=True, ge=1, le=20_000, examples=[500])]
CODE = "7KQ2M-XW9RT-4HVEP"


class UseIn(Taken):
    """On which order, by whom; `spend` is what its goods come to before any coupon, without shipping."""

    order_id: Id = Field(examples=["1001"])
    customer_id: Id
    spend: Amount = Field(examples=["199.00"])
    currency: Currency = Field(examples=["CNY"])


class UndoIn(Taken):
    """The order that is cancelled."""

    order_id: Id = Field(examples=["1001"])


class AssignIn(Taken):
    """Whose the code is from now on."""

    customer_id: Id


class BatchIn(Taken):
    """Codes to be made: of which coupon of the plan, paid from which budget line, how many, and good until when."""

    plan_id: Slug
    coupon: Slug = Field(examples=["next-20"])
    line: Slug = Field(examples=["coupons"])
    codes: HowMany
    label: Label
    expires_at: Moment


class UseShape(Given):
    """The coupon is with the order, and takes so much `off`."""

    code: str = Field(examples=[CODE])
    order_id: str
    customer_id: str
    off: Money
    used_at: Moment


class PastUseShape(Given):
    """An order that a coupon was used on; `came_back` is what it was once that was undone."""

    order_id: str
    off: Money
    used_at: Moment
    undone_at: Moment | None
    came_back: State | None


class CouponShape(Given):
    """A coupon as it stands: `terms` and `says` are in the language of Accept-Language."""

    code: str = Field(examples=[CODE])
    plan_id: str
    coupon: str = Field(examples=["next-20"])
    name: Names
    terms: str = Field(examples=["¥20.00 off, from ¥150.00 on"])
    state: State
    says: str = Field(examples=["good until 12-11 00:00"])
    customer_id: str | None
    order_id: str | None = Field(description="The order or occasion that brought it; null for a code of a batch.")
    batch_id: int | None
    given_at: Moment | None
    expires_at: Moment | None
    ended_at: Moment | None
    uses: list[PastUseShape]


class CustomerCouponsShape(Given):
    """A customer's coupons, the last given first."""

    customer_id: str
    coupons: list[CouponShape]


class BatchShape(Given):
    """Codes that were made together, and how many of them are used and still open."""

    id: int
    plan_id: str
    coupon: str
    line: str
    label: str
    codes: int
    used: int
    open: int
    expires_at: Moment
    made_at: Moment
    withdrawn_at: Moment | None


class BatchesShape(Given):
    """Batches of codes, the last made first."""

    batches: list[BatchShape]


class CodeShape(Given):
    """One code of a batch."""

    code: str = Field(examples=[CODE])
    state: State
    customer_id: str | None


def to_use(code: str, use: Use, currency: str) -> UseShape:
    """The use as JSON says it."""
    return UseShape(
        code=code,
        order_id=use.order_id,
        customer_id=use.customer_id,
        off=to_money(use.off_minor, currency),
        used_at=use.used_at,
    )


def to_coupon(shown: Shown, say: Phrasebook) -> CouponShape:
    """The coupon as JSON says it."""
    coupon, terms = shown.coupon, shown.terms
    return CouponShape(
        code=coupon.code,
        plan_id=coupon.plan_id,
        coupon=coupon.coupon,
        name=to_names(terms.name),
        terms=say.say(terms_in_words(terms)),
        state=coupon.state,
        says=say.say(standing_in_words(coupon)),
        customer_id=coupon.customer_id,
        order_id=None if coupon.given is None else coupon.given.order_id,
        batch_id=coupon.batch_id,
        given_at=coupon.given_at,
        expires_at=coupon.expires_at,
        ended_at=coupon.ended_at,
        uses=[_to_past(each, terms.currency) for each in coupon.uses],
    )


def _to_past(use: Use, currency: str) -> PastUseShape:
    return PastUseShape(
        order_id=use.order_id,
        off=to_money(use.off_minor, currency),
        used_at=use.used_at,
        undone_at=use.undone_at,
        came_back=use.came_back,
    )


def to_batch(batch: Batch) -> BatchShape:
    """The batch as JSON says it."""
    return BatchShape(
        id=batch.id,
        plan_id=batch.plan_id,
        coupon=batch.coupon,
        line=batch.line,
        label=batch.label,
        codes=batch.codes,
        used=batch.used,
        open=batch.open,
        expires_at=batch.expires_at,
        made_at=batch.made_at,
        withdrawn_at=batch.withdrawn_at,
    )


def to_code(coupon: Coupon) -> CodeShape:
    """The code as JSON says it."""
    return CodeShape(code=coupon.code, state=coupon.state, customer_id=coupon.customer_id)
