"""Match: which offers does an order meet, and with what base? Stateless, and the same for one and for millions."""

from __future__ import annotations

from collections.abc import Sequence

from jiacan.kernel.messages import Message, tell
from jiacan.offers.contracts.awards import Match, Unmet
from jiacan.offers.contracts.benefits import PriceBenefit
from jiacan.offers.contracts.conditions import Condition, Scope, SpendAtLeast, SpendEvery
from jiacan.offers.contracts.rules import WRITTEN_AS_OFFERS, Ladder, Offer, PlanRules, Rung, Trigger
from jiacan.offers.core.basket import EVERYTHING, Basket
from jiacan.offers.core.benefits import NOTHING, come_to
from jiacan.offers.core.conditions import SPEND_SHORT, ask, missing_minor
from jiacan.offers.core.promises import describe_promise
from jiacan.orders.contracts import Order


def match_order(order: Order, rules: PlanRules) -> tuple[Match, ...]:
    """The offers the order meets, in plan order, each with what it would be given.

    Guests, staff and emptied orders meet none.
    """
    if barred(order, rules) is not None:
        return ()
    basket = Basket(order, rules)
    found = (_meet(offer, basket, rules) for offer in rules.offers)
    return tuple(match for match in found if match is not None)


def explain_order(order: Order, rules: PlanRules) -> tuple[Unmet, ...]:
    """The offers the order does not meet, in plan order, each with why."""
    return tuple(answer for answer in ask_every_offer(order, rules) if isinstance(answer, Unmet))


def ask_every_offer(order: Order, rules: PlanRules) -> tuple[Match | Unmet, ...]:
    """Each written offer's answer to the order, in plan order: what it would give, or why it is not met."""
    asked = tuple(offer for offer in rules.offers if offer.trigger in WRITTEN_AS_OFFERS)
    why = barred(order, rules)
    if why is not None:
        return tuple(Unmet(offer.id, why) for offer in asked)
    basket = Basket(order, rules)
    return tuple(_meet(offer, basket, rules) or Unmet(offer.id, _why_not(offer, basket, rules)) for offer in asked)


def barred(order: Order, rules: PlanRules) -> Message | None:
    """Why no offer at all is for this order; None where offers are asked one by one."""
    if order.customer_id is None:
        return tell("the order was placed without an account")
    if order.customer_id in rules.staff:
        return tell("staff do not take part")
    if not order.lines:
        return tell("nothing of the order was kept")
    return None


def _meet(offer: Offer, basket: Basket, rules: PlanRules) -> Match | None:
    if offer.trigger is not Trigger.ORDER_PAID or basket.order.paid_at not in offer.during:
        return None
    reached = reached_rungs(offer, basket, rules.currency)
    return _give(offer, reached, basket, rules) if reached else None


def reached_rungs(offer: Offer, basket: Basket, currency: str) -> list[tuple[Rung, int]]:
    """The rungs that the basket reaches, each with how many times over."""
    times = _ask_all(offer.conditions, basket, currency)
    if times is None:
        return []
    answers = ((rung, _ask_all(rung.conditions, basket, currency)) for rung in offer.rungs)
    return [(rung, times * met) for rung, met in answers if met is not None]


def _ask_all(conditions: Sequence[Condition], basket: Basket, currency: str) -> int | None:
    times = 1
    for condition in conditions:
        answer = ask(condition, basket, currency)
        if isinstance(answer, Message):
            return None
        times *= answer
    return times


def _give(offer: Offer, reached: Sequence[tuple[Rung, int]], basket: Basket, rules: PlanRules) -> Match | None:
    given = reached if offer.ladder is Ladder.ALL else reached[-1:]
    base = base_of(offer, given[-1][0])
    gets = come_to(((rung.benefits, times) for rung, times in given), basket, base, rules)
    if not gets.items:
        return None
    instead = come_to(((offer.otherwise, 1),), basket, base, rules) if offer.otherwise else NOTHING
    return Match(offer.id, given[-1][0].number, basket.spend_minor(base), gets, instead)


def base_of(offer: Offer, rung: Rung) -> Scope:
    """The goods that points, percentages and amounts off count: those of the first spend condition, or all."""
    for condition in (*rung.conditions, *offer.conditions):
        if isinstance(condition, SpendAtLeast | SpendEvery):
            return condition.scope
    return EVERYTHING


def _why_not(offer: Offer, basket: Basket, rules: PlanRules) -> Message:
    if offer.trigger is Trigger.BIRTHDAY:
        return tell("it is given for a birthday, not for an order")
    if offer.trigger is not Trigger.ORDER_PAID:
        return tell("it is given for a referral, not for an order")
    if basket.order.paid_at not in offer.during:
        return tell("it runs from {starts} to {ends}", starts=offer.during.starts_at, ends=offer.during.ends_at)
    rung = offer.rungs[0]
    answers = (ask(condition, basket, rules.currency) for condition in (*offer.conditions, *rung.conditions))
    said = [answer for answer in answers if isinstance(answer, Message)]
    if not said:
        return _why_nothing(rung)
    # More spend is promised to bring something only where nothing else is missing.
    other = next((why for why in said if why.text != SPEND_SHORT), None)
    why = other or max(said, key=missing_minor)
    benefits = describe_promise(rung.benefits, basket, base_of(offer, rung), rules)
    if not benefits:
        return why
    if other is None:
        return tell("{missing} more brings {benefits}", missing=why.values["missing"], benefits=benefits)
    return tell("{why}; it gives {benefits}", why=why, benefits=benefits)


def _why_nothing(rung: Rung) -> Message:
    if any(isinstance(benefit, PriceBenefit) for benefit in rung.benefits):
        return tell("it takes nothing off these goods")
    return tell("the spend is less than one step")
