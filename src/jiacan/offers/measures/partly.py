"""Numbers and truths that the plan alone may decide: plain where it does, a column's expression where orders do.

So an engine reckons only what differs from order to order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import TypeAlias

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.types as ir

Number: TypeAlias = int | ir.IntegerValue
Truth: TypeAlias = bool | ir.BooleanValue


def both(*truths: Truth) -> Truth:
    """Whether all are true."""
    if False in [truth for truth in truths if isinstance(truth, bool)]:
        return False
    open_ones = [truth for truth in truths if not isinstance(truth, bool)]
    return reduce(and_, open_ones) if open_ones else True


def either(truths: Iterable[Truth]) -> Truth:
    """Whether any is true."""
    asked = list(truths)
    if True in [truth for truth in asked if isinstance(truth, bool)]:
        return True
    open_ones = [truth for truth in asked if not isinstance(truth, bool)]
    return reduce(or_, open_ones) if open_ones else False


def negated(truth: Truth) -> Truth:
    """Whether it is not true."""
    return not truth if isinstance(truth, bool) else ~truth


def choose(truth: Truth, chosen: Number, otherwise: Number) -> Number:
    """One number or the other."""
    if isinstance(truth, bool):
        return chosen if truth else otherwise
    return ibis.ifelse(truth, to_value(chosen), to_value(otherwise))


def product(first: Number, second: Number) -> Number:
    """The two multiplied."""
    for one, other in ((first, second), (second, first)):
        if isinstance(one, int) and one in (0, 1):
            return one * 0 if one == 0 else other
    return first * second


def total(numbers: Iterable[Number]) -> Number:
    """All added up."""
    asked = list(numbers)
    fixed = sum(number for number in asked if isinstance(number, int))
    open_ones = [number for number in asked if not isinstance(number, int)]
    return sum(open_ones[1:], open_ones[0] + fixed if fixed else open_ones[0]) if open_ones else fixed


def to_value(number: Number) -> ir.IntegerValue:
    """The number as an expression of 64 bits, wide enough for whatever is added to it."""
    return in_64_bits(ibis.literal(number, "int64")) if isinstance(number, int) else number


def in_64_bits(number: ir.IntegerValue) -> ir.IntegerValue:
    """The number in as many bits as Ibis says it has.

    DuckDB gives plain numbers 32 bits and sums 128; adding up the former can fail, and the latter are slow.
    """
    return ops.Cast(number, dt.int64).to_expr()


@dataclass(frozen=True, slots=True)
class Count:
    """How many of some truths hold: `fixed` surely do, and each of `open_ones` may."""

    fixed: int
    open_ones: tuple[ir.BooleanValue, ...]

    def equals(self, number: int) -> Truth:
        """Whether it is that many."""
        missing = number - self.fixed
        if not 0 <= missing <= len(self.open_ones):
            return False
        if missing == 0:
            return negated(either(self.open_ones))
        if missing == len(self.open_ones):
            return both(*self.open_ones)
        return total(choose(one, 1, 0) for one in self.open_ones) == missing


def count(truths: Iterable[Truth]) -> Count:
    """How many hold."""
    asked = list(truths)
    open_ones = tuple(truth for truth in asked if not isinstance(truth, bool))
    return Count(sum(truth for truth in asked if isinstance(truth, bool)), open_ones)
