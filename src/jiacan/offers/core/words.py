"""Offers in words: every condition, benefit, limit and policy as a sentence, so that nobody has to guess."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jiacan.kernel.messages import Message, Name, tell
from jiacan.kernel.money import Money
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
    ServiceBenefit,
    ShippingBenefit,
    TicketBenefit,
    TierBenefit,
    UnitsForBenefit,
    UnitsOffBenefit,
)
from jiacan.offers.contracts.conditions import Condition, OnTiers
from jiacan.offers.contracts.occasions import TO_FRIEND, TO_REFERRER
from jiacan.offers.contracts.rules import (
    WRITTEN_AS_OFFERS,
    Coupon,
    Ladder,
    Limits,
    Offer,
    Pick,
    PlanRules,
    RefundPolicy,
    Rung,
    Stacking,
    Trigger,
)
from jiacan.offers.contracts.tiers import GivenFor
from jiacan.offers.contracts.words import OfferWords, RungWords
from jiacan.offers.core.condition_words import condition_words, in_scope, parts_words


def offer_words(offer: Offer, rules: PlanRules) -> OfferWords:
    """The offer as its plan promises it."""
    tell_benefits = _Benefits(rules)
    return OfferWords(
        offer_id=offer.id,
        name=offer.name,
        during=offer.during,
        trigger=_TRIGGERS[offer.trigger],
        asks=tuple(_asked(each, offer, rules) for each in offer.conditions),
        rungs=tuple(
            RungWords(
                rung.number,
                tuple(_asks(rung, offer, rules)),
                tuple(tell_benefits.of(rung.benefits)),
            )
            for rung in offer.rungs
        ),
        ladder=_LADDERS[offer.ladder] if len(offer.rungs) > 1 and offer.trigger is Trigger.ORDER_PAID else None,
        limits=tuple(_limits(offer.limits)),
        otherwise=tuple(tell_benefits.of(offer.otherwise)),
        stacking=None if offer.stacking is None else _stacking(offer.stacking, offer, rules),
        on_refund=tuple(_refunds(offer)) if offer.trigger in WRITTEN_AS_OFFERS else (),
    )


def _asks(rung: Rung, offer: Offer, rules: PlanRules) -> Iterator[Message]:
    if offer.trigger is Trigger.REFERRAL_COMPLETED and rung.number in _SIDES:
        yield _SIDES[rung.number]
    if offer.trigger is Trigger.CHECK_IN:
        yield tell("{days} days in a row", days=rung.number)
    for condition in rung.conditions:
        yield _asked(condition, offer, rules)


def _asked(condition: Condition, offer: Offer, rules: PlanRules) -> Message:
    """What the condition asks; a tier that the plan gives too is asked of orders alone where an order is asked."""
    words = condition_words(condition, rules)
    if offer.trigger is Trigger.ORDER_PAID and isinstance(condition, OnTiers):
        given = {tier for each in rules.offers for tier in each.given_tiers}
        if given & condition.tiers:
            return tell("{words}, by their orders alone", words=words)
    return words


def benefit_words(benefits: Iterable[Benefit], rules: PlanRules) -> tuple[Message, ...]:
    """What each benefit gives."""
    return tuple(_Benefits(rules).of(benefits))


_TRIGGERS = {
    Trigger.ORDER_PAID: tell("when an order is paid"),
    Trigger.REFERRAL_COMPLETED: tell("when a friend's first order is received and past its return window"),
    Trigger.TICKET_DRAWN: tell("when a chance is drawn"),
    Trigger.CHECK_IN: tell("when a customer did the tasks of so many days in a row"),
    Trigger.BIRTHDAY: tell("for a customer's birthday, once a year"),
    Trigger.MALL: tell("when a customer spends points on it"),
}
_SIDES = {
    TO_REFERRER: tell("for whoever brought the friend"),
    TO_FRIEND: tell("for the friend"),
}
_LADDERS = {
    Ladder.BEST: tell("only the highest step reached is given"),
    Ladder.ALL: tell("every step reached is given"),
}


class _Benefits:
    """Tells benefits in the words of one plan: its names and its currency."""

    def __init__(self, rules: PlanRules) -> None:
        self.rules = rules

    def of(self, benefits: Iterable[Benefit]) -> Iterator[Message]:
        for benefit in benefits:
            yield self.one(benefit)

    def money(self, minor: int) -> Money:
        return Money(minor, self.rules.currency)

    def one(self, benefit: Benefit) -> Message:
        rules = self.rules
        match benefit:
            case GiftBenefit(stock, quantity) | ServiceBenefit(stock, quantity):
                item = rules.stock[stock]
                return tell(
                    "{name} × {number}, worth {value}",
                    name=item.name,
                    number=quantity,
                    value=self.money(item.value_minor * quantity),
                )
            case CouponBenefit(coupon, quantity):
                of = rules.coupons[coupon]
                return tell("{name} × {number} ({terms})", name=of.name, number=quantity, terms=self.coupon(of))
            case PointsBenefit():
                return self.points(benefit)
            case CashBenefit(minor):
                return tell("{amount} in cash", amount=self.money(minor))
            case CreditBenefit(minor):
                return tell("{amount} of shop credit", amount=self.money(minor))
            case TicketBenefit(draw, quantity):
                return tell("{number} chance(s) in {draw}", number=quantity, draw=rules.draws[draw])
            case TierBenefit(tier, given_for):
                return _tier(rules.tiers[tier], given_for)
            case _:
                return self.price(benefit)

    def points(self, benefit: PointsBenefit) -> Message:
        words = tell("{number} points", number=benefit.points)
        if benefit.per_minor is not None:
            amount = self.money(benefit.per_minor)
            words = tell("{number} points for each {amount} spent", number=benefit.points, amount=amount)
        if not benefit.by_tier:
            return words
        factors = tuple(
            tell("{tier} × {factor}", tier=self.rules.tiers[tier], factor=factor_text(factor))
            for tier, factor in benefit.by_tier
        )
        return tell("{words} (by tier: {factors})", words=words, factors=factors)

    def price(self, benefit: Benefit) -> Message:
        match benefit:
            case DiscountBenefit(off_minor=None, percent=percent):
                words = tell("{percent}% off", percent=percent)
            case DiscountBenefit(off_minor=off):
                words = tell("{amount} off", amount=self.money(off or 0))
            case UnitsOffBenefit(every=every, units=units, percent=100):
                words = tell("of every {every} pieces, the {units} cheapest free", every=every, units=units)
            case UnitsOffBenefit(every=every, units=units, percent=percent):
                words = tell(
                    "of every {every} pieces, {percent}% off the {units} cheapest",
                    every=every,
                    units=units,
                    percent=percent,
                )
            case UnitsForBenefit(units=units, price_minor=price):
                words = tell("any {units} pieces for {price}", units=units, price=self.money(price))
            case BundlePriceBenefit(parts=parts, price_minor=price):
                words = tell("the set for {price}: {parts}", price=self.money(price), parts=parts_words(parts))
            case ShippingBenefit(pay_minor=0):
                words = tell("free shipping")
            case ShippingBenefit(pay_minor=None, off_minor=off):
                words = tell("{amount} off shipping", amount=self.money(off or 0))
            case ShippingBenefit(pay_minor=pay):
                words = tell("shipping for {price}", price=self.money(pay or 0))
            case _:  # pragma: no cover - `one` has dealt with the rest
                raise AssertionError(benefit)
        return in_scope(self.capped(words, benefit), getattr(benefit, "scope", None))

    def capped(self, words: Message, benefit: Benefit) -> Message:
        at_most = getattr(benefit, "at_most_minor", None)
        times = getattr(benefit, "at_most_times", None)
        if times is not None:
            words = tell("{words}, {times} times at most", words=words, times=times)
        return (
            words if at_most is None else tell("{words}, {amount} at most", words=words, amount=self.money(at_most))
        )

    def coupon(self, of: Coupon) -> Message:
        off = (
            tell("{amount} off", amount=self.money(of.off_minor))
            if of.off_minor is not None
            else tell(
                "{percent}% off, {amount} at most", percent=of.percent, amount=self.money(of.at_most_minor or 0)
            )
        )
        if of.min_spend_minor == 0:
            return tell("{off}, valid for {days} days", off=off, days=of.valid_days)
        return tell(
            "{off} from {least} on, valid for {days} days",
            off=off,
            least=self.money(of.min_spend_minor),
            days=of.valid_days,
        )


def _tier(name: Name, given_for: GivenFor | None) -> Message:
    words = tell("tier {tier}", tier=name)
    if given_for is None:
        return words
    if given_for.days is not None:
        return tell("{words} for {days} days", words=words, days=given_for.days)
    if given_for.months is not None:
        return tell("{words} for {months} months", words=words, months=given_for.months)
    return tell("{words} until the month ends", words=words)


def _limits(limits: Limits) -> Iterator[Message]:
    if limits.total is not None:
        yield tell("{number} in all", number=limits.total)
    if limits.per_day is not None:
        yield tell("{number} a day", number=limits.per_day)
    if limits.per_customer is not None:
        yield tell("{number} to a customer", number=limits.per_customer)
    if limits.per_customer_per_day is not None:
        yield tell("{number} to a customer in a day", number=limits.per_customer_per_day)


def _stacking(stacking: Stacking, offer: Offer, rules: PlanRules) -> Message | None:
    others = tuple(
        each.name
        for each in rules.offers
        if each.id != offer.id and each.stacking is not None and each.stacking.group == stacking.group
    )
    if not others or stacking.pick is Pick.ALL:
        return None
    if stacking.pick is Pick.BEST:
        return tell("not together with {others}: an order gets the one worth most", others=others)
    return tell("not together with {others}: an order gets the first it meets", others=others)


_KINDS = {
    Kind.GIFT: tell("gifts"),
    Kind.SERVICE: tell("services"),
    Kind.COUPON: tell("coupons"),
    Kind.POINTS: tell("points"),
    Kind.CASH: tell("cash"),
    Kind.CREDIT: tell("shop credit"),
    Kind.DISCOUNT: tell("price reductions"),
    Kind.TICKET: tell("chances"),
    Kind.TIER: tell("tiers"),
}


def factor_text(hundredths: int) -> str:
    """A factor as it is written.

    >>> factor_text(150), factor_text(200), factor_text(125)
    ('1.5', '2', '1.25')
    """
    whole, rest = divmod(hundredths, SAME)
    return f"{whole}.{rest:02d}".rstrip("0") if rest else str(whole)


_KIND_OF: dict[type, Kind] = {
    GiftBenefit: Kind.GIFT,
    ServiceBenefit: Kind.SERVICE,
    CouponBenefit: Kind.COUPON,
    PointsBenefit: Kind.POINTS,
    CashBenefit: Kind.CASH,
    CreditBenefit: Kind.CREDIT,
    TicketBenefit: Kind.TICKET,
    TierBenefit: Kind.TIER,
}
"""What does not bear on prices; everything else does."""


def _refunds(offer: Offer) -> Iterator[Message]:
    """What becomes of each kind when goods come back that it was given for."""
    benefits = (*offer.otherwise, *(benefit for rung in offer.rungs for benefit in rung.benefits))
    by_policy: dict[RefundPolicy, list[Message]] = {}
    for kind in dict.fromkeys(_KIND_OF.get(type(benefit), Kind.DISCOUNT) for benefit in benefits):
        by_policy.setdefault(offer.on_refund[kind], []).append(_KINDS[kind])
    for policy, kinds in by_policy.items():
        match policy:
            case RefundPolicy.RETURN_OR_CHARGE:
                yield tell("{kinds}: returned or paid for when the goods come back", kinds=tuple(kinds))
            case RefundPolicy.REVERSE:
                yield tell("{kinds}: taken back when the goods come back", kinds=tuple(kinds))
            case RefundPolicy.KEEP:
                yield tell("{kinds}: kept when the goods come back", kinds=tuple(kinds))
