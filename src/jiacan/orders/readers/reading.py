"""The way of a file into a history: load, parse, merge, match cancellations, add up."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from jiacan.orders.readers.cancellations import take_cancellations
from jiacan.orders.readers.columns import find_order_columns, find_refund_columns
from jiacan.orders.readers.history import History
from jiacan.orders.readers.merge import define_bad_rows, merge_orders, merge_refunds
from jiacan.orders.readers.parse import define_rules, local_moments, parse_orders, parse_refunds, set_clock
from jiacan.orders.readers.plain import MOMENTS, collect_words, find_plain_orders, is_swift
from jiacan.orders.readers.sources import Source, load_file
from jiacan.orders.readers.summary import summarise

OnProgress = Callable[[str, float], None]

_TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
_COMPRESSED_TIMES = 10
_SMALL_BYTES = 100 << 20
_READING, _AFTERWARDS = "14%", "18%"
"""Of the machine's memory, for the reader and for the work that its tables are made for; the rest goes to disk."""


def read(
    order_files: Sequence[Path],
    refund_files: Sequence[Path],
    *,
    zone: ZoneInfo,
    currency: str,
    on_progress: OnProgress,
) -> History:
    """Read all files into one history.

    Raises:
        FileUnreadable: no row of a file can be read.
        ColumnsMissing: a required column is not there.
        ColumnRepeated: a known column is there twice.
    """
    folder = Path(tempfile.mkdtemp(prefix="jiacan-read-"))
    try:
        duck = _connect(folder, small=_is_small(order_files, refund_files))
        define_rules(duck, currency)
        orders, refunds = _load(duck, order_files, refund_files, on_progress)
        define_bad_rows(duck)
        swift = [source for source in orders if is_swift(source)]
        others = [source for source in orders if not is_swift(source)]
        set_clock(duck, zone, [local_moments(source, MOMENTS) for source in orders])
        parse_orders(duck, others)
        collect_words(duck, swift)
        find_plain_orders(duck, swift)
        on_progress("check", 0.5)
        merge_orders(duck)
        unmatched = take_cancellations(duck)
        parse_refunds(duck, refunds, zone)
        merge_refunds(duck)
        on_progress("check", 1.0)
        summary = summarise(duck, (*orders, *refunds), cancellations_unmatched=unmatched)
        duck.execute(
            "DROP TABLE parsed; DROP TABLE parsed_refunds; DROP TABLE deliveries; DROP TABLE good_deliveries"
        )
        if not _is_small(order_files, refund_files):
            duck.execute(f"SET memory_limit = '{_AFTERWARDS}'")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return History(duck, folder=folder, sources={s.number: s for s in (*orders, *refunds)}, summary=summary)


def _load(
    duck: duckdb.DuckDBPyConnection,
    order_files: Sequence[Path],
    refund_files: Sequence[Path],
    on_progress: OnProgress,
) -> tuple[list[Source], list[Source]]:
    total = len(order_files) + len(refund_files)
    orders, refunds = [], []
    for number, path in enumerate(order_files, start=1):
        orders.append(load_file(duck, number, path, find_order_columns))
        on_progress("read", number / total)
    for number, path in enumerate(refund_files, start=len(order_files) + 1):
        refunds.append(load_file(duck, number, path, find_refund_columns))
        on_progress("read", number / total)
    return orders, refunds


def _connect(folder: Path, *, small: bool) -> duckdb.DuckDBPyConnection:
    duck = duckdb.connect(
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "threads": 2,
            "memory_limit": "300MB" if small else _READING,
            "temp_directory": str(folder),
        }
    )
    duck.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false; SET preserve_insertion_order = false")
    return duck


def _is_small(order_files: Sequence[Path], refund_files: Sequence[Path]) -> bool:
    """Whether the files hold little text; Parquet and workbooks are compressed."""
    files = [path for path in (*order_files, *refund_files) if path.is_file()]
    times = [1 if path.suffix.lower() in _TEXT_SUFFIXES else _COMPRESSED_TIMES for path in files]
    return sum(path.stat().st_size * each for path, each in zip(files, times, strict=True)) < _SMALL_BYTES
