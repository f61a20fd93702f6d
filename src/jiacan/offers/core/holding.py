"""What a customer holds of an award that was given."""

from __future__ import annotations

from jiacan.kernel.periods import days_later
from jiacan.offers.contracts.awards import Award
from jiacan.offers.contracts.rules import Offer, PlanRules
from jiacan.offers.core.book import Held, Holding
from jiacan.offers.core.granting import award_key, hold_keys


def to_held(award: Award, offer: Offer, rules: PlanRules) -> Held:
    """The award as its customer holds it from the moment it is given; `offer` is that of the award's version."""
    key = award_key(rules.plan_id, award.order_id, award.offer_id)
    holdings = [
        Holding(
            item,
            hold_keys(key, item) if item.kind in offer.budget else (),
            None if item.valid_days is None else days_later(award.settled_for, item.valid_days, rules.zone),
        )
        for item in award.items
    ]
    return Held(
        order_id=award.order_id,
        customer_id=award.customer_id,
        offer_id=award.offer_id,
        rung=award.rung,
        plan_version=award.plan_version,
        outcome=award.outcome,
        holdings=holdings,
    )
