"""Price effects: what each takes, reckoned on list prices alone, and how together they never take more than there is.

docs/algorithms/pricing.md has the rules and worked numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from jiacan.kernel.money import allocate, divide_half_up
from jiacan.offers.contracts.awards import SHIPPING, Effect, Gets, GoodsEffect, Item, Prices, ShippingEffect
from jiacan.offers.contracts.benefits import (
    BundlePriceBenefit,
    DiscountBenefit,
    Kind,
    PriceBenefit,
    ShippingBenefit,
    UnitsForBenefit,
    UnitsOffBenefit,
)
from jiacan.offers.contracts.conditions import Scope
from jiacan.offers.core.basket import Basket
from jiacan.offers.core.units import Chosen, groups_above, last_of_each, sets_above
from jiacan.orders.contracts import Order

NO_PRICES = Prices((), 0)
"""The prices of an order that no price effect asks about."""


def list_prices(order: Order, currency: str) -> Prices:
    """What each line and the shipping cost before any reduction."""
    return Prices(tuple(line.spend_minor(currency) for line in order.lines), order.shipping_minor)


def effect_of(benefit: PriceBenefit, basket: Basket, base: Scope, times: int) -> Effect:
    """What the benefit takes off this basket by itself.

    Args:
        benefit: what is given.
        basket: the order, at list prices.
        base: the goods that count where the benefit names none.
        times: how many times over the offer is met; only an amount off is multiplied.
    """
    match benefit:
        case DiscountBenefit(off_minor, percent, at_most_minor, scope):
            bases = basket.bases(scope or base)
            if off_minor is not None:
                return GoodsEffect(_capped(off_minor * times, sum(bases)), bases)
            assert percent is not None, "a discount is an amount or a percentage"
            return GoodsEffect(_capped(divide_half_up(sum(bases) * percent, 100), at_most_minor), bases)
        case UnitsOffBenefit(every, units, percent, at_most_times, at_most_minor, scope):
            runs = basket.runs(scope or base)
            chosen = last_of_each(runs, every=every, units=units, at_most_times=at_most_times)
            minor = divide_half_up(chosen.minor * percent, 100)
        case UnitsForBenefit(units, price_minor, at_most_times, at_most_minor, scope):
            runs = basket.runs(scope or base)
            chosen = groups_above(runs, units=units, price_minor=price_minor, at_most_times=at_most_times)
            minor = chosen.minor - chosen.groups * price_minor
        case BundlePriceBenefit(parts, price_minor, at_most_times, at_most_minor):
            runs = basket.runs(Scope(skus=frozenset().union(*(part.skus for part in parts))))
            chosen = sets_above(runs, parts, price_minor=price_minor, at_most_times=at_most_times)
            minor = chosen.minor - chosen.groups * price_minor
        case ShippingBenefit():
            return ShippingEffect(_off_shipping(benefit, basket.order.shipping_minor))
    return GoodsEffect(_capped(minor, at_most_minor), _bases(chosen, basket))


def _bases(chosen: Chosen, basket: Basket) -> tuple[int, ...]:
    return tuple(chosen.by_line.get(line, 0) for line in range(len(basket.order.lines)))


def _off_shipping(benefit: ShippingBenefit, shipping_minor: int) -> int:
    if benefit.off_minor is not None:
        return min(benefit.off_minor, shipping_minor)
    assert benefit.pay_minor is not None, "shipping is reduced by an amount or to one"
    return _capped(max(0, shipping_minor - benefit.pay_minor), benefit.at_most_minor)


def _capped(minor: int, at_most_minor: int | None) -> int:
    return minor if at_most_minor is None else min(minor, at_most_minor)


# --- together ---------------------------------------------------------------------------------------------


def reduction(effects: Iterable[Effect], left: Prices) -> Prices:
    """What the effects, one after the other, take of what is left of each line and of the shipping."""
    after = left
    for effect in effects:
        after = after.minus(_taken(effect, after))
    return left.minus(after)


def _taken(effect: Effect, left: Prices) -> Prices:
    nothing = tuple(0 for _ in left.lines)
    match effect:
        case ShippingEffect(minor):
            return Prices(nothing, min(minor, left.shipping))
        case GoodsEffect(minor, bases):
            still = [min(base, price) for base, price in zip(bases, left.lines, strict=True)]
            whole = min(minor, sum(still))
            return Prices(allocate(whole, still) if whole else nothing, 0)


@dataclass(frozen=True, slots=True)
class Fitted:
    """What is really given when other offers have taken their part, and what that takes off the prices."""

    items: tuple[Item, ...]
    taken: Prices | None


def fit(gets: Gets, left: Prices) -> Fitted:
    """What of the benefits can be given where so much of the prices is left; only discounts can shrink."""
    if not gets.effects:
        return Fitted(gets.items, None)
    taken = reduction(gets.effects, left)
    return Fitted(to_amounts(gets.items, taken), taken)


def to_amounts(items: Iterable[Item], taken: Prices) -> tuple[Item, ...]:
    """The items with their discounts brought to what is taken; one that takes nothing vanishes."""
    fitted = (_to_amount(item, taken) if item.kind is Kind.DISCOUNT else item for item in items)
    return tuple(item for item in fitted if item.quantity > 0)


def _to_amount(item: Item, taken: Prices) -> Item:
    minor = taken.shipping if item.id == SHIPPING else taken.goods
    return replace(item, quantity=1 if minor > 0 else 0, amount_minor=minor)
