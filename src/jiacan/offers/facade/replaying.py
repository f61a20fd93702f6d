"""Replaying a history against a plan: matched as tables, settled over arrays, with nothing stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

import pyarrow as pa

from jiacan.kernel.stages import Stage, observe
from jiacan.offers.contracts.matching import PricesNotInTables
from jiacan.offers.contracts.rehearsing import NOTHING_TOLD, Told
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.contracts.settled import Means
from jiacan.offers.contracts.sums import Replayed
from jiacan.offers.core.arrays.adding import Adder
from jiacan.offers.core.arrays.chunks import settle_chunk
from jiacan.offers.core.arrays.layout import Layout, layout_of, opening_state
from jiacan.offers.core.arrays.values import Whole
from jiacan.offers.core.rehearse import rehearse
from jiacan.offers.core.set_aside import full_of, set_aside_by
from jiacan.offers.core.slots import bears_on_prices, price_offers
from jiacan.offers.core.summing import sum_up
from jiacan.offers.readers import prepared
from jiacan.offers.readers.award_rows import award_table, to_table
from jiacan.offers.readers.histories import MatchedHistory, match_history, matched_before
from jiacan.offers.readers.occasions import add_told, told_occasions
from jiacan.offers.readers.standings import tiers_by_order
from jiacan.orders import facade as orders
from jiacan.orders.contracts import Buyer, Order, Refund

CHUNK_ORDERS = 500_000
"""Orders matched and settled at once: enough to be fast, few enough that what they take stays small."""

OnShare = Callable[[float], object]
OnRows = Callable[[pa.Table], object]


def replay(
    history: orders.History,
    rules: PlanRules,
    *,
    told: Told = NOTHING_TOLD,
    on_share: OnShare,
    on_rows: OnRows | None = None,
) -> Replayed:
    """What the plan would have given the history's orders and taken back for their refunds, and for birthdays.

    Args:
        history: orders and refunds, as they were read.
        rules: the plan.
        told: what is known of customers beside.
        on_share: told the share that is done.
        on_rows: given the rows of the awards file, some at a time and in order.
    """
    add_told(history.duckdb, rules, told)
    if rules.window is None or bears_on_prices(rules):
        return _replay_one_by_one(history, rules, told, on_rows)
    layout = layout_of(rules)
    matched = match_history(history.duckdb, layout, rules.window)
    return _settle(layout, matched, on_share, on_rows)


@dataclass(frozen=True, slots=True)
class ReplayedFolder:
    """Prepared orders replayed: how many they and their lines were, and what they came to."""

    orders: int
    lines: int
    replayed: Replayed


def replay_matched(
    folder: Path,
    matched: Path,
    rules: PlanRules,
    *,
    plan_sha256: str,
    on_share: OnShare,
    on_rows: OnRows | None = None,
) -> ReplayedFolder:
    """`replay` for prepared orders that were matched before, on this machine or on a cluster.

    Args:
        folder: the prepared orders.
        matched: where `match_folder` wrote their pairs.
        rules: the plan.
        plan_sha256: which text of the plan this is.
        on_share: told the share that is done.
        on_rows: given the rows of the awards file, some at a time and in order.

    Raises:
        PricesNotInTables: the plan has offers on prices.
        FileUnreadable, ColumnsMissing: the orders or their pairs cannot be read.
        MatchOfOtherPlan: the pairs are of another text.
    """
    if rules.window is None or bears_on_prices(rules):
        raise PricesNotInTables(price_offers(rules))
    pairs = prepared.read_pairs(matched, plan_sha256=plan_sha256)
    found = prepared.look_into(folder, rules)
    layout = layout_of(rules)
    with prepared.connected(found) as duck:
        ready = matched_before(duck, layout, rules.window, pairs=pairs.files)
        return ReplayedFolder(found.orders, found.lines, _settle(layout, ready, on_share, on_rows))


def _settle(layout: Layout, matched: MatchedHistory, on_share: OnShare, on_rows: OnRows | None) -> Replayed:
    state = opening_state(layout, customers=matched.customers, days=matched.days, orders=matched.orders)
    _set_aside(layout, state.accounts["left"])
    adder = Adder(layout)
    for chunk in matched.chunks(CHUNK_ORDERS, with_names=on_rows is not None):
        began = perf_counter()
        state, found = settle_chunk(layout, chunk.events, chunk.pairs, state, until_us=chunk.until_us)
        adder.add(chunk.events, chunk.pairs, state, found)
        if on_rows is not None:
            on_rows(award_table(layout, chunk.events, chunk.pairs, chunk.names, state, found))
        observe(Stage.SETTLE, perf_counter() - began, len(chunk.events.events))
        on_share(chunk.share)
    left = state.accounts["left"].tolist()
    return Replayed(
        sums=adder.sums(),
        stock_left=dict(zip(layout.stock, left[: len(layout.stock)], strict=True)),
        budget_left_minor=dict(zip(layout.budget, left[len(layout.stock) :], strict=True)),
    )


def _set_aside(layout: Layout, left: Whole) -> None:
    """Take what is set aside for prizes, which nobody draws in a rehearsal, out of what is left."""
    places = {(Means.STOCK, item): place for place, item in enumerate(layout.stock)}
    places |= {(Means.BUDGET, line): place for place, line in enumerate(layout.budget, len(layout.stock))}
    for of, amount in set_aside_by(layout.rules, full_of(layout.rules)).items():
        left[places[of]] -= amount


def _replay_one_by_one(history: orders.History, rules: PlanRules, told: Told, on_rows: OnRows | None) -> Replayed:
    """For plans that bear on prices, which only the goods of each order tell, and those that no order meets."""
    refunds: dict[str, list[Refund]] = {}
    for refund in history.refunds(rules.window) if rules.window else ():
        refunds.setdefault(refund.order_id, []).append(refund)
    found = rehearse(_orders(history, rules, told), refunds, rules, told_occasions(history.duckdb, rules.offers))
    if on_rows is not None:
        on_rows(to_table(found.rows))
    return Replayed(
        sums=sum_up(found.awards, found.claw_backs),
        stock_left=found.stock_left,
        budget_left_minor=found.budget_left_minor,
    )


def _orders(history: orders.History, rules: PlanRules, told: Told) -> Iterator[Order]:
    """The orders that the plan may give something, with what it asks of their customers."""
    tiers = {} if rules.ladder is None else tiers_by_order(history.duckdb)
    for order in history.orders(rules.window) if rules.window else ():
        month = told.birth_months.get(order.customer_id or "")
        yield replace(order, buyer=Buyer(tiers.get(order.order_id, ""), month))
