"""From `give` to benefits."""

from __future__ import annotations

from collections.abc import Iterable

from jiacan.offers.contracts.benefits import (
    Benefit,
    CashBenefit,
    CouponBenefit,
    CreditBenefit,
    DiscountBenefit,
    GiftBenefit,
    PointsBenefit,
    ServiceBenefit,
    TicketBenefit,
    TierBenefit,
)
from jiacan.plans.core.parts.benefits import BenefitPart


def to_benefits(parts: Iterable[BenefitPart]) -> tuple[Benefit, ...]:
    """The benefits, of parts in which nothing is wrong."""
    return tuple(to_benefit(part) for part in parts)


def to_benefit(part: BenefitPart) -> Benefit:
    """The benefit, of a part in which exactly one kind is written."""
    counted = _to_counted(part)
    if counted is not None:
        return counted
    if part.points is not None:
        return PointsBenefit(part.points.points, part.points.per)
    if part.cash is not None:
        return CashBenefit(part.cash)
    if part.credit is not None:
        return CreditBenefit(part.credit)
    if part.discount is not None:
        return DiscountBenefit(part.discount.off, part.discount.percent, part.discount.at_most)
    assert part.tier is not None, "checked: exactly one kind is written"
    return TierBenefit(part.tier)


def _to_counted(part: BenefitPart) -> Benefit | None:
    if part.gift is not None:
        return GiftBenefit(part.gift, part.quantity)
    if part.service is not None:
        return ServiceBenefit(part.service, part.quantity)
    if part.coupon is not None:
        return CouponBenefit(part.coupon, part.quantity)
    if part.ticket is not None:
        return TicketBenefit(part.ticket, part.quantity)
    return None
