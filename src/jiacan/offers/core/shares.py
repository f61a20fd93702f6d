"""On which lines of an order its discounts fell."""

from __future__ import annotations

from collections.abc import Iterable

from jiacan.kernel.messages import Message, tell
from jiacan.kernel.money import Money
from jiacan.offers.contracts.awards import Award, Item, Outcome, Prices
from jiacan.offers.contracts.benefits import Kind
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.core.match import match_order
from jiacan.offers.core.pricing import fit, list_prices
from jiacan.offers.core.stacking import in_turn
from jiacan.orders.contracts import Order

GIVEN = (Outcome.GRANTED, Outcome.OTHERWISE)


def price_shares(order: Order, awards: Iterable[Award], rules: PlanRules) -> dict[str, Prices]:
    """What each given award takes off each line and the shipping, by offer, in the turn in which they were tried.

    An award that does not come out any more (its order was its customer's first, and an earlier one came since) is
    left out.
    """
    given = {award.offer_id: award for award in awards if award.outcome in GIVEN}
    if not any(_discounts(award.items) for award in given.values()):
        return {}
    left, shares = list_prices(order, rules.currency), {}
    for match in in_turn(match_order(order, rules), rules):
        award = given.get(match.offer_id)
        if award is None:
            continue
        fitted = fit(match.instead if award.outcome is Outcome.OTHERWISE else match.gets, left)
        if fitted.taken is not None and _discounts(fitted.items) == _discounts(award.items):
            left = left.minus(fitted.taken)
            shares[match.offer_id] = fitted.taken
    return shares


def _discounts(items: Iterable[Item]) -> dict[str, int]:
    return {item.id: item.amount_minor for item in items if item.kind is Kind.DISCOUNT}


def shares_in_words(order: Order, awards: Iterable[Award], rules: PlanRules) -> dict[str, tuple[Message, ...]]:
    """Each offer's discount line by line, where the order has several lines; what fell on none is not named."""
    if len(order.lines) < 2:
        return {}
    return {
        offer_id: tuple(
            tell("{goods} {amount}", goods=line.title or line.sku, amount=Money(minor, rules.currency))
            for line, minor in zip(order.lines, taken.lines, strict=True)
            if minor
        )
        for offer_id, taken in price_shares(order, awards, rules).items()
    }
