"""From the part on points to their terms."""

from __future__ import annotations

from dataclasses import replace

from jiacan.offers.contracts.points import AT_ONCE_AND_FOR_EVER, PointsTerms
from jiacan.plans.core.parts.plan import PlanPart
from jiacan.plans.core.parts.points import PendingUntil


def to_points_terms(plan: PlanPart) -> PointsTerms:
    """The terms of the plan's points; without a part they never expire, and are there once they are given."""
    part = plan.points
    if part is None:
        return AT_ONCE_AND_FOR_EVER
    return replace(
        part.expire,
        until_received=part.pending_until is PendingUntil.RECEIVED,
        assume_received_after=plan.assume_received_after,
    )
