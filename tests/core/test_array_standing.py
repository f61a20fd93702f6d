"""Tiers before orders, reckoned over arrays, are those that the walk through one customer's time finds."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from jiacan.offers.contracts.tiers import Measure
from jiacan.offers.core.arrays.clock import to_us
from jiacan.offers.core.arrays.standing import PaidOrders, places_before
from jiacan.offers.core.tiers import tier_before
from jiacan.orders.contracts import KeptOrder, Returned
from tests.core.test_member_tiers import day, ladder

HOURS = timedelta(hours=1)
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


def as_arrays(found):
    flat = [(customer, each) for customer in sorted(found) for each in found[customer]]
    back = [(place, n) for place, (_, each) in enumerate(flat) for n in range(len(each.returned))]
    return flat, PaidOrders(
        customer=np.array([customer for customer, _ in flat], np.int64),
        paid_us=np.array([to_us(each.paid_at) for _, each in flat], np.int64),
        spend_minor=np.array([first_kept(each) for _, each in flat], np.int64),
        back_of=np.array([place for place, _ in back], np.int64),
        back_us=np.array([to_us(flat[place][1].returned[n].at) for place, n in back], np.int64),
        kept_minor=np.array([kept_after(flat[place][1], n) for place, n in back], np.int64),
    )


def first_kept(order):
    return order.returned[0].kept_before if order.returned else order.kept_minor


def kept_after(order, number):
    later = order.returned[number + 1 :]
    return later[0].kept_before if later else order.kept_minor


@settings(deadline=None)
@given(here=LADDERS, paid=PAID)
def test_arrays_say_what_python_says(here, paid):
    found = kept_orders(paid)
    flat, arrays = as_arrays(found)
    names = ["", *(tier.id for tier in here.tiers)]
    assert [names[place] for place in places_before(here, arrays)] == [
        tier_before(here, found[customer], each.paid_at, each.order_id) for customer, each in flat
    ]
