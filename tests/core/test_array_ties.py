"""Events are put in the order in which they settle as Python would sort them."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from jiacan.offers.core.arrays.ties import Texts, in_order

EVENTS = st.lists(
    st.tuples(
        st.integers(-3, 3),
        st.booleans(),
        st.text(max_size=3) | st.sampled_from(["a", "ab", "b", "é", "字", "\U0001f375", ""]),
        st.text("ab", max_size=2),
    ),
    max_size=60,
)


def to_texts(texts):
    found = [text.encode("utf-8", "surrogatepass") for text in texts]
    starts = np.concatenate([[0], np.cumsum([len(each) for each in found], dtype=np.int64)]).astype(np.int64)
    return Texts(starts, np.frombuffer(b"".join(found), np.uint8))


@settings(deadline=None)  # the first may have to be compiled
@given(EVENTS)
def test_events_stand_by_time_and_kind_and_then_by_their_texts(events):
    at, is_refund, ids, order_ids = ([event[place] for event in events] for place in range(4))
    order = in_order(np.array(at, np.int64), np.array(is_refund, np.bool_), to_texts(ids), to_texts(order_ids))
    assert sorted(order.tolist()) == list(range(len(events)))
    assert [events[row] for row in order] == sorted(events)


def test_many_events_of_one_moment_are_sorted_by_their_texts():
    ids = [str(number * 7919 % 10_007) for number in range(10_007)]
    none = np.zeros(len(ids), np.int64)
    order = in_order(none, none, to_texts(ids), to_texts([""] * len(ids)))
    assert [ids[row] for row in order] == sorted(ids)
