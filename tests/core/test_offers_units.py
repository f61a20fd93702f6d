"""Which pieces an effect falls on, counted in runs, is what counting them one by one says."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from jiacan.offers.contracts.conditions import BundlePart
from jiacan.offers.core.units import (
    dearest_first,
    groups_above,
    last_of_each,
    missing_for_sets,
    sets_above,
    split,
    whole_sets,
)

quick = settings(max_examples=150, deadline=None)
few_lines = st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 4), st.integers(0, 30)), max_size=4)
lines = st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 9), st.integers(0, 50)), max_size=5)
times = st.none() | st.integers(1, 3)


def runs_of(bought):
    return dearest_first(
        run
        for place, (sku, quantity, minor) in enumerate(bought)
        for run in split(place, sku, quantity=quantity, minor=minor)
    )


def one_by_one(bought):
    """Every piece as (line, sku, price), the dearest first."""
    return [(run.line, run.sku, run.price_minor) for run in runs_of(bought) for _ in range(run.count)]


def by_line(pieces):
    found = {}
    for line, _, price in pieces:
        found[line] = found.get(line, 0) + price
    return {line: price for line, price in found.items() if price}


def told(chosen):
    return {line: price for line, price in chosen.by_line.items() if price}, chosen.groups


@quick
@given(lines)
def test_the_pieces_of_a_line_cost_what_the_line_costs(bought):
    for place, (sku, quantity, minor) in enumerate(bought):
        runs = split(place, sku, quantity=quantity, minor=minor)
        prices = [run.price_minor for run in runs for _ in range(run.count)]
        assert (len(prices), sum(prices)) == (quantity, minor)
        assert max(prices) - min(prices) <= 1


@quick
@given(lines, st.integers(2, 5), st.integers(1, 4), times)
def test_the_last_of_each_group_are_the_cheapest_of_it(bought, every, units, at_most_times):
    units = min(units, every - 1)
    pieces = one_by_one(bought)
    groups = [pieces[first : first + every] for first in range(0, len(pieces) - every + 1, every)][:at_most_times]
    picked = [piece for group in groups for piece in group[-units:]]
    chosen = last_of_each(runs_of(bought), every=every, units=units, at_most_times=at_most_times)
    assert told(chosen) == (by_line(picked), len(groups))


@quick
@given(lines, st.integers(1, 4), st.integers(1, 40), times)
def test_groups_that_cost_more_than_their_price_are_taken_and_no_others(bought, units, price, at_most_times):
    pieces = one_by_one(bought)
    groups = [pieces[first : first + units] for first in range(0, len(pieces) - units + 1, units)][:at_most_times]
    dear = [group for group in groups if sum(piece[2] for piece in group) > price]
    chosen = groups_above(runs_of(bought), units=units, price_minor=price, at_most_times=at_most_times)
    assert told(chosen) == (by_line(piece for group in dear for piece in group), len(dear))


bundles = st.lists(
    st.builds(BundlePart, st.sets(st.sampled_from("abc"), min_size=1).map(frozenset), st.integers(1, 2)),
    min_size=1,
    max_size=3,
).map(tuple)


def fills(skus, wanted):
    """Whether the pieces can fill the wanted places one to one."""
    if not wanted:
        return True
    return any(sku in wanted[0] and fills(skus[:i] + skus[i + 1 :], wanted[1:]) for i, sku in enumerate(skus))


def dearest_sets(bought, parts, sets):
    """The most that so many sets can cost, by trying every choice of pieces; None where none fills them."""
    wanted = [part.skus for part in parts for _ in range(part.quantity * sets)]
    choices = combinations(one_by_one(bought), len(wanted))
    costs = [sum(p[2] for p in chosen) for chosen in choices if fills([p[1] for p in chosen], wanted)]
    return max(costs, default=None)


@settings(max_examples=80, deadline=None)
@given(few_lines.filter(lambda bought: sum(line[1] for line in bought) <= 8), bundles, st.integers(1, 40))
def test_sets_make_the_goods_cost_least_of_all_choices(bought, parts, price):
    off = {0: 0}
    while (cost := dearest_sets(bought, parts, len(off))) is not None:
        off[len(off)] = cost - len(off) * price
    chosen = sets_above(runs_of(bought), parts, price_minor=price, at_most_times=None)
    assert chosen.minor - chosen.groups * price == max(off.values())
    assert whole_sets(runs_of(bought), parts) == max(off)
    once = sets_above(runs_of(bought), parts, price_minor=price, at_most_times=1)
    assert once.minor - once.groups * price == max(off[0], off.get(1, 0))


@quick
@given(few_lines, bundles, st.integers(1, 2))
def test_what_is_missing_to_a_set_is_enough_and_no_less_is(bought, parts, sets):
    missing = missing_for_sets(runs_of(bought), parts, sets)
    assert (missing == 0) == (whole_sets(runs_of(bought), parts) >= sets)
    if missing:
        # Some choice of so many more pieces fills the sets, and no choice of one fewer does.
        assert any(_fills_with(bought, parts, sets, more) for more in _choices(missing))
        assert not any(_fills_with(bought, parts, sets, fewer) for fewer in _choices(missing - 1))


def _choices(count):
    return [(a, b, count - a - b) for a in range(count + 1) for b in range(count + 1 - a)]


def _fills_with(bought, parts, sets, more):
    added = [(sku, count, 0) for sku, count in zip("abc", more, strict=True) if count]
    return whole_sets(runs_of([*bought, *added]), parts) >= sets


def test_a_million_pieces_are_counted_without_counting_them():
    runs = runs_of([("a", 10**9, 3 * 10**9), ("b", 10**9, 2 * 10**9)])
    assert last_of_each(runs, every=3, units=1, at_most_times=None).groups == 2 * 10**9 // 3
    assert groups_above(runs, units=2, price_minor=5, at_most_times=None).groups == 5 * 10**8
    parts = (BundlePart(frozenset("a"), 1), BundlePart(frozenset("b"), 2))
    assert sets_above(runs, parts, price_minor=1, at_most_times=None).groups == 5 * 10**8
