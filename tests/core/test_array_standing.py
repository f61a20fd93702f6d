"""Tiers before orders, reckoned over arrays, are those that the walk through one customer's time finds."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from jiacan.offers.contracts.tiers import Measure
from jiacan.offers.core.arrays import standing
from jiacan.offers.core.arrays.standing import tiers_before
from jiacan.offers.core.tiers import tier_before
from jiacan.orders.contracts import KeptOrder, Returned
from tests.core.test_member_tiers import day, ladder

LADDERS = st.builds(
    ladder,
    st.integers(1, 120),
    st.integers(121, 300),
    st.integers(301, 400),
    measure=st.just(Measure.SPEND),
    within=st.sampled_from([5, 20, None]),
    grace=st.sampled_from([0, 3, 10]),
) | st.builds(
    ladder,
    st.just(1),
    st.just(3),
    measure=st.just(Measure.ORDERS),
    within=st.sampled_from([5, 20, None]),
    grace=st.sampled_from([0, 3]),
)
RETURNS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 150)), max_size=2)
# Few moments, so that much falls on one; days from December on, so that a year ends meanwhile.
PAID = st.lists(st.tuples(st.integers(0, 2), st.integers(330, 400), st.integers(0, 200), RETURNS), max_size=14)


def kept_orders(paid):
    """The orders of each customer in the order of time."""
    found = {}
    for number, (customer, days, minor, back) in enumerate(paid):
        left, returned = minor, []
        for after, gone in sorted(back):
            returned.append(Returned(day(days + after), left))
            left = max(0, left - gone)
        found.setdefault(customer, []).append(KeptOrder(f"o-{number:02}", day(days), left, tuple(returned)))
    return {customer: sorted(each, key=lambda of: (of.paid_at, of.order_id)) for customer, each in found.items()}


@settings(deadline=None)
@given(here=LADDERS, paid=PAID)
def test_arrays_say_what_python_says(here, paid):
    found = kept_orders(paid)
    assert tiers_before(here, found) == {
        each.order_id: tier_before(here, of, each.paid_at, each.order_id) for of in found.values() for each in of
    }


def test_what_is_compiled_beforehand_is_what_histories_use():
    standing.be_ready()
    compiled = list(standing._walk.signatures)
    orders = kept_orders([(0, 330, 150, []), (0, 340, 150, [(5, 150)])])
    tiers_before(ladder(100, 200, 300, measure=Measure.SPEND, within=20, grace=3), orders)
    assert list(standing._walk.signatures) == compiled
