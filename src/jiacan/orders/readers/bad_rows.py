"""Bad rows handed back: where they stand, why, what to do, and the row as it came."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import duckdb

from jiacan.kernel.errors import FileUnwritable, system_reason
from jiacan.kernel.messages import Message, Phrasebook, tell
from jiacan.orders.contracts import BadRow
from jiacan.orders.core.cells import explain_cell
from jiacan.orders.readers.sources import Source

SHAPES = {
    "quote": tell(
        "a quotation mark is not closed as it should be; put one at both ends of the cell and double those inside it"
    ),
    "bytes": tell("some characters are no text in UTF-8, UTF-16 or GB18030; save the file as UTF-8"),
    "many": tell("the row has more cells than the header; put cells that hold the separator in quotation marks"),
    "few": tell("the row has fewer cells than the header, as if it were cut off; complete it"),
}
_FETCH_ROWS = 5_000


def read_bad_rows(duck: duckdb.DuckDBPyConnection, sources: Mapping[int, Source]) -> Iterator[tuple[Source, BadRow]]:
    """Every bad row with its file, by file as they were named and by line."""
    for source in sources.values():
        rows = duck.cursor().execute(
            f"SELECT bad_rows.field, code, other, other_text, raw.* EXCLUDE (fault) FROM bad_rows "  # noqa: S608
            f"JOIN {source.table} AS raw USING (line) WHERE file_no = {source.number} ORDER BY line"
        )
        while block := rows.fetchmany(_FETCH_ROWS):
            for row in block:
                yield source, _to_bad_row(source, sources, row)


def write_bad_rows(
    path: Path, rows: Iterator[tuple[Source, BadRow]], sources: Iterable[Source], phrasebook: Phrasebook
) -> int:
    """Write a CSV file (with a byte-order mark, for spreadsheets) to correct and read again; counts its rows.

    Raises:
        FileUnwritable: the path cannot be written to.
    """
    names = tuple(dict.fromkeys(name for source in sources for name in source.columns.header if name))
    count = 0
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("file", "line", "field", "reason", *names))
            for source, row in rows:
                header = source.columns.header
                own = dict(zip(header, row.cells, strict=False))
                cells = (own.get(name, "") for name in names)
                reason = phrasebook.say(row.reason)
                writer.writerow((row.file, row.line, row.field, reason, *cells, *row.cells[len(header) :]))
                count += 1
    except OSError as error:
        raise FileUnwritable(path=str(path), reason=system_reason(error)) from error
    return count


def _to_bad_row(source: Source, sources: Mapping[int, Source], row: Sequence[object]) -> BadRow:
    field, code, other, other_text, line, *texts = row
    overflow = texts.pop()
    cells = tuple("" if text is None else str(text) for text in texts)
    by_field = {name: cells[i] for name, i in source.columns.index.items()}
    return BadRow(
        file=source.name,
        line=int(str(line)),
        field="" if code in SHAPES else source.columns.own_name(str(field)),
        reason=_reason(source, sources, by_field, (str(field), str(code), other, other_text)),
        cells=cells if overflow is None else (*cells, str(overflow)),
    )


def _reason(
    source: Source, sources: Mapping[int, Source], cells: Mapping[str, str], fault: tuple[str, str, object, object]
) -> Message:
    field, code, other, other_text = fault
    match code:
        case "cell":
            return explain_cell(field, cells, name=source.columns.own_name(field))
        case "order":
            return tell(
                "another row of this order (line {line}) is bad; correct that one and hand in both", line=other
            )
        case "refund":
            return tell(
                "another row of this refund (line {line}) is bad; correct that one and hand in both", line=other
            )
        case "customers":
            return tell("the order names two customers ({customers}); keep one of them", customers=other_text)
        case "conflict":
            return tell(
                "{file} holds this order with other goods or another customer, and that one was taken; "
                "delete one of the two",
                file=sources[int(str(other))].name,
            )
        case "refund_conflict":
            return tell(
                "{file} holds this refund with another quantity, and that one was taken; delete one of the two",
                file=sources[int(str(other))].name,
            )
        case "recorded":
            return tell(
                "this order was recorded before with other goods or another customer, and stays so; "
                "if it was exchanged, hand in a refund and a new order"
            )
        case _:
            return SHAPES[code]
