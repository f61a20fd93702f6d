"""Folders of prepared orders and of matched pairs; DuckDB looks into them and matches where one machine is enough."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir

from jiacan.kernel.errors import ColumnsMissing, FileUnreadable, FileUnwritable, system_reason
from jiacan.kernel.messages import tell
from jiacan.offers.contracts.matching import PAIRS_FORMAT, EngineFailed, MatchOfOtherPlan, WrittenPairs
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.measures.figures import LINES, columns_of_orders
from jiacan.offers.measures.match import matched_pairs

Columns = Mapping[str, Mapping[str, str]]
"""What each of the prepared tables must have, with Ibis's names of types; the other columns are left alone."""

_TYPES = {"int64": "BIGINT", "string": "VARCHAR"}
_ABOUT, _PAIRS = "match.json", "pairs"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A folder of prepared orders that can be matched, and how many they and their lines are."""

    tables: dict[str, Path]
    columns: Columns
    orders: int
    lines: int


def columns_for(rules: PlanRules) -> Columns:
    """What a plan asks of prepared tables."""
    return {
        "orders": {"order_id": "string", **columns_of_orders(rules)},
        "lines": {name: str(of) for name, of in LINES.items()},
    }


def look_into(folder: Path, rules: PlanRules) -> Prepared:
    """The tables of a folder of prepared orders, with what the plan asks of them.

    Raises:
        FileUnreadable: a table is not there or no Parquet, a cell is not what its column holds, or two orders have
            one `no`.
        ColumnsMissing: a table lacks a column.
    """
    columns = columns_for(rules)
    tables = {name: folder / f"{name}.parquet" for name in columns}
    for path in tables.values():
        if not path.exists():
            raise FileUnreadable(path=str(path), reason=tell("there is no such file or folder; check the path"))
    with duckdb.connect() as duck:
        for name, path in tables.items():
            _check_columns(duck, columns[name], path)
            _view(duck, name, path, columns[name])
        orders, keys, lines = _counted(duck, tables["orders"])
    if orders != keys:
        raise FileUnreadable(path=str(tables["orders"]), reason=tell("two orders have one `no`; number them anew"))
    return Prepared(tables, columns, orders, lines)


def match_with_duckdb(prepared: Prepared, rules: PlanRules, to: Path) -> None:
    """Match the orders on this machine, and write the pairs into a new folder.

    Raises:
        EngineFailed: DuckDB could not.
    """
    orders, lines = (ibis.table(columns, name=name) for name, columns in prepared.columns.items())
    sql = ibis.to_sql(named(matched_pairs(orders, lines, rules), orders), dialect="duckdb")
    with connected(prepared) as duck:
        try:
            duck.execute(f"COPY ({sql}) TO {_quoted(to)} (FORMAT parquet, PER_THREAD_OUTPUT)")
        except duckdb.Error as error:
            raise EngineFailed("DuckDB", str(error)) from error


@contextmanager
def connected(prepared: Prepared) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that has the tables, for as long as it is needed."""
    with tempfile.TemporaryDirectory(prefix="jiacan-match-") as spill, duckdb.connect() as duck:
        duck.execute(f"SET temp_directory = {_quoted(spill)}; SET preserve_insertion_order = false")
        for name, path in prepared.tables.items():
            _view(duck, name, path, prepared.columns[name])
        yield duck


def named(pairs: ir.Table, orders: ir.Table) -> ir.Table:
    """The pairs with their orders' ids, which mean something outside the folder."""
    return pairs.join(orders.select("no", "order_id"), "no")


def new_folder(to: Path) -> Path:
    """Where the pairs go, in a folder that holds none yet.

    Raises:
        FileUnwritable: it holds some, or cannot be made.
    """
    if (to / _ABOUT).exists() or (to / _PAIRS).exists():
        raise FileUnwritable(path=str(to), reason=tell("pairs are there already; name another folder"))
    try:
        to.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileUnwritable(path=str(to), reason=system_reason(error)) from error
    return to.resolve() / _PAIRS


def write_about(to: Path, *, plan_id: str, plan_sha256: str, orders: int) -> WrittenPairs:
    """Say beside the pairs what they are; it comes last, so that a folder without it is known to be unfinished."""
    files = str(to.resolve() / _PAIRS / "*.parquet")
    with duckdb.connect() as duck:
        pairs = duck.execute("SELECT count(*) FROM read_parquet($files)", {"files": files}).fetchall()[0][0]
    about = {"format": PAIRS_FORMAT, "plan": plan_id, "plan_sha256": plan_sha256, "orders": orders, "pairs": pairs}
    (to / _ABOUT).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    return WrittenPairs(plan_id, plan_sha256, orders, pairs, files)


def read_pairs(folder: Path, *, plan_sha256: str) -> WrittenPairs:
    """The pairs that were matched for this text of a plan.

    Raises:
        FileUnreadable: no whole match is there.
        MatchOfOtherPlan: it was matched for another text.
    """
    path = folder / _ABOUT
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        if about["format"] != PAIRS_FORMAT:
            raise FileUnreadable(path=str(path), reason=tell("its format is not {format}", format=PAIRS_FORMAT))
        found = WrittenPairs(
            about["plan"],
            about["plan_sha256"],
            about["orders"],
            about["pairs"],
            str(folder.resolve() / _PAIRS / "*.parquet"),
        )
    except OSError as error:
        raise FileUnreadable(path=str(path), reason=system_reason(error)) from error
    except (ValueError, KeyError, TypeError) as error:
        reason = tell("it does not say what `jiacan match` writes; run that again")
        raise FileUnreadable(path=str(path), reason=reason) from error
    if found.plan_sha256 != plan_sha256:
        raise MatchOfOtherPlan(str(folder), found.plan_id)
    return found


def _check_columns(duck: duckdb.DuckDBPyConnection, columns: Mapping[str, str], path: Path) -> None:
    try:
        rows = duck.execute(f"DESCRIBE FROM {_scan(path)}").fetchall()
    except duckdb.Error as error:
        raise FileUnreadable(path=str(path), reason=tell("it is no Parquet: {said}", said=str(error))) from error
    found = tuple(row[0] for row in rows)
    missing = tuple(column for column in columns if column not in found)
    if missing:
        raise ColumnsMissing(str(path), missing, found)


def _counted(duck: duckdb.DuckDBPyConnection, path: Path) -> tuple[int, int, int]:
    try:
        (counts,) = duck.execute(
            "SELECT count(*), count(DISTINCT no), (SELECT count(*) FROM lines) FROM orders"
        ).fetchall()
    except duckdb.Error as error:
        raise FileUnreadable(
            path=str(path), reason=tell("a cell is not as it must be: {said}", said=str(error))
        ) from error
    return counts


def _view(duck: duckdb.DuckDBPyConnection, name: str, path: Path, columns: Mapping[str, str]) -> None:
    asked = ", ".join(f"{column}::{_TYPES[of]} AS {column}" for column, of in columns.items())
    duck.execute(f"CREATE VIEW {name} AS FROM {_scan(path)} SELECT {asked}")


def _scan(path: Path) -> str:
    return f"read_parquet({_quoted(path / '*.parquet' if path.is_dir() else path)})"


def _quoted(text: Path | str) -> str:
    return "'" + str(text).replace("'", "''") + "'"
