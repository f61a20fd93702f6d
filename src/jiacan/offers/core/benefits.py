"""Benefits made concrete: how many, how much, and the money each puts at risk."""

from __future__ import annotations

from collections.abc import Iterable

from jiacan.kernel.messages import Message, Name, tell
from jiacan.kernel.money import Money, micros_to_minor
from jiacan.offers.contracts.awards import SHIPPING, Effect, Gets, Item, ShippingEffect
from jiacan.offers.contracts.benefits import (
    Benefit,
    CashBenefit,
    CouponBenefit,
    CreditBenefit,
    GiftBenefit,
    Kind,
    OtherBenefit,
    PointsBenefit,
    PriceBenefit,
    ServiceBenefit,
    TicketBenefit,
    TierBenefit,
)
from jiacan.offers.contracts.conditions import Scope
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.core.basket import Basket
from jiacan.offers.core.pricing import effect_of, list_prices, reduction, to_amounts

NOTHING = Gets(())


def come_to(steps: Iterable[tuple[Iterable[Benefit], int]], basket: Basket, base: Scope, rules: PlanRules) -> Gets:
    """What benefits come to for this basket, each step's so many times over.

    The same item named twice is one, in the place of the first; nothings vanish.
    """
    effects: list[Effect] = []
    merged: dict[tuple[Kind, str], Item] = {}
    for benefits, times in steps:
        for benefit in benefits:
            if isinstance(benefit, PriceBenefit):
                effect = effect_of(benefit, basket, base, times)
                effects.append(effect)
                item = discount_item(effect)
            else:
                item = _to_item(benefit, basket, base, times, rules)
            before = merged.get((item.kind, item.id))
            merged[item.kind, item.id] = item if before is None else _added(before, item, rules)
    items = tuple(item for item in merged.values() if item.quantity > 0)
    if not effects:
        return Gets(items)
    return Gets(to_amounts(items, reduction(effects, list_prices(basket.order, rules.currency))), tuple(effects))


def _to_item(benefit: OtherBenefit, basket: Basket, base: Scope, times: int, rules: PlanRules) -> Item:
    match benefit:
        case GiftBenefit(stock, quantity) | ServiceBenefit(stock, quantity):
            kind = Kind.GIFT if isinstance(benefit, GiftBenefit) else Kind.SERVICE
            return Item(kind, stock, quantity * times, rules.stock[stock].unit_cost_minor * quantity * times)
        case CouponBenefit(coupon, quantity):
            of = rules.coupons[coupon]
            return Item(Kind.COUPON, coupon, quantity * times, of.face_minor * quantity * times, of.valid_days)
        case PointsBenefit(points, per_minor):
            steps = 1 if per_minor is None else basket.spend_minor(base) // per_minor
            return points_item(benefit.on_tier(points * steps * times, basket.order.buyer.tier), rules)
        case CashBenefit(minor):
            return money_item(Kind.CASH, minor * times)
        case CreditBenefit(minor):
            return money_item(Kind.CREDIT, minor * times)
        case TicketBenefit(draw, quantity):
            return Item(Kind.TICKET, draw, quantity * times, 0)
        case TierBenefit(tier):
            return Item(Kind.TIER, tier, 1, 0)


def discount_item(effect: Effect) -> Item:
    """What an effect takes by itself, as an item."""
    return money_item(Kind.DISCOUNT, effect.minor, of=SHIPPING if isinstance(effect, ShippingEffect) else "")


def points_item(number: int, rules: PlanRules) -> Item:
    """So many points, with what they are worth for the books, halves up."""
    return Item(Kind.POINTS, "", number, micros_to_minor(number * rules.points_value_micros, rules.currency))


def money_item(kind: Kind, minor: int, *, of: str = "") -> Item:
    """An amount of money: one of it, or none when it is nothing."""
    return Item(kind, of, 1 if minor > 0 else 0, minor)


def _added(first: Item, second: Item, rules: PlanRules) -> Item:
    quantity, minor = first.quantity + second.quantity, first.amount_minor + second.amount_minor
    match first.kind:
        case Kind.POINTS:
            return points_item(quantity, rules)
        case Kind.CASH | Kind.CREDIT | Kind.DISCOUNT:
            return money_item(first.kind, minor, of=first.id)
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
        case Kind.DISCOUNT if item.id == SHIPPING:
            return tell("{amount} off shipping", amount=money)
        case Kind.DISCOUNT:
            return tell("{amount} off", amount=money)


def describe_items(items: Iterable[Item], rules: PlanRules) -> tuple[Message, ...]:
    """Each item in words."""
    return tuple(describe_item(item, rules) for item in items)


def _counted(name: Name, quantity: int) -> Message:
    return tell("{name}", name=name) if quantity == 1 else tell("{name} × {number}", name=name, number=quantity)
