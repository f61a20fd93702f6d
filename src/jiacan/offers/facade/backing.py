"""The money behind points follows them: spent when they are, free when they are lost, held again when they come back.

It lies in accounts of a plan, where only whoever holds the plan's lock works. So whoever uses points writes down what
they used, and lets the money follow at once where nobody settles the plan; otherwise whoever does lets it follow
before they look at what is left. Nobody who spends points waits for a plan.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from uuid import uuid4

from django.db import transaction

from jiacan.ledger import facade as ledger
from jiacan.ledger.contracts import AccountKey, Group
from jiacan.offers.contracts.awards import Item
from jiacan.offers.contracts.benefits import Kind
from jiacan.offers.contracts.points import PointsInLots, PointsUsed
from jiacan.offers.core.backing import entries_between, following
from jiacan.offers.core.granting import award_key, hold_keys
from jiacan.offers.facade.books import carry_out
from jiacan.offers.store import awards
from jiacan.offers.store import backing as store
from jiacan.offers.store.backing import Ref, Stake, Used
from jiacan.tenancy import facade as tenancy

AT_ONCE = 1_000
"""Uses of points whose money follows in one turn: whoever settles a plan meanwhile should not wait long."""

_SOME_POINTS = Item(Kind.POINTS, "", 1, 1)


def use(shop_id: int, used: Sequence[PointsUsed]) -> None:
    """Let the money follow points that were spent, lost or came back; of plans that are at work, later.

    It takes locks of plans that are free until the caller's transaction ends, so it is the last that this one does.
    """
    if not used:
        return
    for plan_id in sorted(store.add_used(shop_id, used)):
        if store.try_lock_plan(shop_id, plan_id):
            follow(shop_id, plan_id)


def use_while_settling(shop_id: int, plan_id: str, used: Sequence[PointsUsed]) -> None:
    """The same for whoever settles that plan: the money of its awards follows now, that of others' later."""
    if not used:
        return
    store.add_used(shop_id, used)
    follow(shop_id, plan_id, order_ids={each.order_id for each in used if each.plan_id == plan_id})


def follow(shop_id: int, plan_id: str, *, order_ids: Collection[str] | None = None) -> int:
    """Let the money follow what was used of the plan, whose lock is held; says how many awards this was about.

    A thousand uses at the most, or all that were made of those orders.
    """
    limit = AT_ONCE if order_ids is None else None
    used = store.take_used(shop_id, plan_id, limit=limit, order_ids=order_ids)
    if not used:
        return 0
    stakes = store.load_stakes(shop_id, plan_id, used)
    first_keys = {ref: _first_key(plan_id, ref) for ref in stakes}
    accounts = ledger.accounts_of(shop_id, first_keys.values())
    groups: list[Group] = []
    after: dict[Ref, Stake] = {}
    for ref, stake in stakes.items():
        if first_keys[ref] in accounts:
            after[ref], group = _follow(plan_id, ref, stake, used[ref], accounts[first_keys[ref]])
            groups += [group] * bool(group.entries)
    carry_out(shop_id, groups, (), {account for each in accounts.values() for account in each})
    store.save(shop_id, plan_id, after)
    return len(used)


def _first_key(plan_id: str, ref: Ref) -> str:
    """Under which the money of an award was held when it was given: that says where it is from and goes."""
    (key,) = hold_keys(award_key(plan_id, *ref), _SOME_POINTS)
    return key


def _follow(
    plan_id: str, ref: Ref, stake: Stake, used: Used, accounts: tuple[AccountKey, AccountKey]
) -> tuple[Stake, Group]:
    budget, spent = accounts
    before = stake.backing
    after = following(replace(before, spent=before.spent + used.spent, lost=before.lost + used.lost))
    name = f"{award_key(plan_id, *ref)}/{Kind.POINTS}:/used/{uuid4()}"
    entries, keys = entries_between(before, after, stake.hold_keys, name=name, budget=budget, spent=spent, at=used.at)
    return Stake(after, keys), Group(tuple(entries))


def follow_everywhere() -> int:
    """Let the money follow all that was used at every shop while its plan was at work; says how many awards."""
    return sum(tenancy.at_each_shop(follow_all))


def follow_all(shop_id: int) -> int:
    """The same at one shop, a thousand uses to a transaction."""
    done = 0
    for plan_id in store.plans_with_used(shop_id):
        while True:
            with transaction.atomic():
                awards.lock_plan(shop_id, plan_id)
                now = follow(shop_id, plan_id)
            done += now
            if not now:
                break
    return done


def points_in_lots(shop_id: int) -> tuple[PointsInLots, ...]:
    """How many points of each award lie in lots, and how many were lost, as the money behind them has it."""
    waiting: Mapping[tuple[str, Ref], Used] = store.sums_of_used(shop_id)
    return tuple(_in_lots(plan_id, ref, stake, waiting) for plan_id, ref, stake in store.all_stakes(shop_id))


def _in_lots(plan_id: str, ref: Ref, stake: Stake, waiting: Mapping[tuple[str, Ref], Used]) -> PointsInLots:
    backing, later = stake.backing, waiting.get((plan_id, ref))
    spent = backing.spent + (0 if later is None else later.spent)
    lost = backing.lost + (0 if later is None else later.lost)
    return PointsInLots(plan_id, *ref, left=backing.points - spent - lost, lost=lost)
