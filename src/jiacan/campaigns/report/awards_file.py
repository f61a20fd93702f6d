"""The awards file: one row per benefit, as CSV, Parquet or XLSX by the file's ending."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import fields
from pathlib import Path
from types import TracebackType
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc
import xlsxwriter
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from jiacan.kernel.errors import FileUnwritable, JiacanError
from jiacan.kernel.messages import Message, tell
from jiacan.offers.contracts.awards import AwardRow

COLUMNS = tuple(field.name for field in fields(AwardRow))
_ROWS_AT_ONCE = 50_000
_WHOLE = frozenset({"rung", "quantity", "amount_minor"})
_SCHEMA = pa.schema([(name, pa.int64() if name in _WHOLE else pa.string()) for name in COLUMNS])


class AwardsFileKindUnknown(JiacanError):
    """The file's ending names no format that awards are written in."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path

    def message(self) -> Message:
        return tell("Awards are written as .csv, .parquet or .xlsx; {path} is none of them.", path=self.path)


def check_awards_path(path: Path) -> None:
    """Refuse a path that awards could not be written to, before any work is done.

    Raises:
        AwardsFileKindUnknown: the ending is not .csv, .parquet or .xlsx.
        FileUnwritable: its folder is not there.
    """
    if path.suffix.lower() not in _WRITERS:
        raise AwardsFileKindUnknown(str(path))
    if not path.parent.is_dir():
        raise FileUnwritable(path=str(path), reason=tell("the folder {folder} is not there", folder=str(path.parent)))


class AwardsFile:
    """An awards file that is being written, some rows at a time; it is there whole, or not at all."""

    def __init__(self, path: Path) -> None:
        check_awards_path(path)
        self._path = path
        self._partial = path.with_name(f".{path.name}.partial")
        self._writer = _WRITERS[path.suffix.lower()](self._partial)
        self.rows = 0

    def __enter__(self) -> AwardsFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._writer.close()
        if kind is None:
            self._partial.replace(self._path)
        else:
            self._partial.unlink(missing_ok=True)

    def write(self, rows: pa.Table) -> None:
        """Add rows, which have the columns of `AwardRow`."""
        self._writer.write(rows)
        self.rows += rows.num_rows


def opened(path: Path | None) -> AbstractContextManager[AwardsFile | None]:
    """The file at the path, open for writing; nothing where none was asked for."""
    return nullcontext() if path is None else AwardsFile(path)


def to_tables(rows: Iterable[AwardRow]) -> Iterator[pa.Table]:
    """Rows as tables to be written, so many at a time."""
    waiting = iter(rows)
    while some := list(itertools.islice(waiting, _ROWS_AT_ONCE)):
        columns = ([getattr(row, name) for row in some] for name in COLUMNS)
        arrays = [pa.array(column, field.type) for column, field in zip(columns, _SCHEMA, strict=True)]
        yield pa.Table.from_arrays(arrays, schema=_SCHEMA)


class _Writer(Protocol):
    def write(self, rows: pa.Table, /) -> None: ...

    def close(self) -> None: ...


class _Csv:
    """A CSV file whose cells are quoted only where they must be."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._file.write(f"{','.join(COLUMNS)}\r\n".encode())

    def write(self, rows: pa.Table) -> None:
        """Add rows; Arrow, which quotes all texts or none, writes those that need no quotes."""
        if _wants_quotes(rows):
            text = io.StringIO(newline="")
            csv.writer(text).writerows(zip(*(column.to_pylist() for column in rows.columns), strict=True))
            self._file.write(text.getvalue().encode())
        else:
            arrow_csv.write_csv(rows, self._file, _BARE)

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


_BARE = arrow_csv.WriteOptions(include_header=False, eol="\r\n", quoting_style="none", batch_size=_ROWS_AT_ONCE)


def _wants_quotes(rows: pa.Table) -> bool:
    texts = (column for column in rows.columns if pa.types.is_string(column.type))
    return any(pc.any(pc.match_substring_regex(column, '[",\r\n]')).as_py() for column in texts)


def _parquet(path: Path) -> _Writer:
    return parquet.ParquetWriter(path, _SCHEMA)


class _Sheet:
    """A workbook of one sheet."""

    def __init__(self, path: Path) -> None:
        self._book = xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False})
        self._sheet = self._book.add_worksheet("awards")
        self._sheet.freeze_panes(1, 0)
        self._sheet.write_row(0, 0, COLUMNS, self._book.add_format({"bold": True}))
        self._written = 0

    def write(self, rows: pa.Table) -> None:
        """Add rows below those written before."""
        for row in zip(*(column.to_pylist() for column in rows.columns), strict=True):
            self._written += 1
            self._sheet.write_row(self._written, 0, row)

    def close(self) -> None:
        """Finish the workbook."""
        self._book.close()


_WRITERS: dict[str, Callable[[Path], _Writer]] = {".csv": _Csv, ".parquet": _parquet, ".xlsx": _Sheet}
