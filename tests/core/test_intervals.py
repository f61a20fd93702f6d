"""Intervals hold what they promise, whatever the sample; SciPy is the oracle for Welch's."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats

from jiacan.campaigns.core.intervals import (
    Sample,
    bootstrap_mean_difference,
    mean_difference,
    rate_difference,
    score_interval,
)

spends = st.lists(st.integers(0, 10**7), min_size=2, max_size=40)


def sample(values):
    counts = Counter(values)
    return Sample(list(counts), list(counts.values()))


@st.composite
def rates(draw):
    size = draw(st.integers(1, 10**6))
    return draw(st.integers(0, size)), size


@given(rates())
def test_a_score_interval_holds_its_rate_and_stays_within_0_and_1(rate):
    successes, size = rate
    found = score_interval(successes, size)
    assert 0 <= found.low <= found.high <= 1
    assert found.low - 1e-12 <= successes / size <= found.high + 1e-12


@given(rates(), rates())
@example((0, 1), (65535, 65535))
def test_a_difference_turned_round_is_its_mirror(first, second):
    there, back = rate_difference(*first, *second), rate_difference(*second, *first)
    assert there.value == pytest.approx(-back.value)
    assert there.interval.low == pytest.approx(-back.interval.high)
    assert -1 <= there.interval.low <= there.interval.high <= 1


@pytest.mark.filterwarnings("ignore:Precision loss")
@given(spends, spends)
def test_welch_is_what_scipy_says(first, second):
    found = mean_difference(sample(first), sample(second))
    if len(set(first)) == len(set(second)) == 1:
        assert (found.interval.low, found.interval.high) == (found.value, found.value)
        return
    oracle = stats.ttest_ind(first, second, equal_var=False).confidence_interval(0.95)
    assert found.interval.low == pytest.approx(oracle.low, rel=1e-6, abs=1e-3)
    assert found.interval.high == pytest.approx(oracle.high, rel=1e-6, abs=1e-3)


def test_the_bootstrap_repeats_itself_for_a_seed_and_not_for_another():
    first, second = sample(range(0, 400, 3)), sample(range(0, 500, 7))
    assert bootstrap_mean_difference(first, second, seed=1) == bootstrap_mean_difference(first, second, seed=1)
    assert bootstrap_mean_difference(first, second, seed=1) != bootstrap_mean_difference(first, second, seed=2)


def test_where_the_mean_is_tame_the_bootstrap_agrees_with_welch():
    first, second = sample([n % 97 for n in range(3_000)]), sample([n % 89 for n in range(900)])
    welch = mean_difference(first, second).interval
    found = bootstrap_mean_difference(first, second, seed=1)
    reach = welch.high - welch.low
    assert found.low == pytest.approx(welch.low, abs=reach * 0.05)
    assert found.high == pytest.approx(welch.high, abs=reach * 0.05)
