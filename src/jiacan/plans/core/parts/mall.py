"""`mall`: what customers can have for points."""

from __future__ import annotations

from jiacan.plans.core.parts.benefits import BenefitPart
from jiacan.plans.core.parts.naming import Naming
from jiacan.plans.core.parts.offers import During, KindLinesPart, LimitPart
from jiacan.plans.core.parts.part import Part
from jiacan.plans.core.parts.scalars import Count, PositiveAmount, Slug, YesNo


class MallPricePart(Part):
    """What an item costs."""

    points: Count
    """How many points."""
    money: PositiveAmount | None = None
    """How much money beside them; none when left out."""


class MallItemPart(Part):
    """Something that can be had for points."""

    id: Slug
    """The item's id."""
    name: Naming | None = None
    """Its name; the id when left out."""
    during: During
    """A phase, or `{from, to}`: when it can be had."""
    give: BenefitPart
    """What it is: a gift, a service or a coupon."""
    codes: YesNo = False
    """Whether it is handed over as one of the codes that the shop uploads, such as a partner's vouchers."""
    price: MallPricePart
    """What it costs: points, or points and money."""
    limit: LimitPart | None = None
    """How often it can be had; without end when left out."""
    tiers: tuple[Slug, ...] = ()
    """The tiers whose customers can have it; all customers when left out."""
    budget: KindLinesPart | None = None
    """Which budget line pays, by kind of benefit."""
