"""Items of the points mall that can be given, priced and had."""

from __future__ import annotations

from collections.abc import Iterator

from jiacan.kernel.messages import tell
from jiacan.plans.contracts.problems import Problem
from jiacan.plans.core.checks.benefits import check_benefit
from jiacan.plans.core.parts.benefits import kinds_in
from jiacan.plans.core.parts.mall import MallItemPart
from jiacan.plans.core.parts.plan import PlanPart
from jiacan.plans.core.problems import error, warning

GIVEN = ("gift", "service", "coupon")
"""What can be had for points. Money cannot: points would then be money."""


def check_mall(plan: PlanPart) -> Iterator[Problem]:
    """What is wrong with the items of the mall."""
    for item in plan.mall:
        yield from check_benefit(item.give)
        yield from _check_give(item)
        yield from _check_kinds(item)
        if item.tiers and not any(tier.needs is not None for tier in plan.tiers):
            yield error(
                item.at("tiers"),
                tell("No tier says what it `needs`, so nobody stands on one; write that, or remove `tiers`."),
            )


def _check_give(item: MallItemPart) -> Iterator[Problem]:
    kinds = kinds_in(item.give)
    if len(kinds) == 1 and kinds[0] not in GIVEN:
        yield error(
            item.give.at(kinds[0]),
            tell("The mall gives {kinds}, and not {kind}; write one of these.", kinds=GIVEN, kind=kinds[0]),
        )
    if not item.codes:
        return
    if kinds and kinds[0] not in GIVEN[:2]:
        yield error(
            item.at("codes"),
            tell("A coupon has codes of its own; codes that are uploaded go with a gift or a service."),
        )
    elif item.give.quantity != 1:
        yield error(item.give.at("quantity"), tell("Whoever has it gets one code; write a quantity of 1."))


def _check_kinds(item: MallItemPart) -> Iterator[Problem]:
    given, lines = kinds_in(item.give), item.budget
    for kind in () if lines is None else type(lines).model_fields:
        if lines is not None and lines.says(kind) and kind not in given:
            yield warning(
                lines.key_at(kind),
                tell("{offer} gives no {kind}, so this has no effect; remove it.", offer=item.id, kind=kind),
            )
