"""From the parts of a plan in which nothing is wrong to its document and its rules."""

from __future__ import annotations

from jiacan.kernel.money import divide_half_up
from jiacan.kernel.periods import end_of
from jiacan.offers.contracts.rules import BudgetLine, Coupon, PlanRules, StockItem, Trigger
from jiacan.plans.contracts.document import (
    Organiser,
    PlanDocument,
    ReferralReward,
    Risk,
    Task,
)
from jiacan.plans.core.calendar import Calendar, find_due
from jiacan.plans.core.compiling.benefits import to_benefits
from jiacan.plans.core.compiling.birthdays import to_birthday_offers
from jiacan.plans.core.compiling.challenges import to_challenge
from jiacan.plans.core.compiling.draws import to_draw, to_set_aside
from jiacan.plans.core.compiling.mall import to_mall_item
from jiacan.plans.core.compiling.occasions import to_check_in_offer, to_drawn_offer, to_mall_offer
from jiacan.plans.core.compiling.offers import to_name, to_offer
from jiacan.plans.core.compiling.points import to_points_terms
from jiacan.plans.core.compiling.referral import to_referral_terms
from jiacan.plans.core.compiling.tiers import to_ladder
from jiacan.plans.core.goals import to_goal
from jiacan.plans.core.parts.plan import PlanPart
from jiacan.plans.core.parts.things import CouponPart
from jiacan.plans.core.parts.work import RiskPart, TaskPart
from jiacan.plans.core.watches import read_watch


def to_rules(plan: PlanPart, calendar: Calendar, *, version: int) -> PlanRules:
    """Everything that match and settle need."""
    tiers = tuple(part.id for part in plan.tiers)
    written = tuple(to_offer(part, calendar, tiers) for part in plan.offers)
    ladder = to_ladder(plan)
    for_orders = [offer for offer in written if offer.trigger is Trigger.ORDER_PAID]
    return PlanRules(
        plan_id=plan.id,
        version=version,
        name=plan.name.to_name(),
        shop=plan.shop,
        currency=plan.currency,
        zone=plan.timezone,
        offers=(
            *written,
            *(to_drawn_offer(to_draw(part, calendar)) for part in plan.draws),
            *(to_check_in_offer(to_challenge(part, calendar)) for part in plan.challenges),
            *(to_mall_offer(to_mall_item(part, calendar)) for part in plan.mall),
        ),
        stock={item.id: item for item in to_stock(plan)},
        coupons={coupon.id: coupon for coupon in to_coupons(plan)},
        budget={line.id: line for line in to_budget(plan)},
        draws={part.id: to_name(part.name, part.id) for part in plan.draws},
        tiers={part.id: to_name(part.name, part.id) for part in plan.tiers},
        reserve_minor=reserve_minor(plan),
        points_value_micros=plan.points_value,
        holdout_share=float(plan.holdout.share) if plan.holdout else 0.0,
        staff=frozenset(plan.staff),
        points=to_points_terms(plan),
        membership=ladder,
        ladder=ladder if any(offer.asks_tier for offer in for_orders) else None,
        asks_birthdays=any(offer.asks_birthday for offer in for_orders),
        set_aside=to_set_aside((to_draw(part, calendar) for part in plan.draws), plan.timezone),
    )


def to_document(plan: PlanPart, calendar: Calendar) -> PlanDocument:
    """Everything that the plan says beside its offers."""
    return PlanDocument(
        plan_id=plan.id,
        name=plan.name.to_name(),
        description=plan.description,
        shop=plan.shop,
        market=plan.market or "",
        currency=plan.currency,
        zone=plan.timezone,
        organiser=Organiser(plan.organiser.name, plan.organiser.contact) if plan.organiser else None,
        phases=dict(calendar.phases),
        goals=tuple(to_goal(part) for part in plan.goals),
        budget=to_budget(plan),
        reserve_minor=reserve_minor(plan),
        stock=to_stock(plan),
        coupons=to_coupons(plan),
        draws=tuple(to_draw(part, calendar) for part in plan.draws),
        challenges=tuple(to_challenge(part, calendar) for part in plan.challenges),
        mall=tuple(to_mall_item(part, calendar) for part in plan.mall),
        birthdays=to_birthday_offers(plan, calendar),
        referral=to_referral_terms(plan),
        ladder=to_ladder(plan),
        referral_rewards=_to_referral_rewards(plan),
        tasks=tuple(_to_task(part, calendar) for part in plan.tasks),
        risks=tuple(_to_risk(part, plan.currency) for part in plan.risks),
        assume_received_after=plan.assume_received_after,
    )


def reserve_minor(plan: PlanPart) -> int:
    """The reserve's share of the sum of the lines, on top of them; halves up."""
    if plan.budget is None or plan.budget.reserve is None:
        return 0
    numerator, denominator = plan.budget.reserve.as_integer_ratio()
    return divide_half_up(sum(line.amount for line in plan.budget.lines) * numerator, denominator)


def to_budget(plan: PlanPart) -> tuple[BudgetLine, ...]:
    """The lines of the budget."""
    lines = plan.budget.lines if plan.budget else ()
    return tuple(BudgetLine(part.id, to_name(part.name, part.id), part.amount) for part in lines)


def to_stock(plan: PlanPart) -> tuple[StockItem, ...]:
    """The stock items."""
    return tuple(
        StockItem(part.id, to_name(part.name, part.id), part.units, part.unit_cost, part.value) for part in plan.stock
    )


def to_coupons(plan: PlanPart) -> tuple[Coupon, ...]:
    """The coupons."""
    return tuple(_to_coupon(part) for part in plan.coupons)


def _to_coupon(part: CouponPart) -> Coupon:
    return Coupon(
        id=part.id,
        name=to_name(part.name, part.id),
        off_minor=part.off,
        percent=part.percent,
        at_most_minor=part.at_most,
        min_spend_minor=part.min_spend,
        valid_days=part.valid,
        when_returned=part.when_returned,
    )


def _to_referral_rewards(plan: PlanPart) -> tuple[ReferralReward, ...]:
    return tuple(
        ReferralReward(part.id, to_benefits(part.give.to_referrer or ()), to_benefits(part.give.to_friend or ()))
        for part in plan.offers
        if part.trigger is Trigger.REFERRAL_COMPLETED and part.give is not None
    )


def _to_task(part: TaskPart, calendar: Calendar) -> Task:
    due_on = find_due(part.due, calendar)
    assert due_on is not None, "checked: a task has a due day"
    return Task(
        id=part.id,
        name=to_name(part.name, part.id),
        owner=part.owner,
        due_on=due_on,
        due_by=end_of(due_on, calendar.zone),
        needs=part.needs,
        gate=part.gate,
    )


def _to_risk(part: RiskPart, currency: str) -> Risk:
    return Risk(
        id=part.id,
        name=to_name(part.name, part.id),
        watch=read_watch(part.watch, currency),
        do=part.do,
        owner=part.owner,
        backup=part.backup,
    )
