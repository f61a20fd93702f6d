"""What a plan's offers ask of orders, each once: so that one look at an order's lines answers all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from jiacan.kernel.periods import Period
from jiacan.offers.contracts.benefits import PointsBenefit
from jiacan.offers.contracts.conditions import (
    BetweenHours,
    Bundle,
    BundlePart,
    Condition,
    CustomerIsNew,
    FromChannels,
    FromRegions,
    InBirthdayMonth,
    OnMonthDays,
    OnTiers,
    OnWeekdays,
    OrderNumberIs,
    QuantityAtLeast,
    Scope,
    SpendAtLeast,
    SpendEvery,
)
from jiacan.offers.contracts.rules import Offer, PlanRules
from jiacan.offers.core.match import base_of
from jiacan.offers.core.slots import offers_for_orders

Circumstance = (
    Period
    | OnWeekdays
    | OnMonthDays
    | BetweenHours
    | FromChannels
    | FromRegions
    | CustomerIsNew
    | OrderNumberIs
    | OnTiers
    | InBirthdayMonth
)
"""What is asked of an order rather than of its goods; a period is when it was paid."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The scopes whose spend and whose units some offer asks for, and everything else that it asks of an order."""

    spends: tuple[Scope, ...]
    units: tuple[Scope, ...]
    circumstances: tuple[Circumstance, ...]


def asked_of(rules: PlanRules) -> Asked:
    """What the plan's offers ask of orders paid in its window, each once, by its first place in the plan."""
    spends: dict[Scope, None] = {}
    units: dict[Scope, None] = {}
    circumstances: dict[Circumstance, None] = {}
    for offer in offers_for_orders(rules):
        if offer.during != rules.window:
            circumstances[offer.during] = None
        spends.update((base_of(offer, rung), None) for rung in offer.rungs)
        for condition in _conditions(offer):
            match condition:
                case SpendAtLeast() | SpendEvery():
                    spends[condition.scope] = None
                case QuantityAtLeast():
                    units[condition.scope] = None
                case Bundle():
                    units.update((Scope(skus=skus), None) for skus in units_to_fill(condition) if skus)
                case _:
                    circumstances[condition] = None
        circumstances.update((OnTiers(frozenset({tier})), None) for tier in _tiers_that_multiply(offer))
    return Asked(tuple(spends), tuple(units), tuple(circumstances))


def _tiers_that_multiply(offer: Offer) -> Iterator[str]:
    """The tiers on which some points of the offer are more or fewer."""
    for benefit in (*offer.otherwise, *(benefit for rung in offer.rungs for benefit in rung.benefits)):
        if isinstance(benefit, PointsBenefit):
            yield from (tier for tier, _ in benefit.by_tier)


def units_to_fill(bundle: Bundle) -> dict[frozenset[str], int]:
    """How many units of any of the SKUs, for each set of them, the order must have so that the bundle holds.

    Source: P. Hall (1935), as in `conditions.holds_bundle`; parts that share no SKU need not be looked at together.

    >>> parts = BundlePart(frozenset("ab"), 1), BundlePart(frozenset("b"), 2), BundlePart(frozenset("c"), 1)
    >>> [("".join(sorted(skus)), units) for skus, units in units_to_fill(Bundle(parts)).items()]
    [('ab', 3), ('b', 2), ('c', 1)]
    """
    found: dict[frozenset[str], int] = {}
    for parts in _sharing(bundle.parts):
        for size in range(1, len(parts) + 1):
            for chosen in combinations(parts, size):
                accepted = frozenset[str]().union(*(part.skus for part in chosen))
                found[accepted] = max(found.get(accepted, 0), sum(part.quantity for part in chosen))
    return found


def _sharing(parts: tuple[BundlePart, ...]) -> list[list[BundlePart]]:
    """The parts in groups: two that accept one SKU are in one group."""
    groups: list[list[BundlePart]] = []
    for part in parts:
        touched = [group for group in groups if any(part.skus & other.skus for other in group)]
        groups = [group for group in groups if group not in touched]
        groups.append([*(other for group in touched for other in group), part])
    return groups


def _conditions(offer: Offer) -> Iterator[Condition]:
    yield from offer.conditions
    yield from (condition for rung in offer.rungs for condition in rung.conditions)
