"""Photographs of prizes that lie beside a plan's file: read before it goes live, taken when its draws are there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from jiacan.draws.facade import photographs
from jiacan.kernel.places import at_place
from jiacan.plans.contracts.versions import CheckedPlan
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor

Photographs = Mapping[tuple[str, str], bytes]
"""Files by draw and prize."""


def read_beside(plan: CheckedPlan, folder: Path) -> Photographs:
    """The photographs that the plan names, from its folder.

    Raises:
        FileUnreadable, PhotoRefused: one of them cannot be taken, and why.
    """
    draws = plan.document.draws if plan.document is not None else ()
    return {
        (draw.id, prize.id): photographs.read_file(folder / prize.photo)
        for draw in draws
        for prize in draw.all_prizes
        if prize.photo
    }


def take(plan: CheckedPlan, found: Photographs, *, actor: Actor, at: datetime) -> None:
    """Show the prizes of the plan, which is live, by these; the same again changes nothing."""
    assert plan.rules is not None, "a plan that is live has no errors"
    shop = tenancy.get_shop(plan.rules.shop)
    with at_place(shop.id):
        for (draw_id, prize_id), data in found.items():
            photographs.take_photograph(shop.id, plan.rules.plan_id, draw_id, prize_id, data, actor=actor, at=at)
