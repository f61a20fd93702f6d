"""Columns of Parquet files whose types say what text would have to be read for.

Each expression gives exactly what the rules for text give of the cell written as text, or costs more than it saves
and is that rule itself. `parse.define_rules` and `parse.set_clock` define the macros.
"""

from __future__ import annotations

import re

from jiacan.kernel.money import MICROS
from jiacan.orders.core import cells
from jiacan.orders.readers.sources import as_text

INTEGERS = frozenset(
    {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT"}
)
_LOCAL_MOMENTS = frozenset({"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "DATE"})
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")


def given(column: str, type_name: str) -> str:
    """Whether the cell is not blank."""
    return f"{_text_or_itself(column, type_name)} IS NOT NULL"


def text(column: str, type_name: str) -> str:
    """A cell that is to be taken as it stands; blank text may be left."""
    return f"nullif({column}, '')" if type_name == "VARCHAR" else as_text(column, type_name)


def local_moment(column: str, type_name: str) -> str | None:
    """The cell as a local moment; None where it says how far it is from UTC."""
    if type_name == "TIMESTAMP WITH TIME ZONE":
        return None
    if type_name in _LOCAL_MOMENTS:
        return f"TRY_CAST({column} AS TIMESTAMP)"
    return f"local_time({as_text(column, type_name)})"


def moment(column: str, type_name: str) -> str:
    """The cell as a moment, NULL where it is none."""
    if type_name == "TIMESTAMP WITH TIME ZONE":
        return f"plausible({column})"
    if type_name in _LOCAL_MOMENTS:
        return f"from_local(plausible({local_moment(column, type_name)}))"
    return f"to_utc({as_text(column, type_name)})"


def units(column: str, type_name: str) -> str:
    """The cell as a number of units, NULL where it is none."""
    if type_name in INTEGERS:
        return f"CASE WHEN {column} BETWEEN 1 AND {cells.MOST_UNITS} THEN TRY_CAST({column} AS BIGINT) END"
    return f"units({as_text(column, type_name)})"


def amount(column: str, type_name: str) -> str:
    """The cell as an amount in whole micros, NULL where it is none."""
    within = f"{column} BETWEEN 0 AND {cells.HIGHEST_AMOUNT}"
    if type_name in INTEGERS:
        return f"CASE WHEN {within} THEN TRY_CAST({column} AS BIGINT) * {MICROS} END"
    decimal = _DECIMAL.fullmatch(type_name)
    if decimal is not None and int(decimal[1]) <= 18 and int(decimal[2]) <= 6:
        digits = int(decimal[2])
        # Up to 18 digits are reckoned in 64 bits, and more would overflow there.
        exact = column if int(decimal[1]) + digits < 18 else f"{column}::DECIMAL(38, {digits})"
        whole = f"TRY_CAST({exact} * {10**digits}::DECIMAL({digits + 1}, 0) AS BIGINT)"
        return f"CASE WHEN {within} THEN {whole} * {MICROS // 10**digits} END"
    return f"amount({as_text(column, type_name)})"


def _text_or_itself(column: str, type_name: str) -> str:
    return as_text(column, type_name) if type_name in {"VARCHAR", "BLOB"} else column
