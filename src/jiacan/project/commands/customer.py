"""`jiacan customer`: what one customer has of a campaign, owes it, and got for each order."""

from __future__ import annotations

from django.utils import timezone

from jiacan.campaigns.facade import running as campaigns
from jiacan.campaigns.facade import standing
from jiacan.kernel.messages import Message, Name, tell
from jiacan.members.contracts.tiers import CustomerTier, last_day
from jiacan.offers.contracts.tiers import Tier
from jiacan.plans import facade as plans
from jiacan.project import database
from jiacan.project.commands.shown import receipt_to_json, show_receipt
from jiacan.project.output import COMMON, Common, screen


def customer(plan: str, customer_id: str, /, *, common: Common = COMMON) -> None:
    """What one customer has of a campaign and owes it after returns, and what each of their orders got and why.

    Parameters
    ----------
    plan
        The plan's file.
    customer_id
        The customer, as the shop numbers them.
    """
    checked = plans.read_plan(plan)
    database.open_database()
    found = campaigns.statement(checked, customer_id)
    tier = standing.tier_by(checked, customer_id, at=timezone.now())
    out = screen(common, checked.rules.zone if checked.rules else None)
    if common.json:
        out.print_json(
            {
                "customer_id": found.customer_id,
                "has": [out.words.say(item) for item in found.has],
                "owes": [out.words.say(item) for item in found.owes],
                "tier": None if tier is None else _to_json(tier),
                "orders": {order: receipt_to_json(lines, out) for order, lines in found.orders.items()},
            }
        )
        return
    out.say(tell("Customer {customer}", customer=customer_id))
    out.say(tell("  has: {items}", items=found.has or tell("nothing")))
    if tier is not None:
        out.say(_stands(tier))
    if found.owes:
        out.say(tell("  has to return or pay for: {items}", items=found.owes))
    for order, lines in found.orders.items():
        show_receipt(order, lines, out)


def _stands(found: CustomerTier) -> Message:
    """Where the customer stands, and by what."""
    tier, by_orders = (_name_of(each) for each in (found.tier, found.by_orders))
    if found.gift is None:
        return tell("  stands on: {tier}", tier=tier)
    last = last_day(found.gift.ends_at, found.ladder.zone)
    return tell(
        "  stands on: {tier}, given by {offer} up to and including {day}; by orders: {by_orders}",
        tier=tier,
        offer=found.gift.offer_id,
        day=last,
        by_orders=by_orders,
    )


def _name_of(tier: Tier | None) -> Name | Message:
    return tell("no tier") if tier is None else tier.name


def _to_json(found: CustomerTier) -> dict[str, object]:
    gift = found.gift
    return {
        "stands_on": found.tier and found.tier.id,
        "by_orders": found.by_orders and found.by_orders.id,
        "given": gift and {"offer": gift.offer_id, "order": gift.order_id, "until": gift.ends_at.isoformat()},
    }
