"""Replaying a history against a plan: matched as tables, settled over arrays, with nothing stored."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import pyarrow as pa

from jiacan.kernel.periods import Period
from jiacan.kernel.stages import Stage, observe
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.contracts.sums import Replayed
from jiacan.offers.core.arrays.adding import Adder
from jiacan.offers.core.arrays.chunks import settle_chunk
from jiacan.offers.core.arrays.layout import layout_of, opening_state
from jiacan.offers.core.rehearse import rehearse
from jiacan.offers.core.slots import bears_on_prices
from jiacan.offers.core.summing import sum_up
from jiacan.offers.readers.award_rows import award_table, to_table
from jiacan.offers.readers.histories import MatchedHistory
from jiacan.orders import facade as orders
from jiacan.orders.contracts import Refund

CHUNK_EVENTS = 500_000
"""Events settled at once: enough to be fast, few enough that their arrays stay small beside the tables."""

OnShare = Callable[[float], object]
OnRows = Callable[[pa.Table], object]


def replay(
    history: orders.History, rules: PlanRules, *, on_share: OnShare, on_rows: OnRows | None = None
) -> Replayed:
    """What the plan would have given the history's orders and taken back for their refunds.

    Args:
        history: orders and refunds, as they were read.
        rules: the plan.
        on_share: told the share that is done.
        on_rows: given the rows of the awards file, some at a time and in order.
    """
    if rules.window is None or bears_on_prices(rules):
        return _replay_one_by_one(history, rules, on_rows)
    return _replay_tables(history, rules, rules.window, on_share, on_rows)


def _replay_tables(
    history: orders.History, rules: PlanRules, window: Period, on_share: OnShare, on_rows: OnRows | None
) -> Replayed:
    layout = layout_of(rules)
    began = perf_counter()
    matched = MatchedHistory(history.duckdb, layout, window)
    observe(Stage.MATCH, perf_counter() - began, matched.events)
    state = opening_state(layout, customers=matched.customers, days=matched.days, orders=matched.orders)
    adder = Adder(layout)
    done = 0
    for chunk in matched.chunks(CHUNK_EVENTS):
        began = perf_counter()
        done += len(chunk.events.events)
        until_us = matched.until_us if done == matched.events else int(chunk.events.events["at"][-1])
        state, found = settle_chunk(layout, chunk.events, chunk.pairs, state, until_us=until_us)
        adder.add(chunk.events, chunk.pairs, state, found)
        if on_rows is not None:
            on_rows(award_table(layout, chunk.events, chunk.pairs, chunk.names, state, found))
        observe(Stage.SETTLE, perf_counter() - began, len(chunk.events.events))
        on_share(done / matched.events)
    left = state.accounts["left"].tolist()
    return Replayed(
        sums=adder.sums(),
        stock_left=dict(zip(layout.stock, left[: len(layout.stock)], strict=True)),
        budget_left_minor=dict(zip(layout.budget, left[len(layout.stock) :], strict=True)),
    )


def _replay_one_by_one(history: orders.History, rules: PlanRules, on_rows: OnRows | None) -> Replayed:
    """For plans that bear on prices, which only the goods of each order tell."""
    refunds: dict[str, list[Refund]] = {}
    for refund in history.refunds(rules.window) if rules.window else ():
        refunds.setdefault(refund.order_id, []).append(refund)
    found = rehearse(history.orders(rules.window) if rules.window else (), refunds, rules)
    if on_rows is not None:
        on_rows(to_table(found.rows))
    return Replayed(
        sums=sum_up(found.awards, found.claw_backs),
        stock_left=found.stock_left,
        budget_left_minor=found.budget_left_minor,
    )
