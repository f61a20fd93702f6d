"""Customers stand on the tiers that offers give them, from the transaction that gives or takes one back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from jiacan.members.core.tiers import gift_of
from jiacan.members.facade.tiers import reckon_each
from jiacan.members.store import tiers as store
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.contracts.tiers import TierGiven, TierMoved, TierTaken


def note(shop_id: int, rules: PlanRules, moved: Sequence[TierMoved]) -> None:
    """Keep what was given and taken back, and let its customers take their steps up to that moment.

    Not up to now: of orders that come from files, what later ones give is told later.

    Args:
        shop_id: whose customers.
        rules: the plan, for its zone and ladder.
        moved: in the order of time.
    """
    given = [each for each in moved if isinstance(each, TierGiven)]
    store.add_gifts(shop_id, rules.plan_id, ((each.customer_id, gift_of(each, rules.zone)) for each in given))
    for each in moved:
        if isinstance(each, TierTaken):
            store.take_back(shop_id, rules.plan_id, each)
    if rules.membership is not None:
        until: dict[str, datetime] = {each.customer_id: each.at for each in moved}
        reckon_each(shop_id, rules.membership, until)
