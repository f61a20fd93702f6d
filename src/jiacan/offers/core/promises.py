"""What an offer would bring an order that has not earned it yet, in words."""

from __future__ import annotations

from collections.abc import Iterable

from jiacan.kernel.messages import Message
from jiacan.offers.contracts.benefits import Benefit, PriceBenefit
from jiacan.offers.contracts.conditions import Scope
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.core.basket import Basket
from jiacan.offers.core.benefits import come_to, describe_items
from jiacan.offers.core.words import benefit_words


def describe_promise(
    benefits: Iterable[Benefit], basket: Basket, base: Scope, rules: PlanRules
) -> tuple[Message, ...]:
    """What the benefits would bring: price effects in general, everything else as it comes to for this basket."""
    given = tuple(benefits)
    items = come_to([([one for one in given if not isinstance(one, PriceBenefit)], 1)], basket, base, rules).items
    effects = (one for one in given if isinstance(one, PriceBenefit))
    return (*describe_items(items, rules), *benefit_words(effects, rules))
