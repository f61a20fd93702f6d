"""Units of goods from the dearest down, counted in runs of one price, so that large orders stay small.

Every choice here takes the dearest units first. So whichever unit comes back, the k-th dearest of what is kept never
costs more than before, and no effect grows by a return.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from jiacan.offers.contracts.conditions import BundlePart


@dataclass(frozen=True, slots=True)
class Run:
    """So many units of one line that have one list price."""

    line: int
    sku: str
    price_minor: int
    count: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """Units that an effect falls on: their list price by line, and how many groups or sets they make up."""

    by_line: Mapping[int, int]
    groups: int

    @property
    def minor(self) -> int:
        """The list price of them all."""
        return sum(self.by_line.values())


def split(line: int, sku: str, *, quantity: int, minor: int) -> tuple[Run, ...]:
    """A line's units with their list prices: its price shared evenly, the odd minor units on the first ones.

    >>> [(run.price_minor, run.count) for run in split(0, "tea", quantity=3, minor=1000)]
    [(334, 1), (333, 2)]
    """
    price, odd = divmod(minor, quantity)
    runs = (Run(line, sku, price + 1, odd), Run(line, sku, price, quantity - odd))
    return tuple(run for run in runs if run.count)


def dearest_first(runs: Iterable[Run]) -> tuple[Run, ...]:
    """The runs by price, the dearest first; between equals the earlier line."""
    return tuple(sorted(runs, key=lambda run: (-run.price_minor, run.line)))


def last_of_each(runs: Sequence[Run], *, every: int, units: int, at_most_times: int | None) -> Chosen:
    """Of each whole group of `every` units the last `units`; the runs stand from the dearest down."""
    groups = _at_most(sum(run.count for run in runs) // every, at_most_times)

    def picked_before(place: int) -> int:
        whole, part = divmod(min(place, groups * every), every)
        return whole * units + max(0, part - (every - units))

    by_line: dict[int, int] = {}
    place = 0
    for run in runs:
        picked = picked_before(place + run.count) - picked_before(place)
        by_line[run.line] = by_line.get(run.line, 0) + picked * run.price_minor
        place += run.count
    return Chosen(by_line, groups)


def groups_above(runs: Sequence[Run], *, units: int, price_minor: int, at_most_times: int | None) -> Chosen:
    """The groups of `units` units that cost more than `price_minor`; the runs stand from the dearest down."""
    ends = list(accumulate(run.count for run in runs))
    costs = list(accumulate(run.count * run.price_minor for run in runs))

    def cost_of_first(count: int) -> int:
        run = bisect_right(ends, count)
        if run == len(runs):
            return costs[-1] if costs else 0
        before = (ends[run - 1], costs[run - 1]) if run else (0, 0)
        return before[1] + (count - before[0]) * runs[run].price_minor

    most = _at_most((ends[-1] if ends else 0) // units, at_most_times)
    groups = _last_worth(
        most, price_minor, lambda group: cost_of_first(group * units) - cost_of_first((group - 1) * units)
    )
    by_line: dict[int, int] = {}
    left = groups * units
    for run in runs:
        taken = min(run.count, left)
        by_line[run.line] = by_line.get(run.line, 0) + taken * run.price_minor
        left -= taken
    return Chosen(by_line, groups)


def sets_above(
    runs: Sequence[Run], parts: Sequence[BundlePart], *, price_minor: int, at_most_times: int | None
) -> Chosen:
    """The dearest units that make up whole sets, for as many sets as each still costs more than `price_minor`.

    The runs stand from the dearest down. No unit counts for two parts.

    Source: Edmonds (1971), Matroids and the Greedy Algorithm: units that can fill parts together form a matroid, so
    taking the dearest that still fits, again and again, makes up the dearest sets. What one set more adds never
    grows, so the first set that is not worth it ends the search.
    """
    accepted = _Parts(parts, runs)

    def cost_of(sets: int) -> int:
        return sum(accepted.dearest(sets).values())

    most = _at_most(accepted.whole_sets(), at_most_times)
    sets = _last_worth(most, price_minor, lambda number: cost_of(number) - cost_of(number - 1))
    return Chosen(accepted.dearest(sets), sets)


class _Parts:
    """The parts of a bundle, every choice of them as a mask of bits, and the units that each SKU offers them."""

    def __init__(self, parts: Sequence[BundlePart], runs: Sequence[Run]) -> None:
        bits = [(1 << place, part) for place, part in enumerate(parts)]
        self.needs = {
            mask: sum(part.quantity for bit, part in bits if mask & bit) for mask in range(1, 1 << len(parts))
        }
        self.runs = [(run, sum(bit for bit, part in bits if run.sku in part.skus)) for run in runs]

    def whole_sets(self) -> int:
        """How many sets the units fill, no unit counted twice."""
        offered = {mask: sum(run.count for run, fits in self.runs if fits & mask) for mask in self.needs}
        return min(offered[mask] // needed for mask, needed in self.needs.items())

    def dearest(self, sets: int) -> dict[int, int]:
        """The list price, by line, of the dearest units that fill so many sets."""
        room = {mask: sets * needed for mask, needed in self.needs.items()}
        by_line: dict[int, int] = {}
        for run, fits in self.runs:
            within = [mask for mask in room if fits and mask & fits == fits]
            taken = min((room[mask] for mask in within), default=0)
            taken = min(taken, run.count)
            for mask in within:
                room[mask] -= taken
            by_line[run.line] = by_line.get(run.line, 0) + taken * run.price_minor
        return by_line


def missing_for_sets(runs: Sequence[Run], parts: Sequence[BundlePart], sets: int) -> int:
    """How many units must be added, at the least, to fill so many sets (the deficiency of Hall's theorem)."""
    accepted = _Parts(parts, runs)
    return max(
        0,
        *(
            sets * needed - sum(run.count for run, fits in accepted.runs if fits & mask)
            for mask, needed in accepted.needs.items()
        ),
    )


def whole_sets(runs: Sequence[Run], parts: Sequence[BundlePart]) -> int:
    """How many sets the units fill, no unit counted twice."""
    return _Parts(parts, runs).whole_sets()


def _at_most(count: int, most: int | None) -> int:
    return count if most is None else min(count, most)


def _last_worth(most: int, price_minor: int, worth: Callable[[int], int]) -> int:
    """The last number up to `most` whose `worth`, which never grows, is above the price; 0 where none is."""
    below, above = 0, most + 1
    while above - below > 1:
        middle = (below + above) // 2
        if worth(middle) > price_minor:
            below = middle
        else:
            above = middle
    return below
