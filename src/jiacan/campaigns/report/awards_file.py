"""The awards file: one row per benefit, as CSV, Parquet or XLSX by the file's ending."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import astuple, fields
from pathlib import Path

import pyarrow as pa
import xlsxwriter
from pyarrow import parquet

from jiacan.kernel.errors import FileUnwritable, JiacanError
from jiacan.kernel.messages import Message, tell
from jiacan.offers.contracts.awards import AwardRow

COLUMNS = tuple(field.name for field in fields(AwardRow))
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


def write_awards(rows: Iterable[AwardRow], path: Path) -> int:
    """Write the rows to `path`, whole or not at all; says how many."""
    check_awards_path(path)
    partial = path.with_name(f".{path.name}.partial")
    written = _WRITERS[path.suffix.lower()](rows, partial)
    partial.replace(path)
    return written


def _write_csv(rows: Iterable[AwardRow], path: Path) -> int:
    written = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in rows:
            writer.writerow(astuple(row))
            written += 1
    return written


def _write_parquet(rows: Iterable[AwardRow], path: Path) -> int:
    columns = list(zip(*(astuple(row) for row in rows), strict=True)) or [()] * len(COLUMNS)
    arrays = [pa.array(values, field.type) for values, field in zip(columns, _SCHEMA, strict=True)]
    parquet.write_table(pa.Table.from_arrays(arrays, schema=_SCHEMA), path)
    return len(arrays[0])


def _write_xlsx(rows: Iterable[AwardRow], path: Path) -> int:
    written = 0
    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("awards")
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, COLUMNS, book.add_format({"bold": True}))
        for row in rows:
            written += 1
            sheet.write_row(written, 0, astuple(row))
    return written


_WRITERS = {".csv": _write_csv, ".parquet": _write_parquet, ".xlsx": _write_xlsx}
