"""What a spreadsheet makes of cells of text, and files of them that it reads as they are meant."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def neutral_cell(text: str) -> str:
    """The text as a cell that no spreadsheet runs as a formula: one that could be gets an apostrophe before it.

    Source: OWASP, "CSV Injection". Numbers keep their sign.

    >>> neutral_cell('=HYPERLINK("x")'), neutral_cell("-12.50"), neutral_cell("mug")
    ('\\'=HYPERLINK("x")', '-12.50', 'mug')
    """
    if not text.startswith(_STARTS_A_FORMULA) or _is_number(text):
        return text
    return f"'{text}"


def csv_lines(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """The rows as the pieces of a CSV file that spreadsheets read as UTF-8, every cell neutral.

    >>> "".join(csv_lines([["mug", "=1"]]))
    "\ufeffmug,'=1\\r\\n"
    """
    writer = csv.writer(_Echo())
    yield "\ufeff"
    for row in rows:
        yield writer.writerow([neutral_cell(cell) for cell in row])


class _Echo:
    """Gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _is_number(text: str) -> bool:
    digits = text[1:].replace(".", "", 1)
    return text[0] in "+-" and digits.isascii() and digits.isdigit()
