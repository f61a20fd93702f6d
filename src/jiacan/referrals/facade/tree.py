"""The tree of who brought whom, measured."""

from __future__ import annotations

from collections import deque

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiacan.orders import facade as orders
from jiacan.referrals.contracts.tree import Below, Shape, TreeFigures
from jiacan.referrals.measures.tree import measure_tree, quantiles
from jiacan.referrals.store import links
from jiacan.referrals.store import referrals as store

TOP = 20
"""Customers in the table."""

LARGEST = 3
"""Trees that are drawn."""

MOST_DRAWN = 120
"""Customers in a picture; more cannot be told apart."""

_DAY_SECONDS = 86_400


def figures(shop_id: int) -> TreeFigures:
    """What referrals have come to at the shop: everything but refused ones and those that ended by a merge."""
    edges = store.standing_edges(shop_id)
    customers = set(edges["friend_id"].to_pylist()) | set(edges["referrer_id"].to_pylist())
    measured = measure_tree(edges, orders.totals_table(shop_id, customers) if customers else _nothing())
    holders, clicks = links.count_links(shop_id)
    roots = measured.filter(pc.equal(measured["depth"], 0))
    days = quantiles(edges["seconds"].to_numpy() / _DAY_SECONDS)
    return TreeFigures(
        holders=holders,
        clicks=clicks,
        friends=edges.num_rows,
        k=edges.num_rows / holders if holders else None,
        days=days,
        deepest=int(np.max(measured["depth"].to_numpy(), initial=0)),
        orders=int(np.sum(roots["orders"].to_numpy())),
        spend_minor=int(np.sum(roots["spend_minor"].to_numpy())),
        top=_most(measured, TOP),
        largest=tuple(_shape(edges, root) for root in _most(roots, LARGEST)),
    )


def _nothing() -> pa.Table:
    return pa.table({"customer_id": pa.array([], pa.string()), "orders": [], "spend_minor": []})


def _most(measured: pa.Table, count: int) -> tuple[Below, ...]:
    """Those with the most below them; of equals the one whose friends bought more, then by number."""
    brought = measured.filter(pc.greater(measured["descendants"], 0))
    ranked = brought.sort_by(
        [("descendants", "descending"), ("spend_minor", "descending"), ("customer_id", "ascending")]
    )
    columns = ["customer_id", "direct", "descendants", "orders", "spend_minor"]
    return tuple(Below(**row) for row in ranked.slice(0, count).select(columns).to_pylist())


def _shape(edges: pa.Table, root: Below) -> Shape:
    """The root's tree, level by level, until the picture is full."""
    customers, above = [root.customer_id], [-1]
    waiting = deque([0])
    while waiting and len(customers) < MOST_DRAWN:
        place = waiting.popleft()
        own = edges.filter(pc.equal(edges["referrer_id"], customers[place]))["friend_id"].to_pylist()
        for friend in sorted(own)[: MOST_DRAWN - len(customers)]:
            waiting.append(len(customers))
            customers.append(friend)
            above.append(place)
    return Shape(root, tuple(customers), tuple(above), left_out=root.descendants + 1 - len(customers))
