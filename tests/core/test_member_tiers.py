"""Up at once, down one step after a grace: the same however often somebody looks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from jiacan.kernel.messages import Name
from jiacan.offers.contracts.tiers import Ladder, Measure, Tier
from jiacan.offers.core.tiers import follow, has_at, matters_since, next_tier, tier_before
from jiacan.orders.contracts import KeptOrder, Returned

BEGIN = datetime(2026, 1, 1, 12, tzinfo=UTC)


def ladder(*needs, measure=Measure.SPEND, within=100, grace=10):
    """Tiers a, b and so on that need so much; days of the period (None: the calendar year) and of the grace."""
    return Ladder(
        plan_id="plan",
        tiers=tuple(Tier(name, Name(name, name), need) for name, need in zip("abc", needs, strict=False)),
        measure=measure,
        within=None if within is None else timedelta(days=within),
        grace=timedelta(days=grace),
        zone=ZoneInfo("Asia/Shanghai"),
        currency="CNY",
    )


def day(days):
    return BEGIN + timedelta(days=days)


def bought(days, minor):
    return KeptOrder(f"o-{days}", day(days), minor)


def steps(found):
    return [(change.before, change.after, (change.at - BEGIN).days, change.had) for change in found]


def test_an_order_that_reaches_two_tiers_leads_to_the_higher_one_at_once():
    standing, found = follow(ladder(100, 200, 500), None, [bought(1, 250)], day(1))
    assert steps(found) == [("", "b", 1, 250)]
    assert (standing.tier, standing.since, standing.look_at) == ("b", day(1), day(101))


def test_whoever_has_less_goes_down_one_step_after_each_grace():
    _, found = follow(ladder(100, 200), None, [bought(0, 250)], day(200))
    assert steps(found) == [("", "b", 0, 250), ("b", "a", 110, 0), ("a", "", 120, 0)]


def test_an_order_within_the_grace_keeps_the_tier():
    standing, found = follow(ladder(100, 200), None, [bought(0, 250), bought(105, 200)], day(150))
    assert steps(found) == [("", "b", 0, 250)]
    assert standing.grace_until is None


def test_without_a_grace_whoever_has_less_goes_down_at_that_moment():
    _, found = follow(ladder(100, grace=0), None, [bought(0, 100)], day(150))
    assert steps(found) == [("", "a", 0, 100), ("a", "", 100, 0)]


def test_without_a_grace_two_steps_down_are_taken_at_one_moment():
    here, paid = ladder(100, 200, grace=0), [bought(0, 250)]
    _, found = follow(here, None, paid, day(150))
    assert steps(found) == [("", "b", 0, 250), ("b", "a", 100, 0), ("a", "", 100, 0)]
    assert follow(here, follow(here, None, paid, day(100))[0], paid, day(150))[1] == ()


def test_a_return_counts_from_its_moment_whenever_somebody_looks():
    here = ladder(100, 200)
    paid = KeptOrder("o", day(0), 120, (Returned(day(6), 250),))
    _, found = follow(here, None, [paid], day(16))
    assert steps(found) == [("", "b", 0, 250), ("b", "a", 16, 120)]


def test_a_return_counts_against_the_tier_from_when_it_is_known():
    here = ladder(100, 200)
    before, _ = follow(here, None, [bought(0, 250)], day(5))
    during, found = follow(here, before, [bought(0, 120)], day(6))
    assert (found, during.tier, during.grace_until) == ((), "b", day(16))
    _, found = follow(here, during, [bought(0, 120)], day(16))
    assert steps(found) == [("b", "a", 16, 120)]


def test_orders_of_which_nothing_was_kept_do_not_count():
    here = ladder(2, measure=Measure.ORDERS)
    assert has_at(here, [bought(0, 5), bought(1, 0)], day(2)) == 1
    assert follow(here, None, [bought(0, 5), bought(1, 0)], day(2))[1] == ()


def test_a_calendar_year_ends_at_midnight_in_the_zone():
    here = ladder(100, within=None, grace=0)
    _, found = follow(here, None, [bought(0, 100)], day(400))
    assert [(change.after, change.at) for change in found] == [
        ("a", day(0)),
        ("", datetime(2026, 12, 31, 16, tzinfo=UTC)),
    ]


def test_the_next_tier_is_the_one_above():
    here = ladder(100, 200)
    assert [next_tier(here, tier) for tier in ("", "a", "b")] == [here.tiers[0], here.tiers[1], None]


ORDERS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 150)), max_size=6, unique_by=lambda each: each[0])
LADDERS = st.builds(
    ladder,
    st.just(100),
    st.just(200),
    within=st.sampled_from([5, 20, None]),
    grace=st.sampled_from([0, 3, 10]),
)


@given(here=LADDERS, paid=ORDERS, looks=st.lists(st.integers(0, 80), max_size=5))
def test_it_makes_no_difference_how_often_somebody_looks(here, paid, looks):
    orders = [bought(days, minor) for days, minor in sorted(paid)]
    at_once = follow(here, None, orders, day(90))
    standing, found = None, []
    for until in [*sorted(looks), 90]:
        known = [each for each in orders if each.paid_at <= day(until)]
        standing, steps_taken = follow(here, standing, known, day(until))
        found += steps_taken
    assert (standing.tier, tuple(found)) == (at_once[0].tier, at_once[1])


@given(here=LADDERS, paid=ORDERS)
def test_nobody_stands_higher_than_they_once_reached_or_goes_down_more_than_a_step(here, paid):
    orders = [bought(days, minor) for days, minor in sorted(paid)]
    _, found = follow(here, None, orders, day(90))
    places = {"": 0, "a": 1, "b": 2}
    for change in found:
        up = places[change.after] - places[change.before]
        assert up > 0 or up == -1
        if up > 0:
            assert change.had == has_at(here, orders, change.at) >= here.tiers[places[change.after] - 1].needs
    assert all(first.after == second.before for first, second in pairwise(found))


def test_an_order_is_paid_on_the_tier_that_those_before_it_reached():
    here = ladder(100, 200)
    paid = [bought(0, 150), bought(1, 60), bought(2, 10)]
    found = [tier_before(here, paid, each.paid_at, each.order_id) for each in paid]
    assert found == ["", "a", "b"]


def test_of_orders_at_one_moment_the_smaller_id_comes_first_and_what_comes_back_then_comes_after():
    here = ladder(100, 200)
    first = KeptOrder("a", day(0), 0, (Returned(day(0), 150),))
    assert [tier_before(here, [first], day(0), name) for name in ("a", "b")] == ["", "a"]
    assert tier_before(here, [first], day(1), "c") == ""
    came_back_later = KeptOrder("a", day(0), 0, (Returned(day(1), 150),))
    assert tier_before(here, [came_back_later], day(1), "c") == "a"
    assert tier_before(ladder(100, grace=0), [came_back_later], day(2), "c") == ""


RETURNS = st.lists(st.tuples(st.integers(0, 90), st.integers(0, 150)), max_size=2)
KEPT = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 150), RETURNS), max_size=6)


def with_returns(number, days, minor, back):
    """An order of which something came back on some days, each time more."""
    left, returned = minor, []
    for after, gone in sorted(back):
        returned.append(Returned(day(days + after), left))
        left = max(0, left - gone)
    return KeptOrder(f"o-{number}", day(days), left, tuple(returned))


@given(here=LADDERS, paid=KEPT, at=st.integers(0, 95))
def test_older_orders_have_no_bearing_on_the_tier(here, paid, at):
    orders = [with_returns(number, *each) for number, each in enumerate(paid)]
    since = matters_since(here, day(at))
    lately = [each for each in orders if each.paid_at >= since]
    assert tier_before(here, lately, day(at), "x") == tier_before(here, orders, day(at), "x")


@given(here=LADDERS, paid=KEPT, looks=st.lists(st.integers(0, 95), max_size=5))
def test_the_tier_before_an_order_is_where_looking_again_and_again_leads(here, paid, looks):
    orders = [with_returns(number, *each) for number, each in enumerate(paid)]
    standing = None
    for until in sorted(looks):
        standing, _ = follow(here, standing, [each for each in orders if each.paid_at <= day(until)], day(until))
    at = max(looks, default=0) + 0.5
    standing, _ = follow(here, standing, [each for each in orders if each.paid_at <= day(at)], day(at))
    assert tier_before(here, orders, day(at), "x") == standing.tier
