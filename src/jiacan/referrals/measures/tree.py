"""The tree of who brought whom: how many came below each customer, and what they bought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


class NotATree(ValueError):
    """Someone is above themselves, so that these are no edges of ours."""


@dataclass(frozen=True, slots=True)
class Tree:
    """The customers who brought someone or were brought, each by a number, and who brought each (−1: nobody)."""

    customers: pa.Array
    parents: np.ndarray


def tree_of(edges: pa.Table) -> Tree:
    """The tree of the edges.

    Shapes: `edges` has `friend_id` and `referrer_id`, each friend once.
    """
    both = pa.concat_arrays([*edges["friend_id"].chunks, *edges["referrer_id"].chunks]).dictionary_encode()
    places = both.indices.to_numpy()
    parents = np.full(len(both.dictionary), -1, dtype=np.int64)
    parents[places[: edges.num_rows]] = places[edges.num_rows :]
    return Tree(both.dictionary, parents)


def measure_tree(edges: pa.Table, totals: pa.Table) -> pa.Table:
    """What is below each customer: friends of their own, all who came by them, and what those bought.

    Depths come by doubling the way up, and sums level by level from the lowest, so that each edge is passed once.

    Shapes:
        edges: `friend_id`, `referrer_id`; each friend once.
        totals: `customer_id`, `orders`, `spend_minor`; who is absent bought nothing.
        answer: `customer_id`, `root_id`, `depth`, `direct`, `descendants`, `orders`, `spend_minor`; orders and spend
            are those of the descendants, not of the customer. A root has depth 0 and is its own root.

    Raises:
        NotATree: someone is above themselves.
    """
    tree = tree_of(edges)
    depths, roots = _from_above(tree.parents)
    own_orders, own_spend = _of_each(tree.customers, totals)
    ones = np.ones(len(tree.parents), dtype=np.int64)
    descendants, orders, spend = _below(tree.parents, depths, (ones, own_orders, own_spend))
    return pa.table(
        {
            "customer_id": tree.customers,
            "root_id": tree.customers.take(pa.array(roots)),
            "depth": pa.array(depths),
            "direct": pa.array(np.bincount(tree.parents[tree.parents >= 0], minlength=len(depths)).astype(np.int64)),
            "descendants": pa.array(descendants),
            "orders": pa.array(orders),
            "spend_minor": pa.array(spend),
        }
    )


def _from_above(parents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far below its root each customer is, and that root; one more place stands above all roots."""
    size = len(parents)
    above = np.append(np.where(parents >= 0, parents, size), size)
    depths = np.append((parents >= 0).astype(np.int64), 0)
    roots = np.append(np.where(parents >= 0, parents, np.arange(size)), size)
    for _ in range(size.bit_length() + 1):
        if np.all(above == size):
            return depths[:size], roots[:size]
        depths = depths + depths[above]
        above = above[above]
        roots = roots[roots]
    raise NotATree


def _below(parents: np.ndarray, depths: np.ndarray, own: Sequence[np.ndarray]) -> tuple[np.ndarray, ...]:
    """For each of the values: the sum of those of everyone below each customer."""
    below = tuple(np.zeros(len(parents), dtype=np.int64) for _ in own)
    order = np.argsort(depths, kind="stable")
    ends = np.cumsum(np.bincount(depths)) if len(depths) else np.zeros(1, dtype=np.int64)
    for level in range(len(ends) - 1, 0, -1):
        friends = order[ends[level - 1] : ends[level]]
        for sums, values in zip(below, own, strict=True):
            np.add.at(sums, parents[friends], sums[friends] + values[friends])
    return below


def _of_each(customers: pa.Array, totals: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """Each customer's own orders and spend."""
    if not totals.num_rows:
        return np.zeros(len(customers), dtype=np.int64), np.zeros(len(customers), dtype=np.int64)
    places = pc.index_in(customers, value_set=totals["customer_id"])
    orders, spend = (
        pc.fill_null(totals[name].take(places), 0).to_numpy().astype(np.int64) for name in ("orders", "spend_minor")
    )
    return orders, spend


def quantiles(seconds: np.ndarray) -> tuple[float, float, float] | None:
    """The quarter, half and three quarters of the times; None without any."""
    if not len(seconds):
        return None
    low, middle, high = np.quantile(seconds, (0.25, 0.5, 0.75))
    return float(low), float(middle), float(high)
