"""The tree of referrals: everything below each of the customers of so many edges, from a table of edges and totals.

    python -m bench.referrals [EDGES]

Held against one pass of DuckDB over the same table that only counts friends of their own.
"""

from __future__ import annotations

import sys
import time

import duckdb
import numpy as np
import pyarrow as pa

from bench.measure import print_line
from jiacan.referrals.measures.tree import measure_tree

SEED = 5


def make(edges: int) -> tuple[pa.Table, pa.Table]:
    """Edges as they grow: each friend is brought by someone who was there, mostly of late; and what each bought."""
    chance = np.random.default_rng(SEED)
    friends = np.arange(1, edges + 1)
    late = np.maximum(friends - 1 - chance.geometric(0.001, edges), 0)
    anyone = (chance.random(edges) * friends).astype(np.int64)
    referrers = np.where(chance.random(edges) < 0.7, late, anyone)
    names = pa.array([f"c{number:08d}" for number in range(edges + 1)])
    table = pa.table({"friend_id": names.take(pa.array(friends)), "referrer_id": names.take(pa.array(referrers))})
    totals = pa.table(
        {
            "customer_id": names,
            "orders": pa.array(chance.integers(1, 6, edges + 1)),
            "spend_minor": pa.array(chance.integers(1_000, 50_000, edges + 1)),
        }
    )
    return table, totals


def main(edges: int) -> None:
    """Measure once, and see that every friend was counted."""
    table, totals = make(edges)
    began = time.perf_counter()
    measured = measure_tree(table, totals)
    seconds = time.perf_counter() - began
    began = time.perf_counter()
    duckdb.from_arrow(table).aggregate("referrer_id, count(*)").fetchall()
    yardstick = time.perf_counter() - began
    direct = int(np.sum(measured["direct"].to_numpy()))
    of_roots = sum(
        row["descendants"]
        for row in measured.filter(pa.compute.equal(measured["depth"], 0)).select(["descendants"]).to_pylist()
    )
    if direct != edges or of_roots != edges:
        raise SystemExit(f"{direct} direct and {of_roots} below roots of {edges} edges")
    print_line(
        "referrals",
        size=f"{edges:,} edges",
        shown=("seconds", "edges_a_second", "deepest"),
        seconds=round(seconds, 3),
        edges_a_second=round(edges / seconds),
        deepest=int(np.max(measured["depth"].to_numpy())),
        yardstick="DuckDB counting direct friends",
        ratio=round(seconds / yardstick, 1),
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
