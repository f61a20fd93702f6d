"""A plan's draws: announced when it goes live, and given the tickets that its awards come to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import get_args

from django.utils import translation

from jiacan.campaigns.core.draw_rules import rules_of
from jiacan.campaigns.facade.live import LivePlan, live_plans
from jiacan.console.facade import words
from jiacan.draws.contracts.kept import Promise, PromisedPrize
from jiacan.draws.contracts.terms import Mode
from jiacan.draws.facade import announcing, tickets
from jiacan.kernel.messages import Language, Message, Name, tell
from jiacan.offers.contracts.benefits import (
    Benefit,
    CashBenefit,
    CouponBenefit,
    CreditBenefit,
    GiftBenefit,
    Kind,
    ServiceBenefit,
)
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.contracts.settled import Settled
from jiacan.offers.facade import chances, reading, set_aside
from jiacan.plans import facade as plans
from jiacan.plans.contracts.document import Draw, PlanDocument, Prize
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor

USE_WITHIN = timedelta(days=1)
"""How long chances of an instant draw can be used after its last day, so that the last orders' are not lost."""

_CODES: dict[Language, str] = {"zh": "zh-hans", "en": "en"}
_SENT = (GiftBenefit, ServiceBenefit)


# --- going live -------------------------------------------------------------------------------------------


def announce_draws(live: LivePlan, *, actor: Actor, at: datetime) -> None:
    """Seal and commit to every draw of the version that goes live; one that was announced stays as it was.

    Raises:
        DrawImpossible: it could not be verified.
        NotEnoughToSetAside: there is less left than its prizes take.
        DrawChanged: it was announced otherwise.
    """
    document, version = live.document, live.versions[-1]
    announcing.keep_draws(live.shop_id, live.plan_id, [draw.id for draw in document.draws])
    if not document.draws:
        return
    checked = plans.plan_of(live.shop_id, version)
    for draw in document.draws:
        promise = _promise(draw, document, live.rules)
        text = "\n\n".join(_said(rules_of(draw, promise), language) for language in get_args(Language))
        announced = plans.announced(checked, draw.id, version=version.number, rules=text)
        announcing.announce_draw(live.shop_id, announced, promise, actor=actor, at=at)


def _said(sentences: Iterable[Message], language: Language) -> str:
    with translation.override(_CODES[language]):
        say = words()
        return "\n".join(say.say(each) for each in sentences)


def _in_both(message: Message) -> Name:
    return Name(**{language: _said([message], language) for language in get_args(Language)})


def _promise(draw: Draw, document: PlanDocument, rules: PlanRules) -> Promise:
    organiser = document.organiser
    instant = draw.mode is Mode.INSTANT
    return Promise(
        name=draw.name,
        campaign=document.name,
        organiser="" if organiser is None else organiser.name,
        contact="" if organiser is None else organiser.contact,
        zone=document.zone,
        currency=document.currency,
        opens_at=draw.during.starts_at,
        ends_at=draw.during.ends_at,
        use_until=draw.during.ends_at + USE_WITHIN if instant else draw.during.ends_at,
        held_at=draw.held_at,
        is_daily=draw.is_daily,
        claim_within=draw.claim_within,
        unclaimed=draw.unclaimed.value,
        prizes=tuple(_prize(prize, rung, draw, rules) for rung, prize in enumerate(draw.all_prizes, start=1)),
        consolation=_gives(draw.consolation, rules),
        consolation_fact=_fact(draw.consolation),
    )


def _prize(prize: Prize, rung: int, draw: Draw, rules: PlanRules) -> PromisedPrize:
    days = draw.days_of(prize, rules.zone)
    return PromisedPrize(
        id=prize.id,
        rung=rung,
        gives=_gives([prize.benefit], rules),
        value_minor=_value_minor(prize.benefit, rules),
        units=draw.units_in_all(prize, rules.zone),
        days=days if prize.days is not None else None,
        guaranteed=draw.guarantee is not None and prize is draw.guarantee.prize,
        needs_claim=draw.claim_within is not None or isinstance(prize.benefit, _SENT),
        fact=_fact([prize.benefit]),
        takes=set_aside.takes_of(rules, draw.id, rung) if draw.set_aside else (),
    )


def _gives(benefits: Sequence[Benefit], rules: PlanRules) -> Name:
    if not benefits:
        return Name("", "")
    return _in_both(tell("{items}", items=reading.benefits_in_words(benefits, rules)))


def _fact(benefits: Sequence[Benefit]) -> str:
    """What they give, in no language: words may change from one Jiacan to the next, and the promise does not."""
    return json.dumps([[type(each).__name__, asdict(each)] for each in benefits], default=str)


def _value_minor(benefit: Benefit, rules: PlanRules) -> int | None:
    """What one is worth on the market; None where nothing says it."""
    match benefit:
        case GiftBenefit(stock, quantity) | ServiceBenefit(stock, quantity):
            return rules.stock[stock].value_minor * quantity
        case CouponBenefit(coupon, quantity):
            return rules.coupons[coupon].face_minor * quantity
        case CashBenefit(minor) | CreditBenefit(minor):
            return minor
        case _:
            return None


# --- tickets ----------------------------------------------------------------------------------------------


def note(shop_id: int, settled: Iterable[tuple[LivePlan, Settled]], *, at: datetime) -> None:
    """Make tickets of what was settled now; where a plan has no draw, nothing. Part of the caller's transaction."""
    for live, each in settled:
        order_ids = set(_with_tickets(each))
        if order_ids:
            found = chances.of_orders(shop_id, live.plan_id, order_ids)
            tickets.note(shop_id, live.plan_id, found, at=at)


def _with_tickets(settled: Settled) -> Iterator[str]:
    """The orders whose awards or claw-backs are of tickets."""
    awarded = ((award.order_id, award.items) for award in settled.awards)
    taken = ((back.order_id, back.items) for back in settled.claw_backs)
    for order_id, items in (*awarded, *taken):
        if any(item.kind is Kind.TICKET for item in items):
            yield order_id


def catch_up(live: LivePlan, *, at: datetime) -> None:
    """The same for everything that was settled by the plan, some thousands at a time."""
    if live.document.draws:
        tickets.note(live.shop_id, live.plan_id, chances.of_plan(live.shop_id, live.plan_id), at=at)


def follow_all(at: datetime) -> None:
    """The same at every shop for what was given for no order, such as a prize that is a chance."""
    tenancy.at_each_shop(lambda shop_id: _follow_shop(shop_id, at))


def _follow_shop(shop_id: int, at: datetime) -> None:
    for live in live_plans(shop_id):
        if live.document.draws:
            tickets.note(shop_id, live.plan_id, chances.of_occasions(shop_id, live.plan_id), at=at)
