"""A history: the orders and refunds of some files, read, checked and merged."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType

import duckdb

from jiacan.kernel.messages import Phrasebook
from jiacan.kernel.periods import Period
from jiacan.orders.contracts import BadRow, Order, OrderLine, ReadSummary, Refund, RefundLine
from jiacan.orders.readers.bad_rows import read_bad_rows, write_bad_rows
from jiacan.orders.readers.sources import Source

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FETCH_ROWS = 10_000

_ORDER_LINES = """
SELECT orders.order_id, customer_id, epoch_us(paid_at), number, channel, region, shipping_minor,
    sku, quantity, unit_price_micros, discount_micros, category, title
FROM orders JOIN lines USING (no)
WHERE paid_at >= make_timestamptz(?) AND paid_at < make_timestamptz(?)
ORDER BY paid_at, orders.order_id, position
"""

_REFUND_LINES = """
SELECT refund_id, orders.order_id, epoch_us(refunded_at), sku, refunds.quantity, amount_minor
FROM refunds JOIN orders USING (no)
WHERE paid_at >= make_timestamptz(?) AND paid_at < make_timestamptz(?)
ORDER BY refunded_at, refund_id, orders.order_id, sku
"""


class History:
    """Orders and refunds ready to be asked for; a context manager that lets go of them.

    `duckdb` holds the tables `orders`, `lines` and `refunds` for measures; times in them are TIMESTAMPTZ. `no` is the
    order's key in all three (null in a refund whose order is not there), `customer_no` the customer's (null for
    guests); they are good in this history only.
    """

    def __init__(
        self, duck: duckdb.DuckDBPyConnection, *, folder: Path, sources: Mapping[int, Source], summary: ReadSummary
    ) -> None:
        self.duckdb = duck
        self.summary = summary
        self.folder = folder
        self._sources = sources

    def __enter__(self) -> History:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.duckdb.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def bad_rows(self) -> Iterator[BadRow]:
        """Every row that was not taken, by file and line."""
        return (row for _, row in read_bad_rows(self.duckdb, self._sources))

    def write_bad_rows(self, path: Path, phrasebook: Phrasebook) -> int:
        """Write the rows that were not taken to a CSV file, with reasons; counts them.

        Raises:
            FileUnwritable: the path cannot be written to.
        """
        return write_bad_rows(path, read_bad_rows(self.duckdb, self._sources), self._sources.values(), phrasebook)

    def hand_back_recorded(self, order_ids: Sequence[str]) -> None:
        """Add to the bad rows those of orders that the database holds with other goods."""
        self.duckdb.execute(
            "INSERT INTO bad_rows SELECT file_no, position, 'order_id', 'recorded', NULL, NULL FROM lines "
            "JOIN (FROM orders SEMI JOIN (SELECT unnest(?::VARCHAR[]) AS order_id) USING (order_id)) USING (no)",
            [list(order_ids)],
        )

    def orders(self, period: Period) -> Iterator[Order]:
        """The orders paid in the period, by `(paid_at, order_id)`; numbers count the whole history."""
        for head, rows in itertools.groupby(self._rows(_ORDER_LINES, period), key=lambda row: row[:7]):
            order_id, customer_id, paid_us, number, channel, region, shipping_minor = head
            lines = tuple(
                OrderLine(row[7], row[8], row[9], row[10], category=row[11] or "", title=row[12] or "")
                for row in rows
            )
            paid_at = _EPOCH + timedelta(microseconds=paid_us)
            yield Order(order_id, customer_id, paid_at, lines, number, channel or "", region or "", shipping_minor)

    def refunds(self, period: Period) -> tuple[Refund, ...]:
        """The refunds, whenever made, of orders paid in the period, by `(refunded_at, refund_id, order_id)`."""
        return tuple(
            Refund(
                refund_id,
                order_id,
                _EPOCH + timedelta(microseconds=at_us),
                tuple(RefundLine(*row[3:]) for row in rows),
            )
            for (refund_id, order_id, at_us), rows in itertools.groupby(
                self._rows(_REFUND_LINES, period), key=lambda row: row[:3]
            )
        )

    def _rows(self, query: str, period: Period) -> Iterator[tuple]:
        bounds = [(at - _EPOCH) // timedelta(microseconds=1) for at in (period.starts_at, period.ends_at)]
        result = self.duckdb.cursor().execute(query, bounds)
        return itertools.chain.from_iterable(iter(lambda: result.fetchmany(_FETCH_ROWS), []))
