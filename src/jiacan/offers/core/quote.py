"""Quote: prices line by line, what a cart would get, and what is missing to more; from what settle said of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from jiacan.offers.contracts.awards import Award, LimitReached, NotStacked, Prices, PriceTaken
from jiacan.offers.contracts.quotes import NextStep, Quote, QuotedLine, QuotedOffer, QuotedPrice, Share
from jiacan.offers.contracts.rules import Offer, Pick, PlanRules
from jiacan.offers.core.accounts import allowances
from jiacan.offers.core.basket import Basket
from jiacan.offers.core.benefits import come_to
from jiacan.offers.core.book import Book
from jiacan.offers.core.match import barred, base_of, explain_order
from jiacan.offers.core.needs import find_shortage
from jiacan.offers.core.pricing import list_prices
from jiacan.offers.core.receipts import award_line, unmet_line
from jiacan.offers.core.settle import is_held_out
from jiacan.offers.core.shares import GIVEN, price_shares
from jiacan.offers.core.stacking import exclusive_group
from jiacan.offers.core.steps import Step, find_step, step_words
from jiacan.orders.contracts import Order


def quote(cart: Order, rules: PlanRules, awards: Iterable[Award], book: Book) -> Quote:
    """What the plan makes of the cart.

    Args:
        cart: an order that is not paid yet; its `paid_at` is the moment of the quote.
        rules: the version of the plan that the cart was settled by.
        awards: what settling it came to.
        book: what settling it left.
    """
    answers = {award.offer_id: award for award in awards}
    listed = list_prices(cart, rules.currency)
    shares = price_shares(cart, answers.values(), rules)
    return Quote(
        plan_id=rules.plan_id,
        plan_version=rules.version,
        currency=rules.currency,
        lines=tuple(_lines(cart, listed, shares)),
        shipping=QuotedPrice(listed.shipping, _shares((offer, each.shipping) for offer, each in shares.items())),
        offers=tuple(_offers(cart, rules, answers)),
        steps=tuple(_steps(cart, rules, answers, book)),
    )


def _lines(cart: Order, listed: Prices, shares: Mapping[str, Prices]) -> Iterator[QuotedLine]:
    for place, (line, list_minor) in enumerate(zip(cart.lines, listed.lines, strict=True)):
        off = _shares((offer, each.lines[place]) for offer, each in shares.items())
        yield QuotedLine(line.sku, line.quantity, QuotedPrice(list_minor, off))


def _shares(found: Iterable[tuple[str, int]]) -> tuple[Share, ...]:
    return tuple(Share(offer_id, minor) for offer_id, minor in found if minor)


def _offers(cart: Order, rules: PlanRules, answers: Mapping[str, Award]) -> Iterator[QuotedOffer]:
    unmet = {each.offer_id: each for each in explain_order(cart, rules)}
    for offer in rules.offers:
        award = answers.get(offer.id)
        if award is not None:
            yield _answered(award, offer, rules)
        elif offer.id in unmet:
            says = unmet_line(unmet[offer.id], rules).says
            yield QuotedOffer(offer.id, offer.name, 0, "not_met", "", (), says)


def _answered(award: Award, offer: Offer, rules: PlanRules) -> QuotedOffer:
    return QuotedOffer(
        offer_id=offer.id,
        name=offer.name,
        rung=award.rung,
        outcome=award.outcome,
        reason="" if award.refusal is None else award.refusal.code,
        items=award.items if award.outcome in GIVEN else (),
        says=award_line(award, rules).says,
    )


# --- what is missing to more ------------------------------------------------------------------------------


def _steps(cart: Order, rules: PlanRules, answers: Mapping[str, Award], book: Book) -> Iterator[NextStep]:
    """Steps that the book as it is would let be given: nothing is promised that has run out already."""
    customer_id = cart.customer_id
    if customer_id is None or barred(cart, rules) is not None or is_held_out(customer_id, rules):
        return
    basket = Basket(cart, rules)
    for offer in rules.offers:
        step = find_step(offer, basket, rules)
        if step is not None and _can_be_given(step, offer, basket, rules, answers, book):
            yield NextStep(
                offer_id=offer.id,
                name=offer.name,
                rung=step.rung.number,
                missing_minor=step.gap.minor or None,
                missing_units=step.gap.units or None,
                says=step_words(offer, step, basket, rules),
            )


def _can_be_given(
    step: Step, offer: Offer, basket: Basket, rules: PlanRules, answers: Mapping[str, Award], book: Book
) -> bool:
    award = answers.get(offer.id)
    if award is not None and isinstance(award.refusal, LimitReached | NotStacked | PriceTaken):
        return False
    gets = come_to([(step.rung.benefits, 1)], basket, base_of(offer, step.rung), rules)
    if find_shortage(gets.items, offer, rules, book) is not None:
        return False
    if award is not None and award.outcome in GIVEN:
        return True
    at_risk_minor = sum(item.amount_minor for item in gets.items)
    return _within_limits(offer, basket.order, rules, book) and _would_stack(offer, at_risk_minor, rules, answers)


def _within_limits(offer: Offer, cart: Order, rules: PlanRules, book: Book) -> bool:
    assert cart.customer_id is not None, "a guest is barred"
    day = cart.paid_at.astimezone(rules.zone).date()
    counts = allowances(rules.plan_id, offer.id, offer.limits, customer_id=cart.customer_id, day=day)
    return all(book.left(count.account, count.bound) > 0 for count in counts)


def _would_stack(offer: Offer, at_risk_minor: int, rules: PlanRules, answers: Mapping[str, Award]) -> bool:
    """Whether the offer would be given before what its group gives now, as far as can be said."""
    group = exclusive_group(offer)
    if group is None:
        return True
    assert offer.stacking is not None, "it stands in a group"
    for other in rules.offers:
        given = answers.get(other.id)
        if exclusive_group(other) != group or given is None or given.outcome not in GIVEN:
            continue
        if offer.stacking.pick is Pick.FIRST:
            return rules.offers.index(offer) < rules.offers.index(other)
        return at_risk_minor > sum(item.amount_minor for item in given.items)
    return True
