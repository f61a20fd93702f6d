"""What a spreadsheet makes of a cell of text."""

from __future__ import annotations

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


def _is_number(text: str) -> bool:
    digits = text[1:].replace(".", "", 1)
    return text[0] in "+-" and digits.isascii() and digits.isdigit()
