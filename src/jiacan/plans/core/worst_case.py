"""The most that each budget line can be asked for; docs/algorithms/worst-case.md has the rule and worked numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jiacan.kernel.money import micros_to_minor
from jiacan.offers.contracts.benefits import (
    SAME,
    Benefit,
    BundlePriceBenefit,
    CashBenefit,
    CouponBenefit,
    CreditBenefit,
    DiscountBenefit,
    GiftBenefit,
    Kind,
    PointsBenefit,
    PriceBenefit,
    ServiceBenefit,
    ShippingBenefit,
    TicketBenefit,
    TierBenefit,
    UnitsForBenefit,
    UnitsOffBenefit,
)
from jiacan.offers.contracts.conditions import OnMonthDays, OnWeekdays, SpendEvery
from jiacan.offers.contracts.rules import Ladder, Offer, PlanRules, Rung, Trigger
from jiacan.plans.contracts.document import Demand, Draw, PlanDocument, WorstCase

Bound = int | None
"""A number, or None where there is no bound."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What one offer or prize can take of one kind: so many awards of so much each.

    `each` is pieces where the benefit comes from `stock`, else minor units.
    """

    source: str
    kind: Kind
    line: str | None
    stock: str | None
    awards: Bound
    each: Bound

    @property
    def whole(self) -> Bound:
        """All awards together."""
        return times(self.awards, self.each)


def worst_cases(document: PlanDocument, rules: PlanRules) -> tuple[WorstCase, ...]:
    """The worst case of each line of the budget, in the order of the plan."""
    claims = find_claims(document, rules)
    cases = []
    for line in document.budget:
        own = [claim for claim in claims if claim.line == line.id]
        demands = tuple(_to_demand(claim, rules) for claim in own)
        cases.append(WorstCase(line.id, line.amount_minor, demands, cost_of(own, rules)))
    return tuple(cases)


def find_claims(document: PlanDocument, rules: PlanRules) -> tuple[Claim, ...]:
    """Everything that offers and draws can take and that costs something."""
    sides = {reward.offer_id: (*reward.to_referrer, *reward.to_friend) for reward in document.referral_rewards}
    written = [offer for offer in rules.offers if offer.trigger is not Trigger.TICKET_DRAWN]
    offers = [claim for offer in written for claim in _of_offer(offer, sides.get(offer.id), rules)]
    draws = [claim for draw in document.draws for claim in _of_draw(draw, rules)]
    return tuple(claim for claim in (*offers, *draws) if _cost_each(claim, rules) != 0)


def cost_of(claims: Iterable[Claim], rules: PlanRules) -> Bound:
    """The most that the claims cost together, in minor units; pieces of one stock are never more than it has."""
    claims = tuple(claims)
    loose = [claim.whole for claim in claims if claim.stock is None]
    stocked = []
    for stock in dict.fromkeys(claim.stock for claim in claims if claim.stock is not None):
        item = rules.stock[stock]
        asked = add(*(claim.whole for claim in claims if claim.stock == stock))
        stocked.append(item.unit_cost_minor * (item.units if asked is None else min(item.units, asked)))
    return add(*loose, *stocked)


def _to_demand(claim: Claim, rules: PlanRules) -> Demand:
    return Demand(
        source=claim.source,
        kind=claim.kind,
        stock=claim.stock,
        awards=claim.awards,
        each_minor=_cost_each(claim, rules),
        at_most_minor=cost_of([claim], rules),
    )


def _cost_each(claim: Claim, rules: PlanRules) -> Bound:
    return claim.each if claim.stock is None else times(claim.each, rules.stock[claim.stock].unit_cost_minor)


# --- offers -----------------------------------------------------------------------------------------------


def _of_offer(offer: Offer, sides: tuple[Benefit, ...] | None, rules: PlanRules) -> Iterator[Claim]:
    """One claim to each kind, or to each stock item of it.

    Args:
        offer: the offer.
        sides: both sides of a referral, which stand in for the rungs.
        rules: the plan.
    """
    steps = [(sides, 1)] if sides is not None else [(rung.benefits, _multiplier(offer, rung)) for rung in offer.rungs]
    instead = (offer.otherwise, 1)  # given once, however many times over the order meets the offer
    joined = add if offer.ladder is Ladder.ALL else larger
    benefits = [benefit for given, _ in (*steps, instead) for benefit in given]
    for kind, stock in dict.fromkeys((kind_of(benefit), _stock_of(benefit)) for benefit in benefits):
        takes = [times(_take(given, kind, stock, rules), multiplier) for given, multiplier in (*steps, instead)]
        each = larger(joined(*takes[:-1]), takes[-1])
        yield Claim(offer.id, kind, offer.budget.get(kind), stock, most_awards(offer, rules), each)


def most_awards(offer: Offer, rules: PlanRules) -> Bound:
    """How many awards the offer's limits allow in all, or None."""
    limits = offer.limits
    per_days = None if limits.per_day is None else limits.per_day * _open_days(offer, rules)
    return least(limits.total, per_days)


