"""From the parts on tiers to their ladder."""

from __future__ import annotations

from jiacan.offers.contracts.tiers import Ladder, Measure, Privilege, Tier
from jiacan.plans.core.compiling.offers import to_name
from jiacan.plans.core.parts.plan import PlanPart
from jiacan.plans.core.parts.tiers import MembershipPart, NeedsPart, TierPart


def to_ladder(plan: PlanPart) -> Ladder | None:
    """The ladder of a plan in which nothing is wrong; None where no tier says what it needs."""
    needs = [(part, part.needs) for part in plan.tiers if part.needs is not None]
    if not needs:
        return None
    membership = plan.membership
    return Ladder(
        plan_id=plan.id,
        tiers=tuple(_to_tier(part, each) for part, each in needs),
        measure=Measure.SPEND if needs[0][1].spend is not None else Measure.ORDERS,
        within=_DEFAULT_WITHIN if membership is None else membership.within,
        grace=_DEFAULT_GRACE if membership is None else membership.grace,
        zone=plan.timezone,
        currency=plan.currency,
    )


_DEFAULT_WITHIN = MembershipPart.model_fields["within"].default
_DEFAULT_GRACE = MembershipPart.model_fields["grace"].default


def _to_tier(part: TierPart, needs: NeedsPart) -> Tier:
    return Tier(
        id=part.id,
        name=to_name(part.name, part.id),
        needs=_amount(needs),
        privileges=tuple(Privilege(each.name.to_name(), each.by) for each in part.privileges),
    )


def _amount(needs: NeedsPart) -> int:
    return needs.spend or needs.orders or 0
