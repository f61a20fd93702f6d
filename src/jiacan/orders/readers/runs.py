"""Rows of a file in their order, cut where they begin to say something else of an order.

The rows of one order stand together in nearly every export, so that one look at the row before finds an order's rows
where grouping would have to gather them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jiacan.kernel.ahead import one_ahead

ROWS_AT_ONCE = 1 << 20

Rows = npt.NDArray[np.int64]


def parts_of(duck: duckdb.DuckDBPyConnection, query: str, *, first_line: int, last_line: int) -> Iterator[pa.Table]:
    """The query's rows in the order of their lines, many at once; the next are asked for while these are worked on.

    Args:
        duck: its order of insertion is kept.
        query: gives `line`, and takes nothing else into one row.
        first_line: of the file.
        last_line: of the file.
    """
    of_part = f"FROM ({query}) WHERE line >= {{}} AND line < {{}}"
    starts = range(first_line, last_line + 1, ROWS_AT_ONCE)
    with duck.cursor() as other:
        asked = (other.sql(of_part.format(start, start + ROWS_AT_ONCE)).to_arrow_table() for start in starts)
        yield from one_ahead(rows.combine_chunks() for rows in asked)


def starts_of(rows: pa.Table, columns: Sequence[str]) -> Rows:
    """Where a row stands that differs in one of the columns from the row before.

    >>> starts_of(pa.table({"order_id": ["a", "a", "b", None, None]}), ["order_id"]).tolist()
    [0, 2, 3]
    """
    same = np.ones(max(rows.num_rows - 1, 0), np.bool_)
    for name in columns:
        same &= _as_before(rows[name].combine_chunks())
    return np.concatenate([np.zeros(min(rows.num_rows, 1), np.int64), np.flatnonzero(~same) + 1])


def _as_before(column: pa.Array) -> npt.NDArray[np.bool_]:
    """Whether each cell but the first is what the one before it is; two that are missing are the same."""
    if not len(column):
        return np.zeros(0, np.bool_)
    here, before = column.slice(1), column.slice(0, len(column) - 1)
    equal = pc.equal(here, before)
    if column.null_count:
        equal = pc.or_(pc.fill_null(equal, False), pc.and_(here.is_null(), before.is_null()))
    found: npt.NDArray[np.bool_] = equal.to_numpy(zero_copy_only=False)
    return found


def lengths_of(starts: Rows, rows: int) -> Rows:
    """How many rows each run has."""
    return np.diff(starts, append=rows)
