"""What gives for something other than an order asks nothing of goods, and reckons nothing on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jiacan.kernel.messages import tell
from jiacan.offers.contracts.rules import Trigger
from jiacan.plans.contracts.problems import Problem
from jiacan.plans.core.parts.benefits import BenefitPart
from jiacan.plans.core.parts.challenges import rewards_of
from jiacan.plans.core.parts.draws import drawn_in
from jiacan.plans.core.parts.offers import OfferPart, given_by
from jiacan.plans.core.parts.plan import PlanPart
from jiacan.plans.core.problems import error


def check_occasions(plan: PlanPart) -> Iterator[Problem]:
    """What offers ask of an order that there is not, and what they, draws or challenges reckon on its goods."""
    for offer in plan.offers:
        if offer.trigger is not Trigger.ORDER_PAID:
            yield from _check_when(offer)
            yield from _check_benefits((*given_by(offer), *offer.otherwise), offer.id)
    for draw in plan.draws:
        yield from _check_benefits(drawn_in(draw), draw.id)
    for challenge in plan.challenges:
        yield from _check_benefits(rewards_of(challenge), challenge.id)


def _check_when(offer: OfferPart) -> Iterator[Problem]:
    if offer.when is None:
        return
    if offer.trigger is not Trigger.BIRTHDAY:
        told = tell("{offer} is not given for an order, so there is nothing to ask; remove it.", offer=offer.id)
        yield error(offer.at("when"), told)
    elif offer.when.model_fields_set - {"tier"}:
        told = tell("{offer} is given for a birthday, so only a customer's `tier` can be asked.", offer=offer.id)
        yield error(offer.at("when"), told)


def _check_benefits(benefits: Iterable[BenefitPart], source: str) -> Iterator[Problem]:
    for benefit in benefits:
        if benefit.points is not None and benefit.points.per is not None:
            yield error(
                benefit.at("points", "per"),
                tell("{source} is not given for an order, so no spend earns points; write a number.", source=source),
            )
        if benefit.points is not None and benefit.points.by_tier:
            yield error(
                benefit.points.key_at("by_tier"),
                tell("{source} is not given for an order, so no tier multiplies points; remove it.", source=source),
            )
        if benefit.discount is not None:
            yield error(
                benefit.at("discount"),
                tell("{source} is not given for an order, so no price can be reduced; give a coupon.", source=source),
            )
