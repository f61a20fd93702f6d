"""From tables of pairs to the arrays that settle walks."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from jiacan.kernel.ids import first_at_or_above
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.core.arrays.clock import Clock
from jiacan.offers.core.arrays.layout import Layout
from jiacan.offers.core.arrays.ties import Texts
from jiacan.offers.core.arrays.values import EVENT, PAIR, SLOT, Events, Pairs, Whole, empty_records
from jiacan.offers.core.slots import slots_of
from jiacan.offers.measures.figures import order_figures
from jiacan.offers.measures.match import pairs_of

ORDER_SCHEMA = {
    "no": "int64",
    "customer_id": "string",
    "paid_us": "int64",
    "number": "int64",
    "channel": "string",
    "region": "string",
}
LINE_SCHEMA = {"no": "int64", "sku": "string", "category": "string", "quantity": "int64", "spend_minor": "int64"}
WHOLE_LINE_SCHEMA = {
    **LINE_SCHEMA,
    "position": "int64",
    "unit_price_micros": "int64",
    "discount_micros": "int64",
}
RETURNED_SCHEMA = {"event": "int64", "no": "int64", "sku": "string", "quantity": "int64"}


def pair_columns(rules: PlanRules) -> list[str]:
    """The columns of a table of pairs that say what is given, in their order."""
    slots, instead = slots_of(rules)
    of_slots = [f"{name}_{slot}" for name in ("item", "quantity", "amount") for slot in range(slots)]
    of_instead = [f"else_{name}_{slot}" for name in ("item", "quantity", "amount") for slot in range(instead)]
    return ["offer", "rung", *of_slots, *of_instead]


def to_match(rules: PlanRules, **tables: tuple[ir.Table, ir.Table]) -> dict[str, str]:
    """What DuckDB is told to match orders and their lines: for each name, how a table of pairs so called is made.

    What orders come to is kept in between: as one query, it would be reckoned anew for many an offer.
    """
    figures = {name: order_figures(orders, lines, rules) for name, (orders, lines) in tables.items()}
    (schema,) = {each.schema() for each in figures.values()}
    pairs = to_make("{name}", pairs_of(ibis.table(schema, name="figures"), rules))
    return {name: to_make("figures", each) + pairs.replace("{name}", name, 1) for name, each in figures.items()}


def to_make(name: str, table: ir.Table) -> str:
    """What DuckDB is told to make a table."""
    return f"CREATE OR REPLACE TABLE {name} AS {ibis.to_sql(table, dialect='duckdb')};"


def to_texts(table: pa.Table, name: str) -> Texts:
    """A column of text as bytes."""
    column = pa.concat_arrays(table[name].cast(pa.large_string()).chunks or [pa.array([], pa.large_string())])
    _, starts, data = column.buffers()
    places = np.frombuffer(starts, np.int64)[column.offset : column.offset + len(column) + 1]
    return Texts(places, np.frombuffer(data or b"", np.uint8))


def to_events(table: pa.Table, found: pa.Table, layout: Layout, clock: Clock, first_day: int) -> Events:
    """Events with their pairs.

    Args:
        table: `at, customer, order, is_refund, held_out` of each event, in order.
        found: the pairs in order, each with its `event`'s place in the table.
        layout: the plan.
        clock: its zone's, over all events and what they give.
        first_day: the local day that days are counted from.
    """
    ends = np.cumsum(np.bincount(numbers(found, "event"), minlength=table.num_rows))
    events = np.empty(table.num_rows, EVENT)
    for name in ("at", "customer", "order", "is_refund", "held_out"):
        events[name] = numbers(table, name)
    events["day"] = clock.day(events["at"]) - first_day
    events["first_pair"][1:], events["first_pair"][:1], events["end_pair"] = ends[:-1], 0, ends
    rows = [clock.days_later(events["at"], days) for days in layout.expiry_days]
    return Events(events, np.stack(rows) if rows else np.empty((0, len(events)), np.int64))


def to_pairs(found: pa.Table, rules: PlanRules) -> Pairs:
    """The pairs of a table that has `pair_columns`."""
    slots, instead = slots_of(rules)
    pairs = np.empty(found.num_rows, PAIR)
    pairs["offer"], pairs["rung"] = numbers(found, "offer"), numbers(found, "rung")
    return Pairs(pairs, _slots(found, "", slots), _slots(found, "else_", instead))


def _slots(found: pa.Table, prefix: str, slots: int) -> Whole:
    """The items of each pair; one empty slot where there is none."""
    items = empty_records((found.num_rows, max(1, slots)), SLOT, "item")
    for slot in range(slots):
        for name in ("item", "quantity", "amount"):
            items[name][:, slot] = numbers(found, f"{prefix}{name}_{slot}")
    return items


def held_out(rules: PlanRules) -> str:
    """Whether a customer belongs to the hold-out, in SQL: their hash, as text, is below the share as text."""
    if rules.holdout_share <= 0:
        return "false"
    plan_id = rules.plan_id.replace("'", "''")
    return f"sha256('{plan_id}:' || customer_id)[:16] < '{first_at_or_above(rules.holdout_share)}'"


def numbers(table: pa.Table, name: str) -> Whole:
    """A column as an array."""
    return table[name].to_numpy()
