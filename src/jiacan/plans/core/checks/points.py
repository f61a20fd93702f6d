"""Terms of points that can be kept."""

from __future__ import annotations

from collections.abc import Iterator

from jiacan.kernel.messages import tell
from jiacan.plans.contracts.problems import Problem
from jiacan.plans.core.parts.plan import PlanPart
from jiacan.plans.core.parts.points import PendingUntil
from jiacan.plans.core.problems import warning


def check_points(plan: PlanPart) -> Iterator[Problem]:
    """Points that could pend for ever."""
    part = plan.points
    if part is None or part.pending_until is not PendingUntil.RECEIVED or plan.assume_received_after is not None:
        return
    yield warning(
        part.at("pending_until"),
        tell(
            "Points of an order whose receipt is never told will pend for ever; say `assume_received_after`, such as "
            "7d, if your shop does not tell it."
        ),
    )
