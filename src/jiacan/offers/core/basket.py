"""An order as conditions look at it: its spend and units by scope, and the local time it was paid."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from jiacan.kernel.messages import Name
from jiacan.offers.contracts.conditions import Scope
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.core.units import Run, dearest_first, split
from jiacan.orders.contracts import Order, OrderLine

EVERYTHING = Scope()


class Basket:
    """One order under one plan; each scope's spend and units are added up once."""

    __slots__ = ("_lines", "_spend", "_units", "local", "order", "tiers")

    def __init__(self, order: Order, rules: PlanRules) -> None:
        self.order = order
        self.local: datetime = order.paid_at.astimezone(rules.zone)
        self.tiers: Mapping[str, Name] = rules.tiers
        self._lines = [(line, line.spend_minor(rules.currency)) for line in order.lines]
        self._spend: dict[Scope, int] = {}
        self._units: dict[str, int] | None = None

    def spend_minor(self, scope: Scope) -> int:
        """Spend of the lines in the scope, in minor units."""
        spend = self._spend.get(scope)
        if spend is None:
            spend = sum(minor for line, minor in self._lines if _covers(scope, line))
            self._spend[scope] = spend
        return spend

    def units(self, scope: Scope) -> int:
        """Units of the lines in the scope."""
        return sum(line.quantity for line, _ in self._lines if _covers(scope, line))

    def bases(self, scope: Scope) -> tuple[int, ...]:
        """Spend of each line of the order in minor units, 0 for those outside the scope."""
        return tuple(minor if _covers(scope, line) else 0 for line, minor in self._lines)

    def runs(self, scope: Scope) -> tuple[Run, ...]:
        """The units of the lines in the scope, from the dearest down."""
        return dearest_first(
            run
            for place, (line, minor) in enumerate(self._lines)
            if _covers(scope, line)
            for run in split(place, line.sku, quantity=line.quantity, minor=minor)
        )

    def units_of_any(self, skus: frozenset[str]) -> int:
        """Units of these SKUs together."""
        if self._units is None:
            self._units = {}
            for line, _ in self._lines:
                self._units[line.sku] = self._units.get(line.sku, 0) + line.quantity
        units = self._units
        return sum(units.get(sku, 0) for sku in skus)


def _covers(scope: Scope, line: OrderLine) -> bool:
    if line.sku in scope.except_skus or line.category in scope.except_categories:
        return False
    if not scope.skus and not scope.categories:
        return True
    return line.sku in scope.skus or line.category in scope.categories
