"""The points mall of a campaign in words, for its public page."""

from __future__ import annotations

from datetime import timedelta

from jiacan.campaigns.contracts.public import Term
from jiacan.kernel.messages import tell
from jiacan.kernel.money import Money
from jiacan.members.contracts.mall import MallItem
from jiacan.offers.contracts.rules import PlanRules


def mall_term(item: MallItem, rules: PlanRules) -> Term:
    """What an item costs, until when, and who can have it; what it gives stands with the offers."""
    price = tell("{points} points", points=item.price.points)
    if item.price.money_minor:
        money = Money(item.price.money_minor, rules.currency)
        price = tell("{points} points and {money}", points=item.price.points, money=money)
    until = item.during.ends_at - timedelta(minutes=1)
    said = tell("{price}, until {until}", price=price, until=until)
    if item.tiers:
        names = tuple(rules.tiers[each] for each in item.tiers)
        said = tell("{price}, until {until}, for {tiers}", price=price, until=until, tiers=names)
    return Term(tell("For points: {item}", item=item.name), said)
