"""Coupons that work, and shares that leave something."""

from __future__ import annotations

from collections.abc import Iterator

from jiacan.kernel.messages import tell
from jiacan.kernel.money import Money
from jiacan.plans.contracts.problems import Problem
from jiacan.plans.core.parts.plan import PlanPart
from jiacan.plans.core.parts.things import CouponPart
from jiacan.plans.core.problems import error, warning
from jiacan.plans.core.shape import Written


def check_things(plan: PlanPart, written: Written) -> Iterator[Problem]:
    """What is wrong with coupons, the holdout and a plan that gives nothing."""
    for coupon in plan.coupons:
        yield from _check_coupon(coupon, plan.currency)
    if plan.holdout is not None and plan.holdout.share >= 1:
        yield error(
            plan.holdout.at("share"), tell("With all customers held out nobody is given anything; hold out fewer.")
        )
    if "offers" in written["keys"] and not written["offers"]:
        yield warning(plan.at("offers"), tell("The plan has no offers, so nothing is ever given."))


def _check_coupon(coupon: CouponPart, currency: str) -> Iterator[Problem]:
    if (coupon.off is None) == (coupon.percent is None):
        yield error(
            coupon.at(), tell("Coupon {coupon} needs one of `off` and `percent`, and not both.", coupon=coupon.id)
        )
        return
    if coupon.percent is not None and coupon.at_most is None:
        yield error(
            coupon.at("percent"),
            tell("A percentage needs `at_most`, or nobody can say what coupon {coupon} may cost.", coupon=coupon.id),
        )
    if coupon.off is not None and coupon.at_most is not None:
        yield error(coupon.at("at_most"), tell("`at_most` caps a percentage; an amount `off` needs none. Remove it."))
    if coupon.off is not None and coupon.off >= coupon.min_spend:
        yield warning(
            coupon.at("off"),
            tell(
                "Coupon {coupon} takes {off} off a spend of {min_spend}, so the goods can cost nothing; "
                "raise `min_spend` if that is not meant.",
                coupon=coupon.id,
                off=Money(coupon.off, currency),
                min_spend=Money(coupon.min_spend, currency),
            ),
        )
