"""The whole plan document."""

from __future__ import annotations

from jiacan.plans.core.parts.birthday import BirthdayPart
from jiacan.plans.core.parts.challenges import ChallengePart
from jiacan.plans.core.parts.draws import DrawPart
from jiacan.plans.core.parts.mall import MallItemPart
from jiacan.plans.core.parts.naming import Naming
from jiacan.plans.core.parts.offers import OfferPart
from jiacan.plans.core.parts.part import Part
from jiacan.plans.core.parts.points import PointsPart
from jiacan.plans.core.parts.referral import ReferralPart
from jiacan.plans.core.parts.scalars import Currency, Format, Label, Market, Micros, Slug, Text, Zone
from jiacan.plans.core.parts.things import BudgetPart, CouponPart, StockPart
from jiacan.plans.core.parts.tiers import MembershipPart, TierPart
from jiacan.plans.core.parts.times import Duration
from jiacan.plans.core.parts.work import GoalPart, HoldoutPart, OrganiserPart, PhasesPart, RiskPart, TaskPart


class PlanPart(Part):
    """A campaign plan. Amounts are major units of `currency`; times are in `timezone`."""

    format: Format
    """The version of this format: jiacan.plan/1."""
    id: Slug
    """The plan's id; its versions and its books go by it."""
    name: Naming
    """The campaign's name."""
    description: Text = ""
    """What the campaign is, in a few sentences."""
    shop: Slug
    """The shop it runs at."""
    market: Market | None = None
    """The country whose law applies (ISO 3166), such as CN."""
    currency: Currency
    """The currency of every amount (ISO 4217), such as CNY."""
    timezone: Zone
    """The time zone of every date and time (IANA), such as Asia/Shanghai."""
    organiser: OrganiserPart | None = None
    """Who answers for the campaign."""
    staff: tuple[Label, ...] = ()
    """Customer ids of the shop's own people, who earn nothing."""
    phases: PhasesPart | None = None
    """When the campaign is prepared, made known, run and wrapped up."""
    goals: tuple[GoalPart, ...] = ()
    """What it should reach."""
    assume_received_after: Duration | None = None
    """How long after payment an order counts as received, for exports without a receipt time."""
    points_value: Micros = 0
    """What one point is worth, for the books."""
    points: PointsPart | None = None
    """How long points last, and when they can be spent."""
    budget: BudgetPart | None = None
    """The money, by line."""
    stock: tuple[StockPart, ...] = ()
    """What is given out by the piece."""
    coupons: tuple[CouponPart, ...] = ()
    """The coupons that offers give."""
    tiers: tuple[TierPart, ...] = ()
    """The membership tiers, from the lowest up: reached by what each needs, or given by offers."""
    membership: MembershipPart | None = None
    """How long orders count for tiers, and how long whoever has less stays."""
    offers: tuple[OfferPart, ...]
    """What customers get, and for what; tried in this order."""
    draws: tuple[DrawPart, ...] = ()
    """The draws that offers give chances in."""
    challenges: tuple[ChallengePart, ...] = ()
    """The check-in challenges, which reward days in a row."""
    mall: tuple[MallItemPart, ...] = ()
    """The points mall: what customers can have for points."""
    birthday: BirthdayPart | None = None
    """The terms of birthdays."""
    referral: ReferralPart | None = None
    """The terms of referrals."""
    holdout: HoldoutPart | None = None
    """Customers left out on purpose, to measure the effect."""
    tasks: tuple[TaskPart, ...] = ()
    """Dated work."""
    risks: tuple[RiskPart, ...] = ()
    """What may go wrong, and what is then done."""
