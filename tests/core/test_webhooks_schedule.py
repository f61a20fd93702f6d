"""When a delivery is tried again."""

from datetime import timedelta
from itertools import accumulate, count, pairwise, takewhile

import pytest

from jiacan.webhooks.core.schedule import wait_after

WAITS = list(takewhile(lambda wait: wait is not None, map(wait_after, count(1))))


def test_a_delivery_is_tried_twelve_times_over_exactly_a_day():
    minutes = [moment // timedelta(minutes=1) for moment in accumulate(WAITS, initial=timedelta(0))]
    assert minutes == [0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 1023, 1440]


def test_the_waits_double_until_the_last_which_ends_the_day():
    assert all(later == 2 * earlier for earlier, later in pairwise(WAITS[:-1]))
    assert sum(WAITS, timedelta(0)) == timedelta(days=1)


def test_after_the_last_try_there_is_no_other_however_many_follow():
    assert [wait_after(tries) for tries in (12, 13, 100, 1000)] == [None, None, None, None]


def test_nothing_waits_before_the_first_try():
    with pytest.raises(ValueError, match="nothing has been tried"):
        wait_after(0)
