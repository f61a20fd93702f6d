"""From the parts of the points mall to its items."""

from __future__ import annotations

from jiacan.members.contracts.mall import MallItem, Price
from jiacan.plans.core.calendar import Calendar, find_period
from jiacan.plans.core.compiling.benefits import to_benefit
from jiacan.plans.core.compiling.offers import to_limits, to_lines, to_name
from jiacan.plans.core.parts.mall import MallItemPart


def to_mall_item(part: MallItemPart, calendar: Calendar) -> MallItem:
    """The item, of a part in which nothing is wrong."""
    during = find_period(part.during, calendar)
    assert during is not None, "checked: an item has a period"
    return MallItem(
        id=part.id,
        name=to_name(part.name, part.id),
        during=during,
        benefit=to_benefit(part.give),
        has_codes=part.codes,
        price=Price(part.price.points, part.price.money or 0),
        limits=to_limits(part.limit),
        tiers=part.tiers,
        budget=to_lines(part.budget),
    )
