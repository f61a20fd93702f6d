"""Tiers as programs are given them."""

from __future__ import annotations

from pydantic import Field

from jiacan.api.web.shapes.values import Given, Moment, Money, Names, to_money, to_names
from jiacan.members.contracts.tiers import Cause, CustomerTier, TierGift, TierStep
from jiacan.offers.contracts.tiers import Ladder, Measure, Tier


class AmountShape(Given):
    """So much of what the ladder counts: `spend`, or a number of `orders`; the other is null."""

    spend: Money | None
    orders: int | None = Field(examples=[None])


class PrivilegeShape(Given):
    """What customers of a tier have; `by` is the offer or the item of the mall that gives it."""

    name: Names
    by: str | None = Field(examples=["gold-shipping"])


class TierShape(Given):
    """A tier of the plan's ladder, what it needs, and what its customers have."""

    id: str = Field(examples=["gold"])
    name: Names
    needs: AmountShape
    privileges: list[PrivilegeShape]


class GivenTierShape(Given):
    """A tier that an offer gave, and until when; `order_id` begins with `~` where it was for no order."""

    tier: str = Field(examples=["gold"])
    offer_id: str
    order_id: str
    since: Moment
    until: Moment


class StepShape(Given):
    """A step from one tier to another (empty is none), and how much the customer had then.

    `cause` is `orders`; or an offer's tier was `given` until a moment, its time was `over`, or it was `taken_back`.
    """

    before: str = Field(examples=["silver"])
    after: str = Field(examples=["gold"])
    at: Moment
    had: AmountShape
    cause: Cause = Field(examples=["orders"])
    offer_id: str | None = Field(examples=[None])
    until: Moment | None = Field(examples=[None])


class CustomerTierShape(Given):
    """Where a customer stands by one plan: what they have, what is missing to the next tier, and every step.

    `tier` is where they stand: the higher of where their orders put them (`by_orders`) and of what offers gave them;
    `given` says which, where that is the higher one. What they have, what is missing and `grace_until`, until when
    they keep a tier that they have too little for, are about their orders.
    """

    plan_id: str
    tier: TierShape | None
    since: Moment | None
    by_orders: TierShape | None
    given: GivenTierShape | None
    has: AmountShape
    next: TierShape | None
    missing: AmountShape
    grace_until: Moment | None
    history: list[StepShape]


class CustomerTiersShape(Given):
    """Where a customer stands by every plan in force that has a ladder of tiers."""

    customer_id: str
    tiers: list[CustomerTierShape]


def to_customer_tiers(customer_id: str, found: tuple[CustomerTier, ...]) -> CustomerTiersShape:
    """A customer's tiers as JSON says them."""
    return CustomerTiersShape(customer_id=customer_id, tiers=[_to_customer_tier(each) for each in found])


def _to_customer_tier(found: CustomerTier) -> CustomerTierShape:
    ladder = found.ladder
    return CustomerTierShape(
        plan_id=ladder.plan_id,
        tier=_to_tier(found.tier, ladder),
        since=found.since,
        by_orders=_to_tier(found.by_orders, ladder),
        given=None if found.gift is None else _to_given(found.gift),
        has=_to_amount(found.has, ladder),
        next=_to_tier(found.next, ladder),
        missing=_to_amount(found.missing, ladder),
        grace_until=found.grace_until,
        history=[_to_step(each, ladder) for each in found.history],
    )


def _to_tier(tier: Tier | None, ladder: Ladder) -> TierShape | None:
    if tier is None:
        return None
    return TierShape(
        id=tier.id,
        name=to_names(tier.name),
        needs=_to_amount(tier.needs, ladder),
        privileges=[PrivilegeShape(name=to_names(each.name), by=each.by) for each in tier.privileges],
    )


def _to_amount(amount: int, ladder: Ladder) -> AmountShape:
    if ladder.measure is Measure.ORDERS:
        return AmountShape(spend=None, orders=amount)
    return AmountShape(spend=to_money(amount, ladder.currency), orders=None)


def _to_given(gift: TierGift) -> GivenTierShape:
    return GivenTierShape(
        tier=gift.tier, offer_id=gift.offer_id, order_id=gift.order_id, since=gift.starts_at, until=gift.ends_at
    )


def _to_step(step: TierStep, ladder: Ladder) -> StepShape:
    return StepShape(
        before=step.before,
        after=step.after,
        at=step.at,
        had=_to_amount(step.had, ladder),
        cause=step.cause,
        offer_id=step.offer_id or None,
        until=step.until,
    )
