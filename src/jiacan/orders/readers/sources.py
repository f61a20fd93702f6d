"""Files of any kind as tables of text in DuckDB: one row per record, one column per cell."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiacan.kernel.errors import FileUnreadable, system_reason
from jiacan.kernel.messages import tell
from jiacan.orders.readers.columns import Columns
from jiacan.orders.readers.sheets import open_sheet, sheet_rows
from jiacan.orders.readers.text_file import CHUNK_ROWS, Chunk, open_text

FindColumns = Callable[[str, Sequence[str]], Columns]

BLANKS = " \t\r\n\u00a0\u3000\ufeff"
_PARQUET, _ZIP, _OLE, _GZIP = b"PAR1", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Source:
    """A file whose rows stand in DuckDB as `table`: line, fault, c0, c1, …, overflow.

    Cells are stripped text, NULL where blank. The rows of a Parquet file stand there a second time as they came, as
    `typed_table`: line, c0, c1, …, of the types named.
    """

    number: int
    path: Path
    columns: Columns
    types: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What people call the file."""
        return self.path.name

    @property
    def table(self) -> str:
        """Where its rows stand in DuckDB."""
        return f"raw_{self.number}"

    @property
    def typed_table(self) -> str:
        """Where they stand as they came, if `types` says anything."""
        return f"typed_{self.number}"


def load_file(duck: duckdb.DuckDBPyConnection, number: int, path: Path, find_columns: FindColumns) -> Source:
    """Bring a file's rows into DuckDB as they stand.

    Raises:
        FileUnreadable: no row of it can be read.
        ColumnsMissing: a required column is not there.
        ColumnRepeated: a known column is there twice.
    """
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise FileUnreadable(str(path), system_reason(error)) from error
    load = _loader(path, magic)
    return load(duck, number, path, find_columns)


def _loader(path: Path, magic: bytes) -> Callable[[duckdb.DuckDBPyConnection, int, Path, FindColumns], Source]:
    if magic == _PARQUET:
        return _load_parquet
    if magic in {_ZIP, _OLE}:
        return _load_sheet
    if magic.startswith(_GZIP):
        raise FileUnreadable(str(path), tell("it is compressed; unpack it first"))
    return _load_text


def _load_text(duck: duckdb.DuckDBPyConnection, number: int, path: Path, find_columns: FindColumns) -> Source:
    text = open_text(path)
    source = Source(number, path, find_columns(str(path), text.header))
    _fill(duck, source, text.chunks())
    return source


def _load_sheet(duck: duckdb.DuckDBPyConnection, number: int, path: Path, find_columns: FindColumns) -> Source:
    rows = sheet_rows(open_sheet(path))
    header = next(cells for _, cells in rows if any(cell.strip() for cell in cells))
    source = Source(number, path, find_columns(str(path), header))
    _fill(duck, source, _in_chunks(rows))
    return source


def _load_parquet(duck: duckdb.DuckDBPyConnection, number: int, path: Path, find_columns: FindColumns) -> Source:
    # DuckDB would take a `*` or `[` in a path as a pattern, so it is given a link without any.
    link = Path(_setting(duck, "temp_directory")) / f"{number}.parquet"
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(path.resolve())
    try:
        found = duck.execute(f"DESCRIBE SELECT * FROM read_parquet('{link}')").fetchall()  # noqa: S608 - our own path
        names, types = [str(row[0]) for row in found], tuple(str(row[1]) for row in found)
        source = Source(number, path, find_columns(str(path), names), types)
        as_they_came = ", ".join(f"{_quoted(name)} AS c{i}" for i, name in enumerate(names))
        duck.execute(
            f"CREATE VIEW {source.typed_table} AS SELECT file_row_number + 2 AS line, {as_they_came} "  # noqa: S608
            f"FROM read_parquet('{link}', file_row_number = true)"
        )
        duck.execute(f"CREATE VIEW {source.table} AS {text_rows(source, source.typed_table)}")
    except duckdb.Error as error:
        raise FileUnreadable(
            str(path), tell("it is not a whole Parquet file, perhaps cut off on its way; export it again")
        ) from error
    return source


def text_rows(source: Source, table: str) -> str:
    """The query that makes cells of text of a table that has the columns of `typed_table`."""
    cells = ", ".join(f"{as_text(f'c{i}', type_name)} AS c{i}" for i, type_name in enumerate(source.types))
    return f"SELECT line, '' AS fault, {cells}, NULL::VARCHAR AS overflow FROM {table}"  # noqa: S608 - names of ours


def as_text(column: str, type_name: str) -> str:
    """The expression for a cell's stripped text, NULL where blank."""
    if type_name in {"DOUBLE", "FLOAT"}:
        whole = f"{column} = trunc({column}) AND abs({column}) < 1e15"
        return f"CASE WHEN {whole} THEN {column}::BIGINT::VARCHAR ELSE {column}::VARCHAR END"
    text = f"decode({column})" if type_name == "BLOB" else f"{column}::VARCHAR"
    return f"nullif(trim({text}, '{BLANKS}'), '')"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _in_chunks(rows: Iterator[tuple[int, list[str]]]) -> Iterator[Chunk]:
    while block := list(itertools.islice(rows, CHUNK_ROWS)):
        yield Chunk([line for line, _ in block], [cells for _, cells in block], [""] * len(block))


def _fill(duck: duckdb.DuckDBPyConnection, source: Source, chunks: Iterable[Chunk]) -> None:
    width = len(source.columns.header)
    cells = ", ".join(f"c{i} VARCHAR" for i in range(width))
    duck.execute(f"CREATE TABLE {source.table} (line BIGINT, fault VARCHAR, {cells}, overflow VARCHAR)")
    blanked = ", ".join(f"nullif({name}, '')" for name in (*(f"c{i}" for i in range(width)), "overflow"))
    for chunk in chunks:
        duck.register("chunk", _to_arrow(chunk, width))
        duck.execute(f"INSERT INTO {source.table} SELECT line, fault, {blanked} FROM chunk")  # noqa: S608
        duck.unregister("chunk")


def _to_arrow(chunk: Chunk, width: int) -> pa.Table:
    rows = [row if len(row) == width else [*row, *[""] * width][:width] for row in chunk.rows]
    columns = zip(*rows, strict=True) if rows else [()] * width
    cells = [pc.utf8_trim_whitespace(_texts(column)) for column in columns]
    overflow = _texts([",".join(row[width:]) for row in chunk.rows])
    lines = pa.Array.from_buffers(pa.int64(), len(rows), [None, pa.py_buffer(np.array(chunk.lines, np.int64))])
    names = ["line", "fault", *(f"c{i}" for i in range(width)), "overflow"]
    return pa.table([lines, _texts(chunk.faults), *cells, overflow], names=names)


def _texts(column: Sequence[str]) -> pa.StringArray:
    # `pyarrow.array` would import all of pandas to see whether it was given a piece of it.
    text = "".join(column)
    lengths = map(len, column) if text.isascii() else (len(cell.encode()) for cell in column)
    ends = np.cumsum(np.fromiter(lengths, np.int32, len(column)), dtype=np.int32)
    starts_and_end = np.concatenate([np.zeros(1, np.int32), ends])
    return pa.StringArray.from_buffers(len(column), pa.py_buffer(starts_and_end), pa.py_buffer(text.encode()))


def _setting(duck: duckdb.DuckDBPyConnection, name: str) -> str:
    row = duck.execute("SELECT current_setting(?)", [name]).fetchone()
    assert row is not None, "the setting exists"
    return str(row[0])
