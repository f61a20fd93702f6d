"""Finds the purchases that cancellations without an order number take back."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import duckdb

from jiacan.orders.core.cancellations import Cancellation, Purchase, Taken, match_cancellations

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FETCH_ROWS = 10_000

_CANCELLED = """
CREATE TABLE cancelled AS
SELECT parsed.customer_id, sku, parsed.paid_at AS cancelled_at, parsed.order_id AS refund_id, line, quantity
FROM parsed JOIN verdicts USING (kind, order_id, file_no) WHERE kind = 'cancellation' AND verdict = 'kept'
"""

# Both sides in the order of customer and product, so that one pass over the two finds each pair's rows.
_ROWS = """
SELECT customer_id, sku, false AS bought, epoch_us(cancelled_at), refund_id, line, quantity
FROM cancelled WHERE customer_id IS NOT NULL
UNION ALL
SELECT customer_id, sku, true, epoch_us(paid_at), order_id, position, quantity
FROM lines JOIN orders USING (no) SEMI JOIN cancelled USING (customer_id, sku) WHERE paid_at IS NOT NULL
ORDER BY customer_id, sku, bought
"""


def take_cancellations(duck: duckdb.DuckDBPyConnection) -> int:
    """Make the table `taken` of what cancellations take back; counts those unmatched in whole or part."""
    duck.execute(_CANCELLED)
    duck.execute(
        "CREATE TABLE taken (refund_id VARCHAR, order_id VARCHAR, refunded_at TIMESTAMPTZ, sku VARCHAR, "
        "quantity BIGINT, line BIGINT)"
    )
    found = list(_matches(duck))
    duck.execute(
        "INSERT INTO taken SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), make_timestamptz(unnest(?::BIGINT[])), "
        "unnest(?::VARCHAR[]), unnest(?::BIGINT[]), unnest(?::BIGINT[])",
        [
            [taken.cancellation.refund_id for _, taken in found],
            [taken.order_id for _, taken in found],
            [(taken.cancellation.cancelled_at - _EPOCH) // timedelta(microseconds=1) for _, taken in found],
            [sku for sku, _ in found],
            [taken.quantity for _, taken in found],
            [taken.cancellation.position for _, taken in found],
        ],
    )
    row = duck.execute("""
    SELECT (SELECT count(*) FROM cancelled) - (SELECT count(*) FROM (
        SELECT refund_id, line FROM cancelled JOIN taken USING (refund_id, line) GROUP BY refund_id, line
        HAVING sum(taken.quantity) = any_value(cancelled.quantity)))
    """).fetchone()
    assert row is not None, "a count is a row"
    return int(row[0])


def _matches(duck: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, Taken]]:
    rows = duck.cursor().execute(_ROWS)
    blocks = iter(lambda: rows.fetchmany(_FETCH_ROWS), [])
    for (_, sku), group in itertools.groupby(itertools.chain.from_iterable(blocks), key=lambda row: row[:2]):
        cancellations, purchases = [], []
        for _, _, bought, at_us, document, position, quantity in group:
            at = _EPOCH + timedelta(microseconds=at_us)
            if bought:
                purchases.append(Purchase(at, document, position, quantity))
            else:
                cancellations.append(Cancellation(at, document, position, quantity))
        for taken in match_cancellations(cancellations, purchases):
            yield sku, taken
