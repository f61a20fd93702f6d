"""The tree of who brought whom, against a slow and obvious walk."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiacan.referrals.measures.tree import NotATree, measure_tree, quantiles


def edges_of(parents: dict[str, str]) -> pa.Table:
    return pa.table(
        {
            "friend_id": pa.array(list(parents), pa.string()),
            "referrer_id": pa.array(list(parents.values()), pa.string()),
        }
    )


def totals_of(bought: dict[str, tuple[int, int]]) -> pa.Table:
    return pa.table(
        {
            "customer_id": pa.array(list(bought), pa.string()),
            "orders": pa.array([orders for orders, _ in bought.values()], pa.int64()),
            "spend_minor": pa.array([spend for _, spend in bought.values()], pa.int64()),
        }
    )


@st.composite
def forests(draw):
    """Parents of some of up to thirty customers; whoever is above came earlier, so that there is no circle."""
    size = draw(st.integers(1, 30))
    parents = {}
    for place in range(1, size):
        above = draw(st.none() | st.integers(0, place - 1))
        if above is not None:
            parents[f"c{place}"] = f"c{above}"
    bought = {f"c{place}": draw(st.tuples(st.integers(1, 5), st.integers(0, 10_000))) for place in range(0, size, 2)}
    return parents, bought


@settings(deadline=None)
@given(forests())
def test_everyone_has_below_them_what_a_slow_walk_finds(forest):
    parents, bought = forest
    rows = {row["customer_id"]: row for row in measure_tree(edges_of(parents), totals_of(bought)).to_pylist()}
    assert set(rows) == {*parents, *parents.values()}
    for customer, row in rows.items():
        way, below = [customer], []
        while way[-1] in parents:
            way.append(parents[way[-1]])
        for other in rows:
            above = other
            while above in parents and above != customer:
                above = parents[above]
            if above == customer and other != customer:
                below.append(other)
        assert row == {
            "customer_id": customer,
            "root_id": way[-1],
            "depth": len(way) - 1,
            "direct": sum(above == customer for above in parents.values()),
            "descendants": len(below),
            "orders": sum(bought.get(each, (0, 0))[0] for each in below),
            "spend_minor": sum(bought.get(each, (0, 0))[1] for each in below),
        }


def test_a_line_of_thousands_is_summed_to_its_beginning():
    line = {f"c{place}": f"c{place - 1}" for place in range(1, 5_001)}
    measured = measure_tree(edges_of(line), totals_of({"c5000": (2, 500)}))
    first = next(row for row in measured.to_pylist() if row["customer_id"] == "c0")
    assert (first["descendants"], first["orders"], first["spend_minor"]) == (5_000, 2, 500)


def test_a_circle_is_no_tree():
    with pytest.raises(NotATree):
        measure_tree(edges_of({"a": "b", "b": "a"}), totals_of({}))


def test_no_edges_make_no_rows():
    assert measure_tree(edges_of({}), totals_of({})).num_rows == 0
    assert quantiles(np.array([])) is None
    assert quantiles(np.array([1.0, 2.0, 3.0])) == (1.5, 2.0, 2.5)
