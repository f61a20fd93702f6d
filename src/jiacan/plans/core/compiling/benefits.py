"""From `give` to benefits."""

from __future__ import annotations

from collections.abc import Iterable

from jiacan.offers.contracts.benefits import (
    Benefit,
    BundlePriceBenefit,
    CashBenefit,
    CouponBenefit,
    CreditBenefit,
    DiscountBenefit,
    GiftBenefit,
    PointsBenefit,
    PriceBenefit,
    ServiceBenefit,
    ShippingBenefit,
    TicketBenefit,
    TierBenefit,
    UnitsForBenefit,
    UnitsOffBenefit,
)
from jiacan.offers.contracts.conditions import BundlePart
from jiacan.plans.core.compiling.conditions import to_scope
from jiacan.plans.core.parts.benefits import BenefitPart, DiscountPart, ShippingPart


def to_benefits(parts: Iterable[BenefitPart], bundle: tuple[BundlePart, ...] = ()) -> tuple[Benefit, ...]:
    """The benefits, of parts in which nothing is wrong; `bundle` is the set that a bundle's price is for."""
    return tuple(to_benefit(part, bundle) for part in parts)


def to_benefit(part: BenefitPart, bundle: tuple[BundlePart, ...] = ()) -> Benefit:
    """The benefit, of a part in which exactly one kind is written."""
    counted = _to_counted(part)
    if counted is not None:
        return counted
    if part.points is not None:
        return PointsBenefit(part.points.points, part.points.per, tuple(part.points.by_tier.items()))
    if part.cash is not None:
        return CashBenefit(part.cash)
    if part.credit is not None:
        return CreditBenefit(part.credit)
    if part.discount is not None:
        return _to_price_benefit(part.discount, bundle)
    assert part.tier is not None, "checked: exactly one kind is written"
    return TierBenefit(part.tier, part.for_)


def _to_price_benefit(part: DiscountPart, bundle: tuple[BundlePart, ...]) -> PriceBenefit:
    scope = None if part.of is None else to_scope(part.of)
    caps = part.at_most_times, part.at_most
    if part.free is not None:
        return UnitsOffBenefit(part.free.every, part.free.units, 100, *caps, scope)
    if part.nth is not None:
        return UnitsOffBenefit(part.nth.every, part.nth.units, part.nth.percent, *caps, scope)
    if part.pieces is not None:
        return UnitsForBenefit(part.pieces.every, part.pieces.price, *caps, scope)
    if part.bundle_price is not None:
        return BundlePriceBenefit(bundle, part.bundle_price, *caps)
    if part.shipping is not None:
        return _to_shipping(part.shipping, part.at_most)
    return DiscountBenefit(part.off, part.percent, part.at_most, scope)


def _to_shipping(part: ShippingPart, at_most_minor: int | None) -> ShippingBenefit:
    pay_minor = 0 if part.word is not None else part.pay
    return ShippingBenefit(pay_minor=pay_minor, off_minor=part.off, at_most_minor=at_most_minor)


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