def _open_days(offer: Offer, rules: PlanRules) -> int:
    open_on = frozenset(range(7))
    member_days = [condition for condition in offer.conditions if isinstance(condition, OnMonthDays)]
    for condition in offer.conditions:
        if isinstance(condition, OnWeekdays):
            open_on &= condition.days
    return sum(
        day.weekday() in open_on and all(each.holds_on(day) for each in member_days)
        for day in offer.during.days(rules.zone)
    )


def _multiplier(offer: Offer, rung: Rung) -> Bound:
    for condition in (*offer.conditions, *rung.conditions):
        if isinstance(condition, SpendEvery):
            return condition.at_most_times
    return 1


# --- draws ------------------------------------------------------------------------------------------------


def _of_draw(draw: Draw, rules: PlanRules) -> Iterator[Claim]:
    """One claim to each prize, and one to each consolation, which nothing bounds."""
    decks = len(draw.during.days(rules.zone)) if draw.is_daily else 1
    given = [
        (prize.benefit, prize.units * (decks if prize.days is None else len(prize.days))) for prize in draw.prizes
    ]
    if draw.guarantee is not None:
        given.append((draw.guarantee.prize.benefit, draw.guarantee.prize.units))
    consolation: list[tuple[Benefit, Bound]] = [(benefit, None) for benefit in draw.consolation]
    for benefit, awards in (*given, *consolation):
        kind, stock = kind_of(benefit), _stock_of(benefit)
        yield Claim(draw.id, kind, draw.budget.get(kind), stock, awards, _take((benefit,), kind, stock, rules))


# --- benefits ---------------------------------------------------------------------------------------------


def kind_of(benefit: Benefit) -> Kind:
    """The kind of a benefit."""
    if isinstance(benefit, PriceBenefit):
        return Kind.DISCOUNT
    return Kind(type(benefit).__name__.removesuffix("Benefit").lower())


def _stock_of(benefit: Benefit) -> str | None:
    return benefit.stock if isinstance(benefit, (GiftBenefit, ServiceBenefit)) else None


def _take(benefits: tuple[Benefit, ...], kind: Kind, stock: str | None, rules: PlanRules) -> Bound:
    """What the benefits of this kind and stock take once: pieces, or minor units where there is no stock."""
    same = [benefit for benefit in benefits if (kind_of(benefit), _stock_of(benefit)) == (kind, stock)]
    return add(*(_take_of(benefit, rules) for benefit in same))


def _take_of(benefit: Benefit, rules: PlanRules) -> Bound:
    match benefit:
        case GiftBenefit() | ServiceBenefit():
            return benefit.quantity
        case CouponBenefit():
            return benefit.quantity * rules.coupons[benefit.coupon].face_minor
        case PointsBenefit(per_minor=None):
            most = max((SAME, *(factor for _, factor in benefit.by_tier)))
            return points_minor(-(-benefit.points * most // SAME), rules)  # what is rounded down is more times over
        case PointsBenefit():
            return None if rules.points_value_micros else 0
        case CashBenefit() | CreditBenefit():
            return benefit.minor
        case DiscountBenefit(off_minor=int(off_minor)) | ShippingBenefit(off_minor=int(off_minor)):
            return off_minor
        case DiscountBenefit() | UnitsOffBenefit() | UnitsForBenefit() | BundlePriceBenefit() | ShippingBenefit():
            return benefit.at_most_minor
        case TicketBenefit() | TierBenefit():
            return 0


def points_minor(points: int, rules: PlanRules) -> int:
    """What the points are worth, halves up."""
    return micros_to_minor(points * rules.points_value_micros, rules.currency)


# --- bounds -----------------------------------------------------------------------------------------------


def add(*bounds: Bound) -> Bound:
    """The sum; without bound when one of them is.

    >>> add(1, 2), add(1, None), add()
    (3, None, 0)
    """
    known = [bound for bound in bounds if bound is not None]
    return sum(known) if len(known) == len(bounds) else None


def larger(*bounds: Bound) -> Bound:
    """The largest, 0 when there is none; without bound when one of them is.

    >>> larger(1, 2), larger(1, None), larger()
    (2, None, 0)
    """
    known = [bound for bound in bounds if bound is not None]
    return max(known, default=0) if len(known) == len(bounds) else None


def least(*bounds: Bound) -> Bound:
    """The least; without bound when all of them are.

    >>> least(3, None, 2), least(None)
    (2, None)
    """
    return min((bound for bound in bounds if bound is not None), default=None)


def times(count: Bound, each: Bound) -> Bound:
    """The product; nothing of anything, or anything of nothing, is nothing.

    >>> times(3, 4), times(None, 0), times(None, 4)
    (12, 0, None)
    """
    if count == 0 or each == 0:
        return 0
    return None if count is None or each is None else count * each
