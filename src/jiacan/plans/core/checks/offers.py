"""Each offer gives something, within limits that make sense, and stands in groups that agree."""

from __future__ import annotations

from collections.abc import Iterator

from jiacan.kernel.messages import tell
from jiacan.offers.contracts.benefits import Kind
from jiacan.offers.contracts.rules import RefundPolicy, Trigger
from jiacan.plans.contracts.problems import Problem
from jiacan.plans.core.calendar import Calendar
from jiacan.plans.core.checks.benefits import check_benefit, check_bundle_prices
from jiacan.plans.core.checks.conditions import check_when
from jiacan.plans.core.checks.rungs import check_rungs
from jiacan.plans.core.compiling.offers import RETURNABLE
from jiacan.plans.core.parts.benefits import kinds_in
from jiacan.plans.core.parts.offers import GivePart, LimitPart, OfferPart, given_by
from jiacan.plans.core.parts.plan import PlanPart
from jiacan.plans.core.problems import error, warning
from jiacan.plans.core.shape import Written


def check_offers(plan: PlanPart, calendar: Calendar, written: Written) -> Iterator[Problem]:
    """What is wrong with each offer, and with the groups they form."""
    for offer in plan.offers:
        for benefit in (*given_by(offer), *offer.otherwise):
            yield from check_benefit(benefit)
        yield from _check_bundle_prices(offer)
        yield from _check_giving(offer)
        yield from _check_conditions(offer, calendar, tuple(tier.id for tier in plan.tiers))
        if offer.limit is not None:
            yield from _check_limit(offer.limit)
        yield from _check_kinds(offer)
        yield from _check_otherwise(offer)
        if offer.trigger is Trigger.REFERRAL_COMPLETED and "referral" not in written["keys"]:
            yield warning(
                offer.at("trigger"), tell("The plan has no `referral` terms, so no referral is ever completed.")
            )
    yield from _check_groups(plan, written)


def _check_giving(offer: OfferPart) -> Iterator[Problem]:
    if offer.rungs is None and offer.give is None:
        yield error(offer.at(), tell("{offer} gives nothing; write `give`, or `rungs`.", offer=offer.id))
    if offer.rungs is not None and offer.give is not None:
        yield error(offer.at("give"), tell("An offer has either `give` or `rungs`, not both."))
    if offer.ladder is not None and offer.rungs is None:
        yield error(offer.at("ladder"), tell("`ladder` needs `rungs`; write them, or remove it."))
    if offer.rungs == ():
        yield error(offer.at("rungs"), tell("The ladder has no rungs; write at least one."))
    for number, rung in enumerate(offer.rungs or ()):
        if not rung.give:
            yield error(offer.at("rungs", number, "give"), tell("This gives nothing; write at least one benefit."))
    if offer.trigger is Trigger.REFERRAL_COMPLETED and offer.rungs is not None:
        yield error(
            offer.at("rungs"), tell("A referral has no ladder; write `give` with `to_referrer` and `to_friend`.")
        )
    if offer.give is not None:
        yield from _check_sides(offer, offer.give)


def _check_bundle_prices(offer: OfferPart) -> Iterator[Problem]:
    for rung in offer.rungs or ():
        yield from check_bundle_prices(rung.give, rung.when, offer.when)
    if offer.rungs is None:
        yield from check_bundle_prices(given_by(offer), offer.when)
    yield from check_bundle_prices(offer.otherwise, offer.when)


def _check_sides(offer: OfferPart, give: GivePart) -> Iterator[Problem]:
    place = offer.at("give")
    sides = give.to_referrer is not None or give.to_friend is not None
    if offer.trigger is Trigger.REFERRAL_COMPLETED and give.benefits is not None:
        yield error(place, tell("A referral has two sides; write `to_referrer`, `to_friend`, or both."))
    elif offer.trigger is not Trigger.REFERRAL_COMPLETED and sides:
        yield error(
            place, tell("`to_referrer` and `to_friend` go with the trigger referral_completed; write a list.")
        )
    elif not any((give.benefits, give.to_referrer, give.to_friend)):
        yield error(place, tell("This gives nothing; write at least one benefit."))


def _check_conditions(offer: OfferPart, calendar: Calendar, tiers: tuple[str, ...]) -> Iterator[Problem]:
    whens = [offer.when, *(rung.when for rung in offer.rungs or ())]
    problems = [problem for when in whens if when is not None for problem in check_when(when)]
    yield from problems
    if not problems:
        yield from check_rungs(offer, calendar, tiers)


def _check_limit(limit: LimitPart) -> Iterator[Problem]:
    for smaller, larger in (
        ("per_day", "total"),
        ("per_customer", "total"),
        ("per_customer_per_day", "per_customer"),
        ("per_customer_per_day", "per_day"),
    ):
        low, high = getattr(limit, smaller), getattr(limit, larger)
        if low is not None and high is not None and low > high:
            yield warning(
                limit.at(smaller),
                tell(
                    "`{smaller}` ({low}) is above `{larger}` ({high}), so it never bounds anything.",
                    smaller=smaller,
                    low=low,
                    larger=larger,
                    high=high,
                ),
            )


def _check_kinds(offer: OfferPart) -> Iterator[Problem]:
    given = {kind for benefit in (*given_by(offer), *offer.otherwise) for kind in kinds_in(benefit)}
    for part in (offer.budget, offer.on_refund):
        for kind in Kind:
            if part is not None and part.says(kind.value) and kind.value not in given:
                yield warning(
                    part.key_at(kind.value),
                    tell(
                        "{offer} gives no {kind}, so this has no effect; remove it.", offer=offer.id, kind=kind.value
                    ),
                )
    for kind in Kind:
        policy = getattr(offer.on_refund, kind.value) if offer.on_refund else None
        if policy is RefundPolicy.RETURN_OR_CHARGE and kind not in RETURNABLE:
            assert offer.on_refund is not None
            yield error(
                offer.on_refund.at(kind.value),
                tell(
                    "Only a gift or a service can be returned or charged; write reverse or keep for {kind}.",
                    kind=kind.value,
                ),
            )


def _check_otherwise(offer: OfferPart) -> Iterator[Problem]:
    kinds = {kind for benefit in given_by(offer) for kind in kinds_in(benefit)}
    paid = {kind for kind in kinds if offer.budget is not None and offer.budget.says(kind)}
    if offer.otherwise and not paid and not kinds & RETURNABLE:
        yield warning(
            offer.at("otherwise"),
            tell("`otherwise` is never given: no stock or budget of {offer} can run out.", offer=offer.id),
        )


def _check_groups(plan: PlanPart, written: Written) -> Iterator[Problem]:
    groups: dict[str, list[OfferPart]] = {}
    for offer in plan.offers:
        if offer.stack is not None:
            groups.setdefault(offer.stack.group, []).append(offer)
    for group, members in groups.items():
        first = members[0].stack
        assert first is not None
        if written["groups"].count(group) == 1:
            yield warning(
                first.at("group"), tell("{offer} is alone in group {group}.", offer=members[0].id, group=group)
            )
        for offer in members[1:]:
            assert offer.stack is not None
            if offer.stack.pick is not first.pick:
                yield error(
                    offer.stack.at("pick"),
                    tell(
                        "Group {group} is picked by {first} on line {line} and by {second} here; make them the same.",
                        group=group,
                        first=first.pick.value,
                        line=first.at("pick").line,
                        second=offer.stack.pick.value,
                    ),
                )
