"""No two things of one sort share an id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jiacan.kernel.messages import tell
from jiacan.plans.contracts.problems import Problem
from jiacan.plans.core.parts.challenges import ChallengePart
from jiacan.plans.core.parts.draws import DrawPart
from jiacan.plans.core.parts.mall import MallItemPart
from jiacan.plans.core.parts.offers import OfferPart
from jiacan.plans.core.parts.part import Part
from jiacan.plans.core.parts.plan import PlanPart
from jiacan.plans.core.problems import error


def check_identity(plan: PlanPart) -> Iterator[Problem]:
    """Ids that are used twice.

    Offers, draws, challenges and items of the mall share one set: their awards stand side by side.
    """
    yield from _repeated((line.id, line) for line in (plan.budget.lines if plan.budget else ()))
    yield from _repeated((item.id, item) for item in plan.stock)
    yield from _repeated((coupon.id, coupon) for coupon in plan.coupons)
    yield from _repeated((tier.id, tier) for tier in plan.tiers)
    sources: list[OfferPart | DrawPart | ChallengePart | MallItemPart]
    sources = [*plan.offers, *plan.draws, *plan.challenges, *plan.mall]
    yield from _repeated((source.id, source) for source in sources)
    yield from _repeated((task.id, task) for task in plan.tasks)
    yield from _repeated((risk.id, risk) for risk in plan.risks)
    for draw in plan.draws:
        guaranteed = () if draw.guarantee is None else (draw.guarantee,)
        yield from _repeated((prize.id, prize) for prize in (*draw.prizes, *guaranteed))


def _repeated(parts: Iterable[tuple[str, Part]]) -> Iterator[Problem]:
    first_lines: dict[str, int] = {}
    for ident, part in parts:
        place = part.at("id")
        if ident in first_lines:
            yield error(
                place,
                tell("The id {id} is taken, on line {line}; give this another.", id=ident, line=first_lines[ident]),
            )
        first_lines.setdefault(ident, place.line)
