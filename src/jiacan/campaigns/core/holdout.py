"""The held-out customers beside the rest, as they were drawn: intention to treat."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from jiacan.campaigns.contracts.reported import Arm, Estimate, HoldoutComparison, Unknown
from jiacan.campaigns.core.intervals import Sample, bootstrap_mean_difference, mean_difference, rate_difference
from jiacan.kernel.messages import tell

LARGEST_BOOTSTRAP = 20_000
"""Distinct amounts beyond which a bootstrap takes minutes and says what Welch's interval says already."""

LEAST_CUSTOMERS = 30
"""Fewer customers than this on one side say nothing about a mean."""

_SCALE = 2**64


@dataclass(frozen=True, slots=True)
class SpendGroup:
    """Customers of one side who spent the same: how many, whether they bought, and their orders together."""

    held_out: bool
    bought: bool
    spend_minor: int
    customers: int
    orders: int


def holdout_bound(share: float) -> str:
    """The first 8 bytes of SHA-256, as 16 hexadecimal digits, below which a customer is held out.

    It draws the same line as `fraction_of(identity) < share` does, so that tables need no arithmetic on floats.

    >>> holdout_bound(0.5)
    '8000000000000000'
    """
    low, high = 0, _SCALE - 1
    while low < high:
        middle = (low + high) // 2
        if middle / _SCALE < share:
            low = middle + 1
        else:
            high = middle
    return f"{low:016x}"


def compare(groups: Iterable[SpendGroup], *, seed: int) -> HoldoutComparison | Unknown:
    """The two sides and their differences, or why they cannot be compared."""
    found = sorted(groups, key=lambda group: (group.spend_minor, group.bought))
    held_out = [group for group in found if group.held_out]
    rest = [group for group in found if not group.held_out]
    smaller = min(sum(group.customers for group in side) for side in (held_out, rest))
    if smaller < LEAST_CUSTOMERS:
        return Unknown(
            tell(
                "One side has {customers} customers who had bought before; {least} are needed to compare.",
                customers=smaller,
                least=LEAST_CUSTOMERS,
            )
        )
    return _compare(held_out, rest, seed=seed)


def _compare(held_out: list[SpendGroup], rest: list[SpendGroup], *, seed: int) -> HoldoutComparison:
    control, treated = _arm(held_out), _arm(rest)
    controls, treateds = _sample(held_out), _sample(rest)
    distinct = len(controls.values) + len(treateds.values)
    return HoldoutComparison(
        held_out=control,
        rest=treated,
        rate_difference=rate_difference(treated.buyers, treated.customers, control.buyers, control.customers),
        spend_difference=mean_difference(treateds, controls),
        spend_bootstrap=bootstrap_mean_difference(treateds, controls, seed=seed)
        if distinct <= LARGEST_BOOTSTRAP
        else Unknown(tell("With so many customers the bootstrap says what Welch's interval says already.")),
    )


def _arm(groups: list[SpendGroup]) -> Arm:
    return Arm(
        customers=sum(group.customers for group in groups),
        buyers=sum(group.customers for group in groups if group.bought),
        orders=sum(group.orders for group in groups),
        spend_minor=sum(group.spend_minor * group.customers for group in groups),
    )


def _sample(groups: list[SpendGroup]) -> Sample:
    return Sample([group.spend_minor for group in groups], [group.customers for group in groups])


def return_on_spend(comparison: HoldoutComparison, given_minor: int) -> Estimate | Unknown:
    """What the rest spent beyond what the held-out predict for them, for each unit of money given."""
    if given_minor <= 0:
        return Unknown(tell("No benefit that costs money was given, so there is no spend to return."))
    return comparison.spend_difference.scaled(comparison.rest.customers / given_minor)
