"""Benefits made concrete: how many, how much, and the money each puts at risk."""

from __future__ import annotations

from collections.abc import Iterable

from jiacan.kernel.messages import Message, Name, tell
from jiacan.kernel.money import Money, divide_half_up, micros_to_minor
from jiacan.offers.contracts.awards import Item
from jiacan.offers.contracts.benefits import (
    Benefit,
    CashBenefit,
    CouponBenefit,
    CreditBenefit,
    DiscountBenefit,
    GiftBenefit,
    Kind,
    PointsBenefit,
    ServiceBenefit,
    TicketBenefit,
    TierBenefit,
)
from jiacan.offers.contracts.rules import PlanRules


def to_items(benefits: Iterable[Benefit], *, spend_minor: int, times: int, rules: PlanRules) -> tuple[Item, ...]:
    """What the benefits come to for this spend, `times` over; the same item named twice is one; nothings vanish."""
    items = (_to_item(benefit, spend_minor, times, rules) for benefit in benefits)
    return merge_items(items, spend_minor=spend_minor, rules=rules)


def merge_items(items: Iterable[Item], *, spend_minor: int, rules: PlanRules) -> tuple[Item, ...]:
    """The same item named twice is one, in the place of the first; nothings vanish."""
    merged: dict[tuple[Kind, str], Item] = {}
    for item in items:
        before = merged.get((item.kind, item.id))
        merged[item.kind, item.id] = item if before is None else _added(before, item, spend_minor, rules)
    return tuple(item for item in merged.values() if item.quantity > 0)


def _to_item(benefit: Benefit, spend_minor: int, times: int, rules: PlanRules) -> Item:
    match benefit:
        case GiftBenefit(stock, quantity) | ServiceBenefit(stock, quantity):
            kind = Kind.GIFT if isinstance(benefit, GiftBenefit) else Kind.SERVICE
            return Item(kind, stock, quantity * times, rules.stock[stock].unit_cost_minor * quantity * times)
        case CouponBenefit(coupon, quantity):
            of = rules.coupons[coupon]
            return Item(Kind.COUPON, coupon, quantity * times, of.face_minor * quantity * times, of.valid_days)
        case PointsBenefit(points, per_minor):
            number = points * times if per_minor is None else points * (spend_minor // per_minor) * times
            return points_item(number, rules)
        case CashBenefit(minor):
            return money_item(Kind.CASH, minor * times)
        case CreditBenefit(minor):
            return money_item(Kind.CREDIT, minor * times)
        case DiscountBenefit():
            return money_item(Kind.DISCOUNT, _discount_minor(benefit, spend_minor, times))
        case TicketBenefit(draw, quantity):
            return Item(Kind.TICKET, draw, quantity * times, 0)
        case TierBenefit(tier):
            return Item(Kind.TIER, tier, 1, 0)


def points_item(number: int, rules: PlanRules) -> Item:
    """So many points, with what they are worth for the books, halves up."""
    return Item(Kind.POINTS, "", number, micros_to_minor(number * rules.points_value_micros, rules.currency))


def money_item(kind: Kind, minor: int) -> Item:
    """An amount of money: one of it, or none when it is nothing."""
    return Item(kind, "", 1 if minor > 0 else 0, minor)


def _discount_minor(discount: DiscountBenefit, spend_minor: int, times: int) -> int:
    if discount.off_minor is not None:
        return min(discount.off_minor * times, spend_minor)
    assert discount.percent is not None, "a discount is an amount or a percentage"
    off = divide_half_up(spend_minor * discount.percent, 100)
    return min(off, spend_minor if discount.at_most_minor is None else discount.at_most_minor)


def _added(first: Item, second: Item, spend_minor: int, rules: PlanRules) -> Item:
    quantity, minor = first.quantity + second.quantity, first.amount_minor + second.amount_minor
    match first.kind:
        case Kind.POINTS:
            return points_item(quantity, rules)
        case Kind.DISCOUNT:
            return money_item(Kind.DISCOUNT, min(minor, spend_minor))
        case Kind.CASH | Kind.CREDIT:
            return money_item(first.kind, minor)
        case Kind.TIER:
            return first
        case _:
            return Item(first.kind, first.id, quantity, minor, first.valid_days)


MONEY_KINDS = frozenset({Kind.CASH, Kind.CREDIT, Kind.DISCOUNT})
"""Kinds that are an amount rather than a number of things."""


def describe_item(item: Item, rules: PlanRules) -> Message:
    """The item in words a customer reads: what and how many."""
    money = Money(item.amount_minor, rules.currency)
    match item.kind:
        case Kind.GIFT | Kind.SERVICE:
            return _counted(rules.stock[item.id].name, item.quantity)
        case Kind.COUPON:
            return _counted(rules.coupons[item.id].name, item.quantity)
        case Kind.TICKET:
            return tell("{number} chance(s) in {draw}", number=item.quantity, draw=rules.draws[item.id])
        case Kind.TIER:
            return tell("tier {tier}", tier=rules.tiers[item.id])
        case Kind.POINTS:
            return tell("{number} points", number=item.quantity)
        case Kind.CASH:
            return tell("{amount} in cash", amount=money)
        case Kind.CREDIT:
            return tell("{amount} of shop credit", amount=money)
        case Kind.DISCOUNT:
            return tell("{amount} off", amount=money)


def describe_items(items: Iterable[Item], rules: PlanRules) -> tuple[Message, ...]:
    """Each item in words."""
    return tuple(describe_item(item, rules) for item in items)


def _counted(name: Name, quantity: int) -> Message:
    return tell("{name}", name=name) if quantity == 1 else tell("{name} × {number}", name=name, number=quantity)
