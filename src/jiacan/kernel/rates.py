"""The token bucket: how many requests may pass now, and when the next one may."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """How many requests someone may send: `burst` at once, and `per_minute` in the long run."""

    per_minute: int
    burst: int

    @property
    def full_seconds(self) -> int:
        """How long an empty bucket takes to fill."""
        return max(1, round(self.burst * 60 / self.per_minute))


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is left of a burst at a moment; `at_seconds` is that moment on one clock for all."""

    left: float
    at_seconds: float


def refill(bucket: Bucket, rate: Rate, now_seconds: float) -> Bucket:
    """The bucket as it stands now; a clock that went back adds nothing."""
    passed = max(0.0, now_seconds - bucket.at_seconds)
    return Bucket(min(float(rate.burst), bucket.left + passed * rate.per_minute / 60), now_seconds)


def take(bucket: Bucket, want: int) -> tuple[Bucket, int]:
    """Take up to `want` whole requests out of it: what is left, and how many were taken."""
    taken = min(want, math.floor(bucket.left))
    return Bucket(bucket.left - taken, bucket.at_seconds), taken


def wait_seconds(left: float, rate: Rate) -> int:
    """How long until one request may pass, in whole seconds, at least one.

    >>> wait_seconds(0, Rate(per_minute=30, burst=10))
    2
    """
    return max(1, math.ceil((1 - left) * 60 / rate.per_minute))


def full_in_seconds(left: float, rate: Rate) -> int:
    """How long until the whole burst is there again."""
    return max(0, math.ceil((rate.burst - left) * 60 / rate.per_minute))
