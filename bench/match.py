"""What matching as tables costs beside SQL written by hand: `python -m bench.match [ORDERS]` prints one JSON line.

The same twenty offers (twenty-offers.yaml, match.sql) over the year of bench.orders, once the way the product does it
and once by hand, in turn, each into a table of the same DuckDB with the same settings. Seconds are processor time of
both cores, which other work on the machine bears on less than the clock; the wall's are beside them. Both must give
the same rows.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import ibis

from bench.measure import median, print_line
from bench.orders import histories, write_history
from jiacan.offers.measures.figures import LINES, ORDERS
from jiacan.offers.measures.match import matched_pairs
from jiacan.plans.core.check import check

HERE = Path(__file__).resolve().parent
RUNS = 3

# What `jiacan.orders` makes of a file: keys by time, spend rounded line by line, the customer's orders counted.
_PREPARED = """
CREATE TABLE numbered AS
SELECT order_id, min(paid_at) AS paid_at, any_value(customer_id) AS customer_id, any_value(channel) AS channel,
    any_value(region) AS region, row_number() OVER (ORDER BY min(paid_at), order_id) AS no
FROM read_parquet('{rows}') GROUP BY order_id;
CREATE TABLE orders AS
SELECT no, customer_id, epoch_us(paid_at) AS paid_us, channel, region,
    CASE WHEN customer_id IS NULL THEN 0 ELSE row_number() OVER (PARTITION BY customer_id ORDER BY no) END AS number
FROM numbered ORDER BY no;
CREATE TABLE lines AS
SELECT no, sku, category, quantity::BIGINT AS quantity,
    round((quantity * unit_price - line_discount) * 100)::BIGINT AS spend_minor
FROM read_parquet('{rows}') JOIN numbered USING (order_id) ORDER BY no;
DROP TABLE numbered;
"""


@dataclass(frozen=True)
class Took:
    """How long a query took: of the processors and by the clock."""

    cpu_seconds: float
    seconds: float


def main(orders: int = 1_000_000) -> None:
    """Match both ways in turn, and print the medians."""
    began = time.perf_counter()
    rules = check((HERE / "twenty-offers.yaml").read_text(), source="twenty-offers.yaml").rules
    assert rules is not None, "the plan of the bench has no errors"
    pairs = matched_pairs(ibis.table(ORDERS, name="orders"), ibis.table(LINES, name="lines"), rules)
    compiled = ibis.to_sql(pairs, dialect="duckdb")
    compile_seconds = time.perf_counter() - began
    with _history(orders) as duck:
        both = {"tables": compiled, "by_hand": (HERE / "match.sql").read_text()}
        took: dict[str, list[Took]] = {name: [] for name in both}
        for _ in range(RUNS):
            for name, sql in both.items():
                took[name].append(_run(duck, name, sql))
        rows = _same_rows(duck)
        lines = duck.sql("SELECT count(*) FROM lines").fetchall()[0][0]
    print_line(
        "match",
        size=f"{orders:,} orders",
        shown=("cpu_seconds", "cpu_seconds_by_hand", "pairs"),
        yardstick="SQL by hand, CPU seconds",
        orders=orders,
        lines=lines,
        offers=len(rules.offers),
        pairs=rows,
        compile_seconds=round(compile_seconds, 3),
        cpu_seconds=median(one.cpu_seconds for one in took["tables"]),
        cpu_seconds_by_hand=median(one.cpu_seconds for one in took["by_hand"]),
        seconds=median(one.seconds for one in took["tables"]),
        seconds_by_hand=median(one.seconds for one in took["by_hand"]),
        ratio=median(
            ours.cpu_seconds / theirs.cpu_seconds
            for ours, theirs in zip(took["tables"], took["by_hand"], strict=True)
        ),
        runs=RUNS,
    )


@contextmanager
def _history(orders: int) -> Iterator[duckdb.DuckDBPyConnection]:
    with histories() as kept, tempfile.TemporaryDirectory(prefix="jiacan-match-") as folder:
        files = write_history(kept, orders)
        with duckdb.connect(f"{folder}/match.duckdb") as duck:
            duck.execute(f"SET TimeZone = 'UTC'; SET temp_directory = '{folder}/spilled'")
            duck.execute(_PREPARED.format(rows=files.orders))
            yield duck


def _run(duck: duckdb.DuckDBPyConnection, name: str, sql: str) -> Took:
    began, cpu_began = time.perf_counter(), time.process_time()
    duck.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")
    return Took(time.process_time() - cpu_began, time.perf_counter() - began)


def _same_rows(duck: duckdb.DuckDBPyConnection) -> int:
    """How many rows both gave.

    Raises:
        AssertionError: they are not the same.
    """
    columns = [name for name, *_ in duck.execute("DESCRIBE by_hand").fetchall()]
    summed = ", ".join(f"sum({name}::HUGEINT * (no % 1009 + offer + 1))" for name in columns)
    (ours,), (theirs,) = (
        duck.execute(f"SELECT count(*), {summed} FROM {name}").fetchall() for name in ("tables", "by_hand")
    )
    assert ours == theirs, f"the two ways differ: {ours} and {theirs}"
    missing = "SELECT count(*) FROM (FROM {} EXCEPT ALL FROM {}) WHERE no % 97 = 0"
    assert duck.sql(missing.format("tables", "by_hand")).fetchall() == [(0,)]
    return int(ours[0])


if __name__ == "__main__":
    main(*(int(number) for number in sys.argv[1:2]))
