"""Tiers that offers give lie over the walk of orders: held to a slow model, whoever looks when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiacan.members.contracts.tiers import Cause, TierGift, last_day
from jiacan.members.core.tiers import Walk, gift_of, lay_over, lifting, next_moment
from jiacan.offers.contracts.tiers import GivenFor, TierGiven
from jiacan.offers.core.tiers import follow, has_at
from tests.core.test_member_tiers import KEPT, LADDERS, bought, day, ladder, with_returns

PLACES = {"": 0, "a": 1, "b": 2, "gone": 0}


def gift(tier, start, days, taken=None):
    ends_at = day(start + days)
    return TierGift(f"g-{start}-{tier}", "happy", tier, day(start), ends_at, None if taken is None else day(taken))


def looked(here, orders, gifts, at, so_far=(None, "", ())):
    """Where a customer stands whom somebody looked at before, and all steps."""
    before, stood, steps = so_far
    standing, changes = follow(here, before, orders, at)
    walk = Walk(before, changes, standing.seen_at, partial(has_at, here, orders))
    stood, taken = lay_over(here, stood, walk, gifts)
    return standing, stood, (*steps, *taken)


def known(gifts, at):
    """What was given by then; what was taken back later is not known to be."""
    given = [each for each in gifts if each.starts_at <= at]
    return [each if each.taken_at is None or each.taken_at <= at else replace(each, taken_at=None) for each in given]


def slowly(here, orders, gifts, at):
    """By the definition: the higher of where orders alone lead and of what is in force."""
    by_orders = follow(here, None, [each for each in orders if each.paid_at <= at], at)[0].tier
    in_force = [
        each.tier for each in gifts if each.starts_at <= at < min(each.ends_at, each.taken_at or each.ends_at)
    ]
    return max([by_orders, *in_force], key=PLACES.__getitem__)


GIFTS = st.lists(
    st.builds(
        lambda tier, start, lasts, taken: gift(
            tier, start / 2, lasts / 2, None if taken is None else start / 2 + taken
        ),
        st.sampled_from(["a", "b", "gone"]),
        st.integers(0, 140),
        st.integers(1, 60),
        st.none() | st.integers(0, 40),
    ),
    max_size=4,
    unique_by=lambda each: each.order_id,
)


@given(here=LADDERS, paid=KEPT, gifts=GIFTS, looks=st.lists(st.integers(0, 190), max_size=5))
def test_a_customer_stands_on_the_higher_of_both_at_every_moment_whoever_looks_when(here, paid, gifts, looks):
    orders = [with_returns(number, *each) for number, each in enumerate(paid)]
    _, stood, steps = looked(here, orders, gifts, day(100))
    for half in range(201):
        at = day(half / 2)
        last = next((step.after for step in reversed(steps) if step.at <= at), "")
        assert last == slowly(here, orders, gifts, at), at
    so_far = (None, "", ())
    for at in [*(day(half / 2) for half in sorted(looks)), day(100)]:
        paid_by_then = [each for each in orders if each.paid_at <= at]
        so_far = looked(here, paid_by_then, known(gifts, at), at, so_far)
    assert so_far[1:] == (stood, steps)


@given(here=LADDERS, paid=KEPT, gifts=GIFTS)
def test_every_step_leads_on_from_the_one_before_and_says_whose_gift_it_was(here, paid, gifts):
    orders = [with_returns(number, *each) for number, each in enumerate(paid)]
    _, _, steps = looked(here, orders, gifts, day(150))
    stood = ""
    for step in steps:
        assert step.before == stood != step.after
        assert (step.cause is Cause.ORDERS) == (step.offer_id == "")
        assert step.had == has_at(here, orders, step.at)
        stood = step.after


@given(here=LADDERS, paid=KEPT, gifts=GIFTS, at=st.integers(0, 100))
def test_the_next_moment_is_the_first_at_which_something_changes(here, paid, gifts, at):
    orders = [with_returns(number, *each) for number, each in enumerate(paid)]
    standing, stood, steps = looked(here, orders, gifts, day(at))
    moments = [each for each in (standing.look_at, next_moment(gifts, day(at))) if each is not None]
    _, _, more = looked(here, orders, gifts, day(200), (standing, stood, steps))
    assert all(step.at >= min(moments) for step in more[len(steps) :])
    assert moments or more == steps


def test_without_gifts_the_steps_are_those_of_the_walk():
    here, orders = ladder(100, 200), [bought(0, 250)]
    _, changes = follow(here, None, orders, day(200))
    _, _, steps = looked(here, orders, [], day(200))
    assert [(each.before, each.after, each.at, each.had) for each in steps] == [
        (each.before, each.after, each.at, each.had) for each in changes
    ]
    assert {each.cause for each in steps} == {Cause.ORDERS}


def test_a_gift_that_becomes_known_late_counts_from_where_the_customer_was_reckoned_to():
    here = ladder(100, 200)
    so_far = looked(here, [], [], day(10))
    late = gift("b", 5, 20)
    standing, stood, steps = looked(here, [], [late], day(5), so_far)
    assert (stood, standing.seen_at) == ("b", day(10))
    assert [(each.after, each.at, each.cause, each.until) for each in steps] == [("b", day(10), Cause.GIVEN, day(25))]


def test_a_gift_that_was_over_before_it_became_known_never_put_anybody_anywhere():
    here = ladder(100, 200)
    so_far = looked(here, [], [], day(40))
    assert looked(here, [], [gift("b", 5, 20)], day(50), so_far)[1:] == ("", ())


def test_what_is_taken_back_at_the_very_moment_of_a_look_ends_then_and_says_why():
    here, given_gold = ladder(100, 200), gift("b", 0, 20)
    so_far = looked(here, [bought(0, 120)], [given_gold], day(3))
    _, stood, steps = looked(here, [bought(0, 120)], [replace(given_gold, taken_at=day(2))], day(3), so_far)
    assert stood == "a"
    assert (steps[-1].before, steps[-1].at, steps[-1].cause, steps[-1].had) == ("b", day(3), Cause.TAKEN_BACK, 120)


def test_of_gifts_of_one_tier_the_one_that_stays_longest_is_told():
    here, gifts = ladder(100, 200), [gift("b", 0, 20), gift("b", 1, 9)]
    assert lifting(here, "a", gifts, day(2)) == gifts[0]
    assert lifting(here, "b", gifts, day(2)) is None
    assert lifting(here, "", gifts, day(20)) is None


@pytest.mark.parametrize(
    ("given_for", "ends"),
    [
        (GivenFor(days=30), "2026-03-02"),
        (GivenFor(days=1), "2026-02-01"),
        (GivenFor(months=1), "2026-02-28"),
        (GivenFor(months=12), "2027-01-31"),
        (GivenFor(), "2026-01-31"),
    ],
)
def test_a_gift_ends_with_the_midnight_of_the_plans_zone_that_ends_its_last_day(given_for, ends):
    shanghai = ZoneInfo("Asia/Shanghai")
    given_at = datetime(2026, 1, 30, 23, tzinfo=UTC)  # the 31st in Shanghai
    made = gift_of(TierGiven("o", "happy", "anna", "b", given_for, given_at), shanghai)
    assert str(last_day(made.ends_at, shanghai)) == ends
    assert made.ends_at.astimezone(shanghai).hour == 0
    assert made.starts_at == given_at
