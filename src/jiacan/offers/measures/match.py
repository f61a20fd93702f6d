"""Match for whole tables: which offers do orders meet, and with what base? `offers.core.match` is the rule.

docs/algorithms/match.md tells how its conditions become columns. `orders` and `lines` are as in `measures.figures`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir

from jiacan.offers.contracts.benefits import Benefit
from jiacan.offers.contracts.conditions import Bundle, Condition, QuantityAtLeast, Scope, SpendAtLeast, SpendEvery
from jiacan.offers.contracts.rules import Ladder, Offer, PlanRules, Trigger
from jiacan.offers.core.asked import asked_of, units_to_fill
from jiacan.offers.core.match import base_of
from jiacan.offers.core.slots import bears_on_prices, slots_of
from jiacan.offers.measures.figures import Figures, order_figures
from jiacan.offers.measures.items import Step, fill_slots, whole_steps
from jiacan.offers.measures.partly import Number, Truth, both, choose, either, negated, product, to_value


def matched_pairs(orders: ir.Table, lines: ir.Table, rules: PlanRules) -> ir.Table:
    """Each order with each offer that it meets, and what it would be given; one look at the lines answers all offers.

    Returns:
        `no` and `offer` (its place in `rules.offers`), `rung`, `spend_minor`, then for each slot `item_0` (its place
        in `items_of(rules)`; -1 where empty), `quantity_0`, `amount_0` …, and the same of `otherwise` as
        `else_item_0` …; `slots_of(rules)` says how many there are. The rows stand in no order.
    """
    return pairs_of(order_figures(orders, lines, rules), rules)


def pairs_of(figures: ir.Table, rules: PlanRules) -> ir.Table:
    """`matched_pairs` from a table of `order_figures`, for engines that would else reckon it once for each offer."""
    assert not bears_on_prices(rules), "price effects are not reckoned in tables"
    known = Figures(figures, asked_of(rules))
    pairs = [pair for place, offer in _offers(rules) for pair in _pairs_of_offer(place, offer, known, rules)]
    return _all_of(pairs) if pairs else _none(figures, rules)


def orders_meeting(orders: ir.Table, lines: ir.Table, rules: PlanRules) -> ir.Table:
    """`(no)`: the orders that reach a rung of some offer. No other meets any, whatever the benefits."""
    known = Figures(order_figures(orders, lines, rules), asked_of(rules))
    reached = either(both(*branch.asks) for _, offer in _offers(rules) for branch in _branches(offer, known, rules))
    return known.table.filter(reached).select("no")


@dataclass(frozen=True, slots=True)
class _Branch:
    """One way of meeting an offer: what it asks, the rung it counts as, and the steps that are then given."""

    asks: tuple[Truth, ...]
    rung: Number
    spend_minor: Number
    steps: tuple[Step, ...]


def _offers(rules: PlanRules) -> Iterator[tuple[int, Offer]]:
    return ((place, offer) for place, offer in enumerate(rules.offers) if offer.trigger is Trigger.ORDER_PAID)


def _pairs_of_offer(place: int, offer: Offer, known: Figures, rules: PlanRules) -> Iterator[ir.Table]:
    slots, else_slots = slots_of(rules)
    for branch in _branches(offer, known, rules):
        gets = fill_slots(branch.steps, slots, "", branch.spend_minor, rules)
        otherwise = _step(True, offer.otherwise, 1, known)
        instead = fill_slots([otherwise], else_slots, "else_", branch.spend_minor, rules)
        met = both(*branch.asks, gets.filled)
        if met is False:
            continue
        yield known.table.filter(met).select(
            "no",
            offer=to_value(place).cast("int16"),
            rung=to_value(branch.rung).cast("int16"),
            spend_minor=to_value(branch.spend_minor),
            **gets.columns,
            **instead.columns,
        )


def _branches(offer: Offer, known: Figures, rules: PlanRules) -> Iterator[_Branch]:
    """A ladder that gives its best rung has a branch for each; one that gives all has one, of many steps."""
    always = [] if offer.during == rules.window else [known.holds(offer.during)]
    always += [_meets(condition, known) for condition in offer.conditions]
    times = _times(offer.conditions, known)
    reached = [both(*(_meets(condition, known) for condition in rung.conditions)) for rung in offer.rungs]
    steps = [
        _step(met, rung.benefits, product(times, _times(rung.conditions, known)), known)
        for rung, met in zip(offer.rungs, reached, strict=True)
    ]
    if offer.ladder is Ladder.ALL:
        rung = _of_last(reached, [rung.number for rung in offer.rungs])
        yield _Branch((*always, either(reached)), rung, _spend_of_last(offer, reached, known), tuple(steps))
        return
    for place, rung in enumerate(offer.rungs):
        no_higher = [negated(higher) for higher in reached[place + 1 :]]
        step = replace(steps[place], reached=True)
        base = known.spend_minor(base_of(offer, rung))
        yield _Branch((*always, reached[place], *no_higher), rung.number, base, (step,))


def _step(reached: Truth, benefits: tuple[Benefit, ...], times: Number, known: Figures) -> Step:
    return Step(reached, benefits, times, tuple(known.factor(benefit) for benefit in benefits))


def _spend_of_last(offer: Offer, reached: Sequence[Truth], known: Figures) -> Number:
    scopes = [base_of(offer, rung) for rung in offer.rungs]
    if len(set(scopes)) == 1:
        return known.spend_minor(scopes[0])
    return _of_last(reached, [known.spend_minor(scope) for scope in scopes])


def _of_last(reached: Sequence[Truth], values: Sequence[Number]) -> Number:
    """The value of the last rung that is reached; one of them is."""
    found = values[0]
    for truth, value in zip(reached[1:], values[1:], strict=True):
        found = choose(truth, value, found)
    return found


def _meets(condition: Condition, known: Figures) -> Truth:
    match condition:
        case SpendAtLeast(minor, scope):
            return known.spend_minor(scope) >= minor
        case SpendEvery(minor, _, scope):
            return known.spend_minor(scope) >= minor
        case QuantityAtLeast(units, scope):
            return known.units(scope) >= units
        case Bundle():
            asked = units_to_fill(condition).items()
            return both(*(known.units(Scope(skus=skus)) >= units if skus else units <= 0 for skus, units in asked))
        case _:
            return known.holds(condition)


def _times(conditions: Sequence[Condition], known: Figures) -> Number:
    """How many times over an order that meets the conditions meets them."""
    times: Number = 1
    for condition in conditions:
        if isinstance(condition, SpendEvery):
            whole = whole_steps(known.spend_minor(condition.scope), condition.minor)
            most = condition.at_most_times
            times = product(times, whole if most is None else ibis.least(whole, to_value(most)) if most else 0)
    return times


def _all_of(tables: Sequence[ir.Table]) -> ir.Table:
    """The tables one under the other, in twos, so that many do not stand ever deeper in each other."""
    if len(tables) == 1:
        return tables[0]
    half = len(tables) // 2
    return ibis.union(_all_of(tables[:half]), _all_of(tables[half:]))


def _none(figures: ir.Table, rules: PlanRules) -> ir.Table:
    slots, else_slots = slots_of(rules)
    nothing = {
        **fill_slots((), slots, "", 0, rules).columns,
        **fill_slots((), else_slots, "else_", 0, rules).columns,
    }
    return figures.filter(ibis.literal(False)).select(
        "no",
        offer=to_value(0).cast("int16"),
        rung=to_value(0).cast("int16"),
        spend_minor=to_value(0),
        **nothing,
    )
