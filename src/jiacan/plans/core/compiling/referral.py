"""From the part on referrals to their terms."""

from __future__ import annotations

from jiacan.plans.core.parts.plan import PlanPart
from jiacan.referrals.contracts.terms import ReferralTerms


def to_referral_terms(plan: PlanPart) -> ReferralTerms | None:
    """The terms of the plan's referrals, of a part in which nothing is wrong; None where it has none."""
    part = plan.referral
    if part is None:
        return None
    return ReferralTerms(
        window=part.window,
        return_window=part.return_window,
        attribution=part.attribution,
        per_referrer=part.per_referrer,
        per_network_per_day=part.per_network_per_day,
        landing=part.landing,
        assume_received_after=plan.assume_received_after,
    )
