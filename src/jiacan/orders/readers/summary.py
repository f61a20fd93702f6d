"""Adds up what the files held."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from jiacan.kernel.messages import Message, tell
from jiacan.orders.contracts import ReadSummary, SetAside
from jiacan.orders.readers.sources import Source

_TOTALS = """
SELECT
    (SELECT coalesce(sum(lines), 0) FROM order_facts WHERE is_plain) + (SELECT count(*) FROM parsed)
        + (SELECT count(*) FROM parsed_refunds),
    (SELECT count(*) FROM orders),
    (SELECT coalesce(sum(lines), 0) FROM orders),
    (SELECT count(*) FROM orders WHERE paid_at IS NULL),
    (SELECT count(*) FROM (SELECT DISTINCT refund_id, order_id, refunded_at FROM refunds)),
    (SELECT coalesce(sum(rows), 0) FROM verdicts WHERE kind = 'cancellation' AND verdict = 'kept')
        + (SELECT coalesce(sum(rows), 0) FROM refund_verdicts WHERE verdict = 'kept'),
    (SELECT coalesce(sum(rows), 0) FROM verdicts WHERE verdict = 'repeated')
        + (SELECT coalesce(sum(rows), 0) FROM refund_verdicts WHERE verdict = 'repeated'),
    (SELECT count(*) FROM bad_rows)
"""

_SET_ASIDE = """
SELECT kind, count(*) FROM parsed WHERE kind NOT IN ('order', 'cancellation') AND fault IS NULL GROUP BY kind
"""

_DOUBTS = """
SELECT
    (SELECT count(*) FROM refunds WHERE no IS NULL),
    (SELECT count(*) FROM (
        SELECT no, sku, sum(quantity) AS returned FROM refunds WHERE no IS NOT NULL GROUP BY ALL) AS back
        LEFT JOIN (SELECT no, sku, sum(quantity) AS bought FROM lines SEMI JOIN refunds USING (no)
            GROUP BY ALL) AS line USING (no, sku)
        WHERE returned > coalesce(bought, 0)),
    (SELECT count(*) FROM cancelled)
"""


def summarise(
    duck: duckdb.DuckDBPyConnection, sources: Sequence[Source], *, cancellations_unmatched: int
) -> ReadSummary:
    """The totals of a history; every row read is counted in exactly one of them."""
    row = duck.execute(_TOTALS).fetchone()
    assert row is not None, "totals are one row"
    rows, orders, order_rows, unpaid_orders, refunds, refund_rows, repeated_rows, bad_rows = map(int, row)
    return ReadSummary(
        rows=rows,
        orders=orders,
        order_rows=order_rows,
        unpaid_orders=unpaid_orders,
        refunds=refunds,
        refund_rows=refund_rows,
        repeated_rows=repeated_rows,
        bad_rows=bad_rows,
        set_aside=_set_aside(duck),
        unknown_columns=tuple(dict.fromkeys(name for source in sources for name in source.columns.unknown)),
        notes=_notes(duck, cancellations_unmatched),
    )


def _set_aside(duck: duckdb.DuckDBPyConnection) -> tuple[SetAside, ...]:
    counted = dict(duck.execute(_SET_ASIDE).fetchall())
    words = {
        "shipping": tell("shipping"),
        "not goods": tell("not goods"),
        "no price or quantity": tell("no price or quantity"),
    }
    return tuple(SetAside(word, counted[kind]) for kind, word in words.items() if kind in counted)


def _notes(duck: duckdb.DuckDBPyConnection, cancellations_unmatched: int) -> tuple[Message, ...]:
    row = duck.execute(_DOUBTS).fetchone()
    assert row is not None, "counts are one row"
    homeless, excessive, cancellations = map(int, row)
    notes = []
    if cancellations:
        notes.append(
            tell(
                "{unmatched} of {rows} cancellation rows found no earlier purchase for some or all of their units.",
                unmatched=cancellations_unmatched,
                rows=cancellations,
            )
        )
    if homeless:
        notes.append(
            tell(
                "{rows} refund rows name orders that are not in these files; they wait for their orders.",
                rows=homeless,
            )
        )
    if excessive:
        notes.append(
            tell(
                "Of {products} products more units came back than their order had; the surplus takes nothing back.",
                products=excessive,
            )
        )
    return tuple(notes)
