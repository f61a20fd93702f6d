"""95% intervals: for rates, for means, and for their differences.

`docs/algorithms/figures.md` has the formulas and worked numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.special import ndtri, stdtrit

from jiacan.campaigns.contracts.reported import Estimate, Interval

TAIL = 0.975
RESAMPLES = 5_000
_CELLS_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample by its distinct values: `counts[i]` members have `values[i]`."""

    values: Sequence[int]
    counts: Sequence[int]

    @property
    def size(self) -> int:
        """How many members it has."""
        return sum(self.counts)

    @property
    def mean(self) -> float:
        """The mean of its members."""
        return sum(value * count for value, count in zip(self.values, self.counts, strict=True)) / self.size

    @property
    def variance(self) -> float:
        """The unbiased variance of its members."""
        mean = self.mean
        squares = sum((value - mean) ** 2 * count for value, count in zip(self.values, self.counts, strict=True))
        return squares / (self.size - 1)


def score_interval(successes: int, size: int) -> Interval:
    """Wilson's score interval of a rate, without continuity correction.

    Source: E. B. Wilson, JASA 22 (1927) 209-212.
    """
    z = float(ndtri(TAIL))
    rate = successes / size
    middle = 2 * successes + z * z
    reach = z * sqrt(z * z + 4 * successes * (1 - rate))
    below = 2 * (size + z * z)
    return Interval(max(0.0, (middle - reach) / below), min(1.0, (middle + reach) / below))


def rate_difference(successes: int, size: int, less_successes: int, less_size: int) -> Estimate:
    """The first rate less the second, with Newcombe's hybrid score interval.

    Source: R. G. Newcombe, Statistics in Medicine 17 (1998) 873-890, method 10.
    """
    first, second = score_interval(successes, size), score_interval(less_successes, less_size)
    p, q = successes / size, less_successes / less_size
    low = p - q - sqrt((p - first.low) ** 2 + (second.high - q) ** 2)
    high = p - q + sqrt((first.high - p) ** 2 + (q - second.low) ** 2)
    return Estimate(p - q, Interval(max(low, -1.0), min(high, 1.0)))  # floats may step a hair outside


def mean_difference(sample: Sample, less: Sample) -> Estimate:
    """The first mean less the second, with Welch's interval; each sample has two members at least.

    Source: B. L. Welch, Biometrika 34 (1947) 28-35.
    """
    first, second = sample.variance / sample.size, less.variance / less.size
    difference = sample.mean - less.mean
    if first + second == 0:
        return Estimate(difference, Interval(difference, difference))
    freedom = (first + second) ** 2 / (first**2 / (sample.size - 1) + second**2 / (less.size - 1))
    reach = float(stdtrit(freedom, TAIL)) * sqrt(first + second)
    return Estimate(difference, Interval(difference - reach, difference + reach))


def bootstrap_mean_difference(sample: Sample, less: Sample, *, seed: int) -> Interval:
    """The percentile bootstrap's interval of the first mean less the second: 5,000 resamples, drawn from `seed`.

    Source: B. Efron and R. Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.
    """
    first, second = np.random.default_rng(seed).spawn(2)
    differences = _resampled_means(sample, first) - _resampled_means(less, second)
    low, high = np.quantile(differences, [1 - TAIL, TAIL])
    return Interval(float(low), float(high))


def _resampled_means(sample: Sample, chance: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    counts = np.asarray(sample.counts, dtype=np.float64)
    values = np.asarray(sample.values, dtype=np.float64)
    size = sample.size
    at_once = max(1, _CELLS_AT_ONCE // len(values))
    means = [
        chance.multinomial(size, counts / size, size=min(at_once, RESAMPLES - done)) @ values / size
        for done in range(0, RESAMPLES, at_once)
    ]
    return np.concatenate(means)
