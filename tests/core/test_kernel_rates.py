"""The token bucket: never more than the burst at once, never more than the rate in the long run."""

from hypothesis import given
from hypothesis import strategies as st

from jiacan.kernel.rates import Bucket, Rate, full_in_seconds, refill, take, wait_seconds

RATES = st.builds(Rate, per_minute=st.integers(1, 100_000), burst=st.integers(1, 10_000))


def test_an_empty_bucket_is_full_again_after_its_time():
    rate = Rate(per_minute=600, burst=100)
    assert refill(Bucket(0, 0), rate, rate.full_seconds) == Bucket(100, 10)


def test_a_bucket_gives_whole_requests_and_keeps_the_rest():
    assert take(Bucket(2.75, 0), 10) == (Bucket(0.75, 0), 2)


def test_a_clock_that_went_back_adds_nothing():
    assert refill(Bucket(1.5, 100), Rate(per_minute=600, burst=10), 50) == Bucket(1.5, 50)


def test_an_empty_bucket_says_how_long_to_wait():
    assert wait_seconds(0, Rate(per_minute=6, burst=1)) == 10
    assert full_in_seconds(4, Rate(per_minute=60, burst=10)) == 6


@given(rate=RATES, steps=st.lists(st.tuples(st.floats(0, 60), st.integers(1, 500)), max_size=50))
def test_no_more_passes_than_the_burst_and_what_time_has_brought(rate: Rate, steps: list[tuple[float, int]]):
    bucket, now, passed = Bucket(rate.burst, 0), 0.0, 0
    for pause, want in steps:
        now += pause
        bucket, taken = take(refill(bucket, rate, now), want)
        passed += taken
        assert 0 <= bucket.left <= rate.burst
        assert passed <= rate.burst + now * rate.per_minute / 60 + 1e-6
