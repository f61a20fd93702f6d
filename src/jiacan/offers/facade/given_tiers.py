"""Telling whoever keeps where customers stand which tiers offers gave and took back, in the transaction that did it.

Whatever gives tiers goes through here, as what gives points goes through `facade.points`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.contracts.tiers import TierMoved

Keeper = Callable[[int, PlanRules, Sequence[TierMoved]], None]


@cache
def _keeper() -> Keeper:
    """Who is told of every change: the shop, the plan, and what moved in the order of time."""
    keeper: Keeper = import_string(settings.TIERS_KEEPER)
    return keeper


def pass_on(shop_id: int, rules: PlanRules, moved: Iterable[TierMoved]) -> None:
    """Tell the keeper, in the order of time; `rules` are the version in force, for its ladder."""
    found = sorted(moved, key=lambda each: (each.at, each.order_id, each.offer_id, each.tier))
    if found:
        _keeper()(shop_id, rules, found)
