"""Delimited text as shops export it: whatever encoding and separator, each record with its physical line."""

from __future__ import annotations

import codecs
import csv
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from jiacan.kernel.errors import FileUnreadable
from jiacan.kernel.messages import tell
from jiacan.orders.readers.columns import known_names

DELIMITERS = (",", ";", "\t")
CHUNK_ROWS = 20_000
_BLOCK_BYTES = 1 << 20
_LONGEST_HEADER = 100_000
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOT_TEXT = "\ufffd"


@dataclass(frozen=True, slots=True)
class Record:
    """One record; `fault` names what is wrong with its shape: quote, bytes, many or few; empty if nothing."""

    line: int
    cells: Sequence[str]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some records, field by field: their physical lines, their cells and their faults."""

    lines: Sequence[int]
    rows: Sequence[Sequence[str]]
    faults: Sequence[str]


@dataclass(frozen=True, slots=True)
class TextFile:
    """A delimited text file whose encoding, separator and header are known.

    `decodes` is False where some bytes are text in no known encoding.
    """

    path: Path
    encoding: str
    decodes: bool
    delimiter: str
    header: tuple[str, ...]
    header_line: int

    def chunks(self) -> Iterator[Chunk]:
        """Every record below the header that is not a blank line, in order."""
        with _open(self.path, self.encoding) as text:
            lines = itertools.islice(text, self.header_line, None)
            first_line = self.header_line + 1
            while block := list(itertools.islice(lines, CHUNK_ROWS)):
                chunk = self._plain_chunk(block, first_line)
                taken = len(block)
                if chunk is None:
                    chunk, taken = self._careful_chunk(block, lines, first_line)
                first_line += taken
                yield chunk

    def _plain_chunk(self, block: Sequence[str], first_line: int) -> Chunk | None:
        """The records of a block in which each line is one good record; None for any other block."""
        try:
            rows = list(csv.reader(block, delimiter=self.delimiter, strict=True))
        except csv.Error:
            return None
        # A record takes one line or more, so as many records as lines means one line each.
        if len(rows) != len(block) or set(map(len, rows)) != {len(self.header)} or not self.decodes:
            return None
        return Chunk(range(first_line, first_line + len(rows)), rows, [""] * len(rows))

    def _careful_chunk(self, block: Sequence[str], rest: Iterator[str], first_line: int) -> tuple[Chunk, int]:
        """The records that begin in a block, and how many lines they take; the last may go on in the rest."""
        taken = 0
        records = []
        for record, line_count in split_records(itertools.chain(block, rest), first_line, self.delimiter):
            if record.cells:
                records.append(self._judged(record))
            taken += line_count
            if taken >= len(block):
                break
        return Chunk([r.line for r in records], [r.cells for r in records], [r.fault for r in records]), taken

    def _judged(self, record: Record) -> Record:
        if record.fault:
            return record
        if not self.decodes and any(_NOT_TEXT in cell for cell in record.cells):
            return Record(record.line, record.cells, "bytes")
        if len(record.cells) == len(self.header):
            return record
        return Record(record.line, record.cells, "many" if len(record.cells) > len(self.header) else "few")


def open_text(path: Path) -> TextFile:
    """Find out how the file is written.

    Raises:
        FileUnreadable: it is empty or no text.
    """
    encoding = _find_encoding(path)
    known = encoding or "utf-8"
    with _open(path, known) as text:
        for number, line in enumerate(text, start=1):
            if "\x00" in line or len(line) > _LONGEST_HEADER:
                raise FileUnreadable(
                    str(path), tell("it is not text; give a CSV, Parquet, XLSX or XLS file with one row per line")
                )
            if line.strip():
                delimiter, header = _split_header(line)
                return TextFile(path, known, encoding is not None, delimiter, header, number)
    raise FileUnreadable(str(path), tell("it is empty; export it again"))


def split_records(lines: Iterator[str], first_line: int, delimiter: str) -> Iterator[tuple[Record, int]]:
    """Each record with the number of lines it took; a bad quotation mark costs its own line and no other.

    A blank line is a record without cells.
    """
    feed = _Feed(lines)
    line = first_line
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    while True:
        feed.given.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cut = feed.take_back().split(delimiter)
            yield Record(line, [cell.strip('" \r\n') for cell in cut], "quote"), 1
            line += 1
            reader = csv.reader(feed, delimiter=delimiter, strict=True)
            continue
        yield Record(line, cells), len(feed.given)
        line += len(feed.given)


def _open(path: Path, encoding: str) -> TextIO:
    # "replace" matters only where no encoding fits: the rows that do not decode are then handed back.
    return path.open(encoding=encoding, errors="replace", newline="")


def _find_encoding(path: Path) -> str | None:
    with path.open("rb") as file:
        head = file.read(4096)
    for mark, encoding in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return encoding if _decodes(path, encoding) else None
    if head[1::2].count(0) > len(head) // 4:
        return "utf-16-le"
    if head[::2].count(0) > len(head) // 4:
        return "utf-16-be"
    return next((encoding for encoding in ("utf-8", "gb18030") if _decodes(path, encoding)), None)


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _split_header(line: str) -> tuple[str, tuple[str, ...]]:
    splits = [(delimiter, tuple(next(csv.reader([line], delimiter=delimiter)))) for delimiter in DELIMITERS]
    return max(splits, key=lambda split: (known_names(split[1]), len(split[1])))


class _Feed:
    """Hands lines to a csv reader and remembers those of the record under way, to hand them out again."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.given: list[str] = []

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.given.append(line)
        return line

    def take_back(self) -> str:
        """Drop the first line of the record under way and give it back; the others are read again."""
        first, *others = self.given
        self._lines = itertools.chain(others, self._lines)
        return first
