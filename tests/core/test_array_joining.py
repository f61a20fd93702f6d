"""Pairs find their events by key, and stand by event and offer."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from jiacan.offers.core.arrays.joining import by_event, gather

KEYS = st.lists(st.integers(0, 2**62), unique=True, max_size=40)


@settings(deadline=None)  # the first may have to be compiled
@given(KEYS, st.data())
def test_pairs_stand_by_event_and_offer(keys, data):
    pairs = data.draw(
        st.lists(st.tuples(st.integers(0, len(keys) - 1), st.integers(0, 9)), unique=True) if keys else st.just([])
    )
    rows, ends = by_event(
        np.array(keys, np.int64),
        np.array([keys[event] for event, _ in pairs], np.int64),
        np.array([offer for _, offer in pairs], np.int16),
    )
    assert [pairs[row] for row in rows] == sorted(pairs)
    assert ends.tolist() == [sum(event <= last for event, _ in pairs) for last in range(len(keys))]


def test_values_are_written_in_the_order_of_the_rows():
    to = np.zeros((3, 2), np.int64)
    gather(to[:, 1], np.array([10, 20, 30, 40]), np.array([3, 0, 2]))
    assert to.tolist() == [[0, 40], [0, 10], [0, 30]]
