"""What a plan's awards can hold, numbered: so that matches fit into the columns of a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jiacan.offers.contracts.awards import SHIPPING
from jiacan.offers.contracts.benefits import (
    Benefit,
    BundlePriceBenefit,
    CashBenefit,
    CouponBenefit,
    CreditBenefit,
    DiscountBenefit,
    GiftBenefit,
    Kind,
    PointsBenefit,
    PriceBenefit,
    ServiceBenefit,
    ShippingBenefit,
    TicketBenefit,
    TierBenefit,
    UnitsForBenefit,
    UnitsOffBenefit,
)
from jiacan.offers.contracts.rules import Ladder, Offer, PlanRules, Trigger


@dataclass(frozen=True, slots=True)
class ItemSort:
    """A sort of item that awards can hold: an `Item` without how many and how much."""

    kind: Kind
    id: str
    valid_days: int | None = None


def items_of(rules: PlanRules) -> tuple[ItemSort, ...]:
    """Every sort of item that an order or a birthday can bring, each once, by its first place in the plan.

    An item's code in a table of matches is its place here; what only birthdays bring comes last.
    """
    sorts = (sort_of(benefit, rules) for offer in _offers_in_tables(rules) for benefit in _benefits(offer))
    return tuple(dict.fromkeys(sorts))


def slots_of(rules: PlanRules) -> tuple[int, int]:
    """How many items any award can hold at most (1 at least), and how many any `otherwise` can."""
    offers = _offers_in_tables(rules)
    awards = (_distinct(benefits, rules) for offer in offers for benefits in _given_together(offer))
    instead = (_distinct(offer.otherwise, rules) for offer in offers)
    return max(awards, default=1) or 1, max(instead, default=0)


def bears_on_prices(rules: PlanRules) -> bool:
    """Whether some offer for orders has a price effect, which only the goods themselves can tell the worth of."""
    return bool(price_offers(rules))


def price_offers(rules: PlanRules) -> tuple[str, ...]:
    """The offers for orders that have a price effect, by id."""
    return tuple(
        offer.id
        for offer in offers_for_orders(rules)
        if any(isinstance(benefit, PriceBenefit) for benefit in _benefits(offer))
    )


def offers_for_orders(rules: PlanRules) -> tuple[Offer, ...]:
    """The offers that a paid order can meet, in plan order."""
    return tuple(offer for offer in rules.offers if offer.trigger is Trigger.ORDER_PAID)


def _offers_in_tables(rules: PlanRules) -> tuple[Offer, ...]:
    of_birthdays = (offer for offer in rules.offers if offer.trigger is Trigger.BIRTHDAY)
    return (*offers_for_orders(rules), *of_birthdays)


def sort_of(benefit: Benefit, rules: PlanRules) -> ItemSort:
    """The sort of item that the benefit is given as."""
    match benefit:
        case GiftBenefit(stock):
            return ItemSort(Kind.GIFT, stock)
        case ServiceBenefit(stock):
            return ItemSort(Kind.SERVICE, stock)
        case CouponBenefit(coupon):
            return ItemSort(Kind.COUPON, coupon, rules.coupons[coupon].valid_days)
        case TicketBenefit(draw):
            return ItemSort(Kind.TICKET, draw)
        case TierBenefit(tier):
            return ItemSort(Kind.TIER, tier)
        case PointsBenefit():
            return ItemSort(Kind.POINTS, "")
        case _:
            return _sort_of_money(benefit)


def _sort_of_money(benefit: CashBenefit | CreditBenefit | PriceBenefit) -> ItemSort:
    match benefit:
        case CashBenefit():
            return ItemSort(Kind.CASH, "")
        case CreditBenefit():
            return ItemSort(Kind.CREDIT, "")
        case ShippingBenefit():
            return ItemSort(Kind.DISCOUNT, SHIPPING)
        case DiscountBenefit() | UnitsOffBenefit() | UnitsForBenefit() | BundlePriceBenefit():
            return ItemSort(Kind.DISCOUNT, "")


def _given_together(offer: Offer) -> Iterator[list[Benefit]]:
    """What one award can give at the most: the benefits of each rung, or of all."""
    if offer.ladder is Ladder.ALL:
        yield [benefit for rung in offer.rungs for benefit in rung.benefits]
    else:
        yield from (list(rung.benefits) for rung in offer.rungs)


def _benefits(offer: Offer) -> Iterator[Benefit]:
    yield from (benefit for rung in offer.rungs for benefit in rung.benefits)
    yield from offer.otherwise


def _distinct(benefits: Iterable[Benefit], rules: PlanRules) -> int:
    return len({sort_of(benefit, rules) for benefit in benefits})
