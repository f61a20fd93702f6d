"""The money behind points: whatever is spent, lost, given back and taken back, in any order and at any value."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from jiacan.kernel.money import allocate
from jiacan.ledger.contracts import AccountKey, Applied, Balance, Group, Hold
from jiacan.ledger.core.decide import decide
from jiacan.ledger.core.transfers import to_transfer
from jiacan.offers.core.backing import Backing, entries_between, following, taken_back, value_of

AT = datetime(2026, 11, 11, tzinfo=UTC)
BUDGET, SPENT = AccountKey("plan/budget/points", "CNY"), AccountKey("plan/spent/points", "CNY")

steps = st.lists(
    st.tuples(st.sampled_from(["spend", "lose", "give back", "take back"]), st.integers(1, 40)), max_size=12
)


def after(backing, what, points):
    """The backing after the step, with as many points as there are for it."""
    in_lots = backing.points - backing.spent - backing.lost
    match what:
        case "spend":
            return following(replace(backing, spent=backing.spent + min(points, in_lots)))
        case "lose":
            return following(replace(backing, lost=backing.lost + min(points, in_lots)))
        case "give back":
            return following(replace(backing, spent=backing.spent - min(points, max(backing.spent, 0))))
    points = min(points, backing.points)
    left = taken_back(backing, points, allocate(backing.worth_minor, [points, backing.points - points])[0])
    return following(replace(left, spent=min(left.spent, left.points - left.lost)))


@given(points=st.integers(1, 100), worth_minor=st.integers(0, 90), history=steps)
def test_what_is_held_and_spent_is_never_more_than_before_and_all_of_it_is_accounted_for(
    points, worth_minor, history
):
    backing = Backing(points=points, worth_minor=worth_minor)
    for what, number in history:
        before, backing = backing, after(backing, what, number)
        assert min(backing.held_minor, backing.spent_minor, backing.freed_minor) >= 0
        assert backing.held_minor + backing.spent_minor + backing.freed_minor == backing.worth_minor
        assert backing.backed_minor <= before.backed_minor
        if what in ("spend", "give back"):
            assert backing.backed_minor == before.backed_minor
        if backing.points == backing.lost:
            assert backing.backed_minor == 0
        if backing.spent == backing.points - backing.lost:
            assert backing.held_minor == 0


@given(points=st.integers(1, 100), worth_minor=st.integers(1, 90), history=steps)
def test_no_step_is_refused_where_the_budget_is_empty(points, worth_minor, history):
    """The line had no more than the award took."""
    backing, keys = Backing(points=points, worth_minor=worth_minor), ("first",)
    held = to_transfer(Hold("first", BUDGET, SPENT, worth_minor, AT), None)
    known, balances = [held], {BUDGET: Balance(worth_minor, worth_minor, 0), SPENT: Balance(0, 0, None)}
    for number, (what, count) in enumerate(history):
        before, backing = backing, after(backing, what, count)
        entries, keys = entries_between(
            before, backing, keys, name=f"step-{number}", budget=BUDGET, spent=SPENT, at=AT
        )
        if not entries:
            continue
        decision = decide(balances, known, [Group(tuple(entries))])
        assert decision.outcomes == (Applied(),)
        known += decision.transfers
        for key, delta in decision.deltas.items():
            was = balances[key]
            balances[key] = Balance(was.posted + delta.posted, was.held + delta.held, was.floor)
        assert balances[BUDGET].held == backing.held_minor
        assert balances[SPENT].posted == backing.spent_minor
        assert balances[BUDGET].available == worth_minor - backing.backed_minor


@given(of=st.integers(1, 200), minor=st.integers(0, 500))
def test_parts_of_points_are_worth_what_all_are(of, minor):
    values = [value_of(points, of=of, minor=minor) for points in range(of + 1)]
    assert (values[0], values[-1]) == (0, minor)
    assert values == sorted(values)
