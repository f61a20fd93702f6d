"""Occasions matched: as events that settle takes, beside orders and refunds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from jiacan.offers.contracts.awards import Match
from jiacan.offers.contracts.errors import OfferUnknown
from jiacan.offers.contracts.occasions import Occasion, Revocation, is_occasion
from jiacan.offers.contracts.rules import Offer, PlanRules
from jiacan.offers.core.basket import EVERYTHING, Basket
from jiacan.offers.core.benefits import come_to
from jiacan.offers.core.events import PaidEvent, RefundEvent
from jiacan.orders.contracts import Order


def occasion_event(occasion: Occasion, rules: PlanRules) -> PaidEvent:
    """The occasion, matched.

    Raises:
        OfferUnknown: the offer that it names is none of the plan's for such occasions.
    """
    assert is_occasion(occasion.id), "an occasion's id bears the mark, so that it is no order's number"
    return PaidEvent(
        occasion.id,
        occasion.customer_id,
        occasion.occurred_at,
        match_occasion(occasion, rules),
        trigger=occasion.trigger,
    )


def match_occasion(occasion: Occasion, rules: PlanRules) -> tuple[Match, ...]:
    """The offers that the occasion meets, in plan order, each with what it would be given; staff meet none.

    Raises:
        OfferUnknown: the offer that it names is none of the plan's for such occasions.
    """
    asked = tuple(_offers_for(occasion, rules))
    if occasion.offer_id is not None and not asked:
        raise OfferUnknown(plan_id=rules.plan_id, offer_id=occasion.offer_id)
    if occasion.customer_id in rules.staff:
        return ()
    nothing_bought = Basket(Order(occasion.id, occasion.customer_id, occasion.occurred_at, ()), rules)
    found = (_meet(offer, occasion, nothing_bought, rules) for offer in asked)
    return tuple(match for match in found if match is not None)


def _offers_for(occasion: Occasion, rules: PlanRules) -> Iterator[Offer]:
    for offer in rules.offers:
        if offer.trigger is occasion.trigger and occasion.offer_id in (None, offer.id):
            yield offer


def _meet(offer: Offer, occasion: Occasion, basket: Basket, rules: PlanRules) -> Match | None:
    if occasion.earned_at not in offer.during:
        return None
    benefits = tuple(benefit for rung in offer.rungs if rung.number == occasion.rung for benefit in rung.benefits)
    gets = come_to(((benefits, 1),), basket, EVERYTHING, rules)
    if not gets.items:
        return None
    instead = come_to(((offer.otherwise, 1),), basket, EVERYTHING, rules)
    return Match(offer.id, occasion.rung, 0, gets, instead)


def revocation_event(revocation: Revocation, settled_for: datetime | None) -> RefundEvent:
    """The revocation: as if everything came back. One that is dated before the occasion counts from then."""
    at = revocation.at if settled_for is None else max(revocation.at, settled_for)
    return RefundEvent(revocation.id, revocation.occasion_id, at, (), of_order=False)
