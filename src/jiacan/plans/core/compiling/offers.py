"""From offer parts to offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jiacan.kernel.messages import Name
from jiacan.offers.contracts.benefits import Kind
from jiacan.offers.contracts.conditions import BundlePart
from jiacan.offers.contracts.occasions import TO_FRIEND, TO_REFERRER
from jiacan.offers.contracts.rules import Ladder, Limits, Offer, RefundPolicy, Rung, Stacking, Trigger
from jiacan.plans.core.calendar import Calendar, find_period
from jiacan.plans.core.compiling.benefits import to_benefits
from jiacan.plans.core.compiling.conditions import to_bundle_parts, to_conditions
from jiacan.plans.core.parts.conditions import WhenPart
from jiacan.plans.core.parts.naming import NamePart
from jiacan.plans.core.parts.offers import KindLinesPart, KindPoliciesPart, LimitPart, OfferPart

RETURNABLE = {Kind.GIFT, Kind.SERVICE}
"""What a customer can send back, or be charged for."""


def to_offer(part: OfferPart, calendar: Calendar, tiers: Sequence[str] = ()) -> Offer:
    """The offer, of a part in which nothing is wrong; `tiers` are the plan's, from the lowest up."""
    during = find_period(part.during, calendar)
    assert during is not None, "checked: an offer has a period"
    return Offer(
        id=part.id,
        name=to_name(part.name, part.id),
        trigger=part.trigger,
        during=during,
        conditions=to_conditions(part.when, tiers),
        ladder=part.ladder or Ladder.BEST,
        rungs=_to_rungs(part, tiers),
        limits=to_limits(part.limit),
        budget=to_lines(part.budget),
        on_refund=to_policies(part.on_refund),
        otherwise=to_benefits(part.otherwise, _bundle_of(part.when)),
        stacking=None if part.stack is None else Stacking(part.stack.group, part.stack.pick),
    )


def to_name(part: NamePart | None, ident: str) -> Name:
    """The name that is written, or the id as a name."""
    return Name(zh=ident, en=ident) if part is None else part.to_name()


def to_lines(part: KindLinesPart | None) -> Mapping[Kind, str]:
    """The budget line of each kind that has one."""
    named = {kind: None if part is None else getattr(part, kind.value) for kind in Kind}
    return {kind: line for kind, line in named.items() if line is not None}


def _to_rungs(part: OfferPart, tiers: Sequence[str]) -> tuple[Rung, ...]:
    if part.rungs is not None:
        return tuple(
            Rung(number, to_conditions(rung.when, tiers), to_benefits(rung.give, _bundle_of(rung.when, part.when)))
            for number, rung in enumerate(part.rungs, start=1)
        )
    assert part.give is not None, "checked: an offer has rungs or give"
    if part.trigger is Trigger.REFERRAL_COMPLETED:
        sides = ((TO_REFERRER, part.give.to_referrer), (TO_FRIEND, part.give.to_friend))
        return tuple(Rung(number, (), to_benefits(side)) for number, side in sides if side)
    return (Rung(0, (), to_benefits(part.give.benefits or (), _bundle_of(part.when))),)


def _bundle_of(*whens: WhenPart | None) -> tuple[BundlePart, ...]:
    """The bundle that a price is for: the first that is written, the rung's own before the offer's."""
    return next((parts for when in whens if when is not None and (parts := to_bundle_parts(when))), ())


def to_limits(part: LimitPart | None) -> Limits:
    """The limits that are written; none where nothing is."""
    if part is None:
        return Limits()
    return Limits(part.total, part.per_day, part.per_customer, part.per_customer_per_day)


def to_policies(part: KindPoliciesPart | None) -> Mapping[Kind, RefundPolicy]:
    """A policy for every kind: the one that is written, or its usual one."""
    written = {kind: None if part is None else getattr(part, kind.value) for kind in Kind}
    usual = {kind: RefundPolicy.RETURN_OR_CHARGE if kind in RETURNABLE else RefundPolicy.REVERSE for kind in Kind}
    return {kind: written[kind] or usual[kind] for kind in Kind}
