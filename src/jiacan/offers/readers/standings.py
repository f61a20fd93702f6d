"""On which tier each customer of a history stood before each of their orders, as a table in DuckDB."""

from __future__ import annotations

import duckdb
import ibis
import numpy as np
import pyarrow as pa

from jiacan.offers.contracts.tiers import Ladder
from jiacan.offers.core.arrays.standing import PaidOrders, places_before
from jiacan.offers.readers.pairs import RETURNED_SCHEMA, WHOLE_LINE_SCHEMA, numbers, to_make
from jiacan.orders import facade as orders

# An occasion that asks for a tier stands among its customer's orders as one of nothing.
_PAID = """
CREATE TEMPORARY TABLE paid_before AS
SELECT row_number() OVER (ORDER BY customer_no, paid_us, order_id) - 1 AS place, no, customer_no, paid_us, spend_minor
FROM (
    SELECT no, order_id, customer_no, epoch_us(paid_at) AS paid_us, spend_minor FROM orders
    WHERE customer_no IS NOT NULL AND paid_at IS NOT NULL
    UNION ALL SELECT no, occasion_id, customer_no, at_us, 0 FROM occasions WHERE asks_tier
)
"""

_BACK = """
CREATE TEMPORARY TABLE back_before AS
SELECT row_number() OVER () AS event, no, refund_id, place, greatest(epoch_us(refunded_at), paid_us) AS at_us
FROM (SELECT DISTINCT no, refund_id, refunded_at FROM refunds) JOIN paid_before USING (no);
CREATE TEMPORARY TABLE back_so_far AS
SELECT event, back.no, sku, sum(quantity)::BIGINT AS quantity
FROM back_before AS back JOIN paid_before USING (no) JOIN refunds ON refunds.no = back.no
    AND (greatest(epoch_us(refunds.refunded_at), paid_us), refunds.refund_id) <= (at_us, back.refund_id)
GROUP BY event, back.no, sku
"""

_KEPT = """
SELECT place, at_us, coalesce(kept, 0)::BIGINT AS kept_minor
FROM back_before LEFT JOIN (SELECT event, sum(spend_minor) AS kept FROM kept_before GROUP BY event) USING (event)
ORDER BY place, at_us, refund_id
"""

_STANDINGS = """
CREATE TABLE standings AS SELECT no, tier FROM paid_before JOIN places_before USING (place) JOIN tiers USING (number)
"""


def add_standings(duck: duckdb.DuckDBPyConnection, ladder: Ladder) -> None:
    """Make the table `standings (no, tier)` of the orders that customers paid while they stood on a tier.

    The connection has `orders`, `lines` and `refunds` as `orders` reads them, and `occasions`; those that ask for a
    tier are told as orders are.
    """
    duck.execute(_PAID)
    duck.execute(_BACK)
    lines, so_far = ibis.table(WHOLE_LINE_SCHEMA, name="lines"), ibis.table(RETURNED_SCHEMA, name="back_so_far")
    duck.execute(to_make("kept_before", orders.kept_lines(lines, so_far, ladder.currency)))
    paid, back = duck.sql("FROM paid_before ORDER BY place").to_arrow_table(), duck.sql(_KEPT).to_arrow_table()
    places = places_before(
        ladder,
        PaidOrders(
            customer=numbers(paid, "customer_no"),
            paid_us=numbers(paid, "paid_us"),
            spend_minor=numbers(paid, "spend_minor"),
            back_of=numbers(back, "place"),
            back_us=numbers(back, "at_us"),
            kept_minor=numbers(back, "kept_minor"),
        ),
    )
    ids = [tier.id for tier in ladder.tiers]
    duck.register("places_before", pa.table({"place": np.arange(len(places)), "number": places}))
    duck.register("tiers", pa.table({"number": np.arange(1, len(ids) + 1), "tier": ids}))
    duck.execute(_STANDINGS)
    for name in ("places_before", "tiers"):
        duck.unregister(name)
    duck.execute("DROP TABLE paid_before; DROP TABLE back_before; DROP TABLE back_so_far; DROP TABLE kept_before")


def tiers_by_order(duck: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The tiers of `standings` by the ids of their orders."""
    return dict(duck.execute("SELECT order_id, tier FROM standings JOIN orders USING (no)").fetchall())
