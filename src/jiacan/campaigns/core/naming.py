"""What people call the codes of a campaign: measures, outcomes, reasons, benefits and items."""

from __future__ import annotations

from collections.abc import Mapping

from jiacan.campaigns.contracts.reported import Tone, Verdict
from jiacan.kernel.messages import Message, Name, tell
from jiacan.offers.contracts.awards import SHIPPING, Outcome
from jiacan.offers.contracts.benefits import Kind
from jiacan.offers.contracts.rules import PlanRules
from jiacan.plans.contracts.document import Baseline, Measure

MEASURES: Mapping[Measure, Message] = {
    Measure.ORDERS: tell("Orders"),
    Measure.SALES: tell("Sales"),
    Measure.NEW_CUSTOMERS: tell("New customers"),
    Measure.REPURCHASE_RATE: tell("Repurchase rate"),
    Measure.RETURN_ON_SPEND: tell("Return on spend"),
    Measure.AVERAGE_ORDER_VALUE: tell("Average order value"),
    Measure.AWARDS: tell("Awards"),
}

BASELINES: Mapping[Baseline, Message] = {
    Baseline.FORECAST: tell("forecast"),
    Baseline.LAST_YEAR: tell("52 weeks earlier"),
    Baseline.PREVIOUS_PERIOD: tell("days before the warm-up"),
}

OUTCOMES: Mapping[Outcome, Message] = {
    Outcome.GRANTED: tell("Granted"),
    Outcome.OTHERWISE: tell("Substitute given"),
    Outcome.REFUSED: tell("Refused"),
    Outcome.HELD_OUT: tell("Held out"),
    Outcome.CLAWED_BACK: tell("Clawed back"),
}

VERDICTS: Mapping[Verdict, Message] = {
    Verdict.MET: tell("Met"),
    Verdict.MISSED: tell("Missed"),
    Verdict.OPEN: tell("Not over yet"),
    Verdict.UNKNOWN: tell("Cannot be known"),
}

TONES: Mapping[Tone, Message] = {
    Tone.ACT: tell("Act"),
    Tone.WATCH: tell("Watch"),
    Tone.GOOD: tell("Good"),
    Tone.NOTE: tell("Note"),
}

KINDS: Mapping[Kind, Message] = {
    Kind.GIFT: tell("Gift"),
    Kind.COUPON: tell("Coupon"),
    Kind.POINTS: tell("Points"),
    Kind.CASH: tell("Cash"),
    Kind.CREDIT: tell("Store credit"),
    Kind.DISCOUNT: tell("Discount"),
    Kind.SERVICE: tell("Service"),
    Kind.TICKET: tell("Draw chance"),
    Kind.TIER: tell("Member tier"),
}

_LIMITS: Mapping[str, Message] = {
    "total": tell("The offer's limit in all was reached"),
    "per_day": tell("The offer's limit for the day was reached"),
    "per_customer": tell("The customer's limit was reached"),
    "per_customer_per_day": tell("The customer's limit for the day was reached"),
    "price": tell("Other offers had taken off all that the goods cost"),
}

PHASES: Mapping[str, Message] = {
    "prepare": tell("Prepare"),
    "warm_up": tell("Warm-up"),
    "run": tell("Run"),
    "wrap_up": tell("Wrap-up"),
}


def reason_named(code: str, rules: PlanRules) -> Message:
    """What a reason's code means, in this plan's names."""
    kind, _, what = code.partition(":")
    if kind == "stock" and what in rules.stock:
        return tell("{item} was out", item=rules.stock[what].name)
    if kind == "budget" and what in rules.budget:
        return tell("The budget for {line} did not suffice", line=rules.budget[what].name)
    if what.startswith("stack:"):
        return tell("Another offer of the group {group} was given", group=what.removeprefix("stack:"))
    return _LIMITS.get(what, tell("{code}", code=code))


def item_named(kind: str, item: str, rules: PlanRules) -> Name | Message | str:
    """What a benefit is called: its own name in the plan, or its kind's."""
    match Kind(kind):
        case Kind.GIFT | Kind.SERVICE if item in rules.stock:
            return rules.stock[item].name
        case Kind.COUPON if item in rules.coupons:
            return rules.coupons[item].name
        case Kind.TICKET if item in rules.draws:
            return rules.draws[item]
        case Kind.TIER if item in rules.tiers:
            return rules.tiers[item]
        case Kind.DISCOUNT if item == SHIPPING:
            return tell("Shipping")
        case _:
            return item or KINDS[Kind(kind)]


def offer_named(offer_id: str, rules: PlanRules) -> Name:
    """The offer's name; the id stands in for an offer that this version no longer has."""
    return next((offer.name for offer in rules.offers if offer.id == offer_id), Name(offer_id, offer_id))
