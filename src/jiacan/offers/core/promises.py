"""What an offer promises, in words, before an order has earned it."""

from __future__ import annotations

from collections.abc import Iterable

from jiacan.kernel.messages import Message, tell
from jiacan.kernel.money import Money
from jiacan.offers.contracts.benefits import (
    Benefit,
    BundlePriceBenefit,
    DiscountBenefit,
    PriceBenefit,
    ShippingBenefit,
    UnitsForBenefit,
    UnitsOffBenefit,
)
from jiacan.offers.contracts.conditions import Scope
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.core.basket import Basket
from jiacan.offers.core.benefits import come_to, describe_items


def describe_promise(
    benefits: Iterable[Benefit], basket: Basket, base: Scope, rules: PlanRules
) -> tuple[Message, ...]:
    """What the benefits would bring: price effects in general, everything else as it comes to for this basket."""
    given = tuple(benefits)
    items = come_to([([one for one in given if not isinstance(one, PriceBenefit)], 1)], basket, base, rules).items
    effects = (_describe(one, rules.currency) for one in given if isinstance(one, PriceBenefit))
    return (*describe_items(items, rules), *effects)


def _describe(benefit: PriceBenefit, currency: str) -> Message:
    words = _in_words(benefit, currency)
    if benefit.at_most_minor is None:
        return words
    return tell("{benefit} ({most} at the most)", benefit=words, most=Money(benefit.at_most_minor, currency))


def _in_words(benefit: PriceBenefit, currency: str) -> Message:
    match benefit:
        case DiscountBenefit(off_minor=int(off_minor)):
            return tell("{amount} off", amount=Money(off_minor, currency))
        case DiscountBenefit(percent=percent):
            return tell("{percent}% off", percent=percent)
        case UnitsOffBenefit(every, units, 100):
            return tell("the cheapest {units} of every {every} pieces free", units=units, every=every)
        case UnitsOffBenefit(every, units, percent):
            return tell(
                "{percent}% off the cheapest {units} of every {every} pieces",
                percent=percent,
                units=units,
                every=every,
            )
        case UnitsForBenefit(units, price_minor):
            return tell("{units} pieces for {amount}", units=units, amount=Money(price_minor, currency))
        case BundlePriceBenefit(_, price_minor):
            return tell("the set for {amount}", amount=Money(price_minor, currency))
        case ShippingBenefit(pay_minor=0):
            return tell("free shipping")
        case ShippingBenefit(off_minor=int(off_minor)):
            return tell("{amount} off the shipping", amount=Money(off_minor, currency))
        case ShippingBenefit(pay_minor=int(pay_minor)):
            return tell("shipping for {amount}", amount=Money(pay_minor, currency))
        case _:  # pragma: no cover - a shipping benefit has one of the two
            raise AssertionError(benefit)
