"""Which order a line belongs to, known by its place in the file where the lines of an order stand together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from duckdb.func import PythonUDFType
from duckdb.sqltypes import BIGINT

NO_ORDER = -1
_FIRST_LINES = """
SELECT (no & ((1::BIGINT << 40) - 1))::INTEGER AS first_line, lines FROM order_facts
WHERE is_together AND file_no = {file_no}
"""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the orders of a file stand that stand together: `first_line` of its order for each line, or NO_ORDER."""

    file_no: int
    first_line: npt.NDArray[np.int32]

    def find(self, lines: pa.Array) -> pa.Array:
        """The `no` of each line's order."""
        first = self.first_line[lines.to_numpy()].astype(np.int64)
        return pa.array(np.where(first == NO_ORDER, NO_ORDER, (self.file_no << 40) | first))

    def others(self) -> pa.Table:
        """The lines of no order that stands together."""
        return pa.table({"line": np.flatnonzero(self.first_line == NO_ORDER)})


def find_places(duck: duckdb.DuckDBPyConnection, file_no: int, last_line: int) -> Places:
    """The places of the file's orders in `order_facts`."""
    orders = duck.sql(_FIRST_LINES.format(file_no=file_no)).to_arrow_table()
    return Places(file_no, first_lines(orders["first_line"].to_numpy(), orders["lines"].to_numpy(), last_line))


@contextmanager
def order_of_line(duck: duckdb.DuckDBPyConnection, places: Places) -> Iterator[str]:
    """The name of a function in DuckDB that is `places.find`, for as long as it is needed."""
    name = f"order_of_line_{places.file_no}"
    # Said to have side effects, so that it is asked once for each line.
    duck.create_function(name, places.find, [BIGINT], BIGINT, type=PythonUDFType.ARROW, side_effects=True)
    try:
        yield name
    finally:
        duck.remove_function(name)


def first_lines(
    firsts: npt.NDArray[np.int32], counts: npt.NDArray[np.int32], last_line: int
) -> npt.NDArray[np.int32]:
    """For each line from 0 to the last, the first line of its order; NO_ORDER where it is of none.

    >>> first_lines(np.array([5, 2], np.int32), np.array([1, 2], np.int32), 6).tolist()
    [-1, -1, 2, 2, -1, 5, -1]
    """
    ends = firsts + counts
    found = np.zeros(last_line + 2, np.int32)
    found[ends] = ends
    found[firsts] = firsts
    np.maximum.accumulate(found, out=found)
    is_order = np.zeros(last_line + 2, np.bool_)
    is_order[firsts] = True
    found[~is_order[found]] = NO_ORDER
    return found[:-1]
