"""Photographs of prizes that a plan names: read beside its file before it goes live, taken when its draws are there.

A plan that goes live on a page has no file that they could lie beside: they are sent on the draws' pages then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jiacan.draws.facade import photographs, reading
from jiacan.kernel.messages import Name
from jiacan.kernel.places import at_place
from jiacan.plans.contracts.document import PlanDocument
from jiacan.plans.contracts.versions import CheckedPlan
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor

Photographs = Mapping[tuple[str, str], bytes]
"""Files by draw and prize."""


@dataclass(frozen=True, slots=True)
class MissingPhotograph:
    """A photograph that the plan names for a prize of a draw, and that nobody sent yet."""

    draw_id: str
    draw: Name
    prize_id: str
    file: str


def missing(shop_id: int, document: PlanDocument) -> tuple[MissingPhotograph, ...]:
    """The photographs that the plan names and that its draws, announced or not, do not have."""
    named = tuple(_named(document))
    kept = {draw.draw_id: draw for draw in reading.draws_of(shop_id, document.plan_id)} if named else {}
    taken = {draw_id: photographs.photographs_of(draw) for draw_id, draw in kept.items()}
    return tuple(each for each in named if each.prize_id not in taken.get(each.draw_id, {}))


def _named(document: PlanDocument) -> Iterator[MissingPhotograph]:
    for draw in document.draws:
        for prize in draw.all_prizes:
            if prize.photo:
                yield MissingPhotograph(draw.id, draw.name, prize.id, prize.photo)


def read_beside(plan: CheckedPlan, folder: Path) -> Photographs:
    """The photographs that the plan names, from its folder.

    Raises:
        FileUnreadable, PhotoRefused: one of them cannot be taken, and why.
    """
    named = () if plan.document is None else _named(plan.document)
    return {(each.draw_id, each.prize_id): photographs.read_file(folder / each.file) for each in named}


def take(plan: CheckedPlan, found: Photographs, *, actor: Actor, at: datetime) -> None:
    """Show the prizes of the plan, which is live, by these; the same again changes nothing."""
    assert plan.rules is not None, "a plan that is live has no errors"
    shop = tenancy.get_shop(plan.rules.shop)
    with at_place(shop.id):
        for (draw_id, prize_id), data in found.items():
            photographs.take_photograph(shop.id, plan.rules.plan_id, draw_id, prize_id, data, actor=actor, at=at)
