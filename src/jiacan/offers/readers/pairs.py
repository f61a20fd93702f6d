"""From tables of pairs to the arrays that settle walks."""

from __future__ import annotations

import duckdb
import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from jiacan.kernel.ids import first_at_or_above
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.core.arrays.clock import Clock
from jiacan.offers.core.arrays.joining import gather
from jiacan.offers.core.arrays.layout import Layout
from jiacan.offers.core.arrays.ties import Texts
from jiacan.offers.core.arrays.values import EVENT, PAIR, SLOT, Events, Pairs, Whole, empty_records
from jiacan.offers.core.slots import slots_of
from jiacan.offers.measures.figures import order_figures
from jiacan.offers.measures.match import pairs_of

LINE_SCHEMA = {"no": "int64", "sku": "string", "category": "string", "quantity": "int64", "spend_minor": "int64"}
WHOLE_LINE_SCHEMA = {
    **LINE_SCHEMA,
    "position": "int64",
    "unit_price_micros": "int64",
    "discount_micros": "int64",
}
_TYPES = {"int64": "BIGINT", "boolean": "BOOLEAN"}
RETURNED_SCHEMA = {"event": "int64", "no": "int64", "sku": "string", "quantity": "int64"}


def pair_columns(rules: PlanRules) -> list[str]:
    """The columns of a table of pairs that say what is given, in their order."""
    slots, instead = slots_of(rules)
    of_slots = [f"{name}_{slot}" for name in ("item", "quantity", "amount") for slot in range(slots)]
    of_instead = [f"else_{name}_{slot}" for name in ("item", "quantity", "amount") for slot in range(instead)]
    return ["offer", "rung", *of_slots, *of_instead]


class Matcher:
    """Matches orders that stand in DuckDB against a plan.

    What orders come to is kept in between: as one query, it would be reckoned anew for many an offer. What the plan
    asks of it, which is long where offers are many, is made ready once.
    """

    def __init__(
        self, duck: duckdb.DuckDBPyConnection, rules: PlanRules, **tables: tuple[ir.Table, ir.Table]
    ) -> None:
        """For each name, the tables of the orders that are matched by it, and of their lines."""
        figures = {name: order_figures(orders, lines, rules) for name, (orders, lines) in tables.items()}
        (schema,) = {each.schema() for each in figures.values()}
        columns = ", ".join(f"{name} {_TYPES[str(of)]}" for name, of in schema.items())
        pairs = ibis.to_sql(pairs_of(ibis.table(schema, name="figures"), rules), dialect="duckdb")
        self._duck = duck
        self._fill = {
            name: f"TRUNCATE figures; INSERT INTO figures {ibis.to_sql(each, dialect='duckdb')}"
            for name, each in figures.items()
        }
        duck.execute(f"CREATE TABLE figures ({columns})")
        duck.execute(f"PREPARE pairs_of_figures AS {pairs}")

    def pairs(self, name: str) -> pa.Table:
        """The pairs of the orders that stand in the tables of this name."""
        self._duck.execute(self._fill[name])
        pairs: pa.Table = self._duck.sql("EXECUTE pairs_of_figures").to_arrow_table()
        return pairs


def to_make(name: str, table: ir.Table) -> str:
    """What DuckDB is told to make a table."""
    return f"CREATE OR REPLACE TABLE {name} AS {ibis.to_sql(table, dialect='duckdb')};"


def to_texts(table: pa.Table, name: str) -> Texts:
    """A column of text as bytes."""
    column = pa.concat_arrays(table[name].cast(pa.large_string()).chunks or [pa.array([], pa.large_string())])
    _, starts, data = column.buffers()
    places = np.frombuffer(starts, np.int64)[column.offset : column.offset + len(column) + 1]
    return Texts(places, np.frombuffer(data or b"", np.uint8))


def to_events(table: pa.Table, ends: Whole, layout: Layout, clock: Clock, first_day: int) -> Events:
    """Events with their pairs.

    Args:
        table: `at, customer, order, is_refund, held_out` of each event, in order.
        ends: where the pairs of each event end.
        layout: the plan.
        clock: its zone's, over all events and what they give.
        first_day: the local day that days are counted from.
    """
    events = np.empty(table.num_rows, EVENT)
    for name in ("at", "customer", "order", "is_refund", "held_out"):
        events[name] = numbers(table, name)
    events["day"] = clock.day(events["at"]) - first_day
    events["first_pair"][1:], events["first_pair"][:1], events["end_pair"] = ends[:-1], 0, ends
    rows = [clock.days_later(events["at"], days) for days in layout.expiry_days]
    return Events(events, np.stack(rows) if rows else np.empty((0, len(events)), np.int64))


def to_pairs(found: pa.Table, rows: Whole, rules: PlanRules) -> Pairs:
    """These rows, in this order, of a table that has `pair_columns`."""
    slots, instead = slots_of(rules)
    pairs = np.empty(len(rows), PAIR)
    for name in ("offer", "rung"):
        gather(pairs[name], numbers(found, name), rows)
    return Pairs(pairs, _slots(found, rows, "", slots), _slots(found, rows, "else_", instead))


def _slots(found: pa.Table, rows: Whole, prefix: str, slots: int) -> Whole:
    """The items of each pair; one empty slot where there is none."""
    items = np.empty((len(rows), slots), SLOT) if slots else empty_records((len(rows), 1), SLOT, "item")
    for slot in range(slots):
        for name in ("item", "quantity", "amount"):
            gather(items[name][:, slot], numbers(found, f"{prefix}{name}_{slot}"), rows)
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
