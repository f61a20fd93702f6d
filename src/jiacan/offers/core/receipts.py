"""Receipts: what an order got and why, and what it did not get and why not, in words to send to its customer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from jiacan.kernel.messages import Message, tell
from jiacan.kernel.money import Money
from jiacan.offers.contracts.awards import (
    BY_HAND,
    Award,
    BudgetExhausted,
    ClawBack,
    LimitReached,
    NotStacked,
    Outcome,
    PriceTaken,
    ReceiptLine,
    Refusal,
    StockEmpty,
    Unmet,
)
from jiacan.offers.contracts.benefits import Kind
from jiacan.offers.contracts.occasions import is_occasion
from jiacan.offers.contracts.rules import Offer, PlanRules, Trigger
from jiacan.offers.core.benefits import describe_items
from jiacan.orders.contracts import Buyer

NOWHERE: Mapping[str, Sequence[Message]] = MappingProxyType({})


def award_line(
    award: Award, rules: PlanRules, fell_on: Sequence[Message] = (), buyer: Buyer | None = None
) -> ReceiptLine:
    """What became of a match, by `rules` of the version that settled it.

    `fell_on` is its discount by line, and `buyer` the order's, where that is known.
    """
    offer = _offer(award.offer_id, rules)
    basis = _basis(award, offer, rules)
    means = _means(award, offer, rules)
    if means is not None:
        basis = tell("{basis}; {means}", basis=basis, means=means)
    if buyer is not None and buyer.tier and offer.asks_tier:
        tier = rules.tiers[buyer.tier]
        basis = tell("{basis}; by their orders the customer stood on {tier}", basis=basis, tier=tier)
    if fell_on:
        basis = tell("{basis}; line by line: {lines}", basis=basis, lines=tuple(fell_on))
    return ReceiptLine(award.offer_id, offer.name, award.outcome, _say(award, rules), basis)


def occasion_words(offer: Offer) -> Message | None:
    """What such an offer gives for where that is no order."""
    return _OCCASIONS.get(offer.trigger)


_OCCASIONS = {
    Trigger.REFERRAL_COMPLETED: tell("a friend who was brought"),
    Trigger.TICKET_DRAWN: tell("a chance that was drawn"),
    Trigger.CHECK_IN: tell("days in a row"),
    Trigger.BIRTHDAY: tell("a birthday"),
    Trigger.MALL: tell("points that were spent in the mall"),
}


def _basis(award: Award, offer: Offer, rules: PlanRules) -> Message:
    occasion = occasion_words(offer)
    offered = f"{award.offer_id}#{award.rung}" if award.rung else award.offer_id
    if occasion is not None:
        return tell(
            "plan {plan} version {version}, offer {offer}, for {occasion}",
            plan=rules.plan_id,
            version=award.plan_version,
            offer=offered,
            occasion=occasion,
        )
    return tell(
        "plan {plan} version {version}, offer {offer}, for a spend of {spend}",
        plan=rules.plan_id,
        version=award.plan_version,
        offer=offered,
        spend=Money(award.spend_minor, rules.currency),
    )


def _means(award: Award, offer: Offer, rules: PlanRules) -> Message | None:
    if isinstance(award.refusal, BudgetExhausted):
        fact = award.refusal
        return tell(
            "budget {budget} had {left} left and {asked} was needed",
            budget=rules.budget[fact.budget].name,
            left=Money(fact.left_minor, rules.currency),
            asked=Money(fact.asked_minor, rules.currency),
        )
    sources = _sources(award, offer, rules)
    return tell("from {sources}", sources=sources) if sources else None


def claw_back_line(back: ClawBack, rules: PlanRules) -> ReceiptLine:
    """What a refund, or someone by hand, took back."""
    items = describe_items(back.items, rules)
    says = tell(
        "Taken back after the return of {at} ({refund}): {items}.",
        at=back.at,
        refund=back.refund_id,
        items=items,
    )
    if back.refund_id.startswith(BY_HAND):
        says = tell("Taken back by the shop at {at}: {items}.", at=back.at, items=items)
    elif is_occasion(back.order_id):
        says = tell("Taken back at {at}, as it came to nothing: {items}.", at=back.at, items=items)
    return ReceiptLine(back.offer_id, _offer(back.offer_id, rules).name, Outcome.CLAWED_BACK, says)


def unmet_line(unmet: Unmet, rules: PlanRules) -> ReceiptLine:
    """Why an offer was not met."""
    says = tell("Not met: {why}.", why=unmet.why)
    return ReceiptLine(unmet.offer_id, _offer(unmet.offer_id, rules).name, "not_met", says)


def _say(award: Award, rules: PlanRules) -> Message:
    items = describe_items(award.items, rules)
    match award.outcome:
        case Outcome.GRANTED:
            return tell("Given: {items}.", items=items)
        case Outcome.OTHERWISE:
            assert award.refusal is not None, "otherwise stands in for something"
            return tell("{why}; given instead: {items}.", why=refusal_message(award.refusal, rules), items=items)
        case Outcome.REFUSED:
            assert award.refusal is not None, "a refusal has a reason"
            return tell("Not given: {why}.", why=refusal_message(award.refusal, rules))
        case _:
            return tell("Met, but this customer is in the group that the campaign is measured against.")


def refusal_message(refusal: Refusal, rules: PlanRules) -> Message:
    """Why not, with the fact."""
    match refusal:
        case LimitReached(which, bound):
            return _limit_message(which, bound)
        case NotStacked(_, given):
            return tell("it is not combined with {offer}, which this order received", offer=_offer(given, rules).name)
        case PriceTaken():
            return tell("other offers have taken off all that these goods cost")
        case StockEmpty(stock, _, 0, emptied_at) if emptied_at is not None:
            return tell("{gift} ran out at {at}", gift=rules.stock[stock].name, at=emptied_at)
        case StockEmpty(stock, asked, left, _):
            return tell("{gift}: {left} left, {asked} needed", gift=rules.stock[stock].name, left=left, asked=asked)
        case BudgetExhausted():
            return tell("what was set aside for it is used up")


def _limit_message(which: str, bound: int) -> Message:
    match which:
        case "total":
            return tell("all {bound} have been given", bound=bound)
        case "per_day":
            return tell("all {bound} of the day have been given", bound=bound)
        case "per_customer":
            return tell("it is given {bound} time(s) to a customer, which was reached", bound=bound)
        case _:
            return tell("it is given {bound} time(s) to a customer in a day, which was reached", bound=bound)


def _sources(award: Award, offer: Offer, rules: PlanRules) -> tuple[Message, ...]:
    if award.outcome not in (Outcome.GRANTED, Outcome.OTHERWISE):
        return ()
    found: dict[tuple[str, str], Message] = {}
    for item in award.items:
        if item.kind in (Kind.GIFT, Kind.SERVICE):
            found["stock", item.id] = tell("stock {stock}", stock=rules.stock[item.id].name)
        if item.kind in offer.budget:
            line = offer.budget[item.kind]
            found["budget", line] = tell("budget {budget}", budget=rules.budget[line].name)
    return tuple(found.values())


def _offer(offer_id: str, rules: PlanRules) -> Offer:
    return next(offer for offer in rules.offers if offer.id == offer_id)


def receipt_lines(
    awards: Iterable[Award],
    claw_backs: Iterable[ClawBack],
    unmet: Iterable[Unmet],
    rules: PlanRules,
    fell_on: Mapping[str, Sequence[Message]] = NOWHERE,
    buyer: Buyer | None = None,
) -> tuple[ReceiptLine, ...]:
    """Every offer's answer to one order, in plan order, claw-backs under what they took from.

    `fell_on` is, by offer, what of its discount fell on which line; `buyer` is the order's, where that is known.
    """
    lines = [
        *(award_line(award, rules, fell_on.get(award.offer_id, ()), buyer) for award in awards),
        *(claw_back_line(back, rules) for back in claw_backs),
        *(unmet_line(each, rules) for each in unmet),
    ]
    place = {offer.id: i for i, offer in enumerate(rules.offers)}
    return tuple(sorted(lines, key=lambda line: place[line.offer_id]))
