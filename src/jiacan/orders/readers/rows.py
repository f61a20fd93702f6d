"""Files that hold no orders: their named columns as text, and bad rows handed back as those of orders are."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb

from jiacan.kernel.messages import Message, Phrasebook
from jiacan.orders.contracts import BadRow
from jiacan.orders.core.cells import LONGEST_ID, SCIENTIFIC, explain_cell
from jiacan.orders.readers.bad_rows import SHAPES, write_bad_rows
from jiacan.orders.readers.columns import find_named_columns
from jiacan.orders.readers.sources import Source, load_file

_FETCH_ROWS = 10_000
_WHOLE_AS_DECIMAL = re.compile(r"\d+\.0", re.ASCII)


@dataclass(frozen=True, slots=True)
class NamedRow:
    """A row of a file that holds no orders: its stripped texts by name of column, and all its cells as they came."""

    line: int
    values: Mapping[str, str]
    cells: tuple[str, ...]


class NamedRows:
    """The rows of a file, and those that were handed back so far."""

    def __init__(self, source: Source, rows: tuple[NamedRow, ...], bad: list[BadRow]) -> None:
        self.rows = rows
        self._source = source
        self._bad = bad

    @property
    def count(self) -> int:
        """How many rows the file has, good and bad."""
        good = {row.line for row in self.rows}
        return len(good | {row.line for row in self._bad})

    @property
    def name(self) -> str:
        """What people call the file."""
        return self._source.name

    @property
    def bad_rows(self) -> tuple[BadRow, ...]:
        """Every row that was handed back, by line."""
        return tuple(sorted(self._bad, key=lambda row: row.line))

    def hand_back(self, row: NamedRow, field: str, reason: Message) -> None:
        """Count the row among the bad ones."""
        self._bad.append(BadRow(self.name, row.line, self._source.columns.own_name(field), reason, row.cells))

    def write_bad_rows(self, path: Path, phrasebook: Phrasebook) -> int:
        """Write a CSV file of the bad rows, to correct and read again; counts them.

        Raises:
            FileUnwritable: the path cannot be written to.
        """
        return write_bad_rows(path, ((self._source, row) for row in self.bad_rows), [self._source], phrasebook)


def read_rows(path: Path, names: Sequence[str], *, customer: str) -> NamedRows:
    """The rows of a file that has all these columns, whatever kind of file it is.

    Args:
        path: CSV, Parquet, XLSX or XLS.
        names: of the columns; others are left aside.
        customer: the one of them that holds customers' numbers, which are read as those of orders are.

    Raises:
        FileUnreadable: no row of it can be read.
        ColumnsMissing: one of the columns is not there.
        ColumnRepeated: one of them is there twice.
    """
    with tempfile.TemporaryDirectory(prefix="jiacan-read-") as folder, _connect(folder) as duck:
        source = load_file(duck, 1, path, partial(find_named_columns, names=names))
        found = NamedRows(source, (), [])
        found.rows = tuple(_good_rows(duck, source, found, customer))
        return found


def _connect(folder: str) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(
        config={"autoinstall_known_extensions": False, "autoload_known_extensions": False, "temp_directory": folder}
    )


def _good_rows(
    duck: duckdb.DuckDBPyConnection, source: Source, found: NamedRows, customer: str
) -> Iterator[NamedRow]:
    index = source.columns.index
    asked = duck.execute(f"SELECT * FROM {source.table} ORDER BY line")  # noqa: S608 - our own name
    while block := asked.fetchmany(_FETCH_ROWS):
        for line, fault, *texts, overflow in block:
            cells = tuple("" if text is None else str(text) for text in texts)
            values = {name: cells[place] for name, place in index.items()}
            values[customer] = _plain_number(values[customer])
            row = NamedRow(int(line), values, cells if overflow is None else (*cells, str(overflow)))
            if not any(cells):
                continue
            if fault:
                found.hand_back(row, "", SHAPES[fault])
            elif _is_bad(values[customer]):
                own_name = source.columns.own_name(customer)
                found.hand_back(row, customer, explain_cell("customer_id", values, name=own_name))
            else:
                yield row


def _plain_number(text: str) -> str:
    """A customer's number without what a spreadsheet adds to it."""
    return text.removesuffix(".0") if _WHOLE_AS_DECIMAL.fullmatch(text) else text


def _is_bad(text: str) -> bool:
    return not text or len(text) > LONGEST_ID or "\x00" in text or re.fullmatch(SCIENTIFIC, text) is not None
