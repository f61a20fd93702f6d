"""By which rules a draw's plan gives. Plans are above draws, so the settings say who knows the versions in force."""

from __future__ import annotations

from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from jiacan.draws.contracts.errors import DrawUnknown
from jiacan.draws.contracts.kept import KeptDraw
from jiacan.draws.store import draws as store
from jiacan.offers.contracts.rules import PlanRules


class Force(Protocol):
    """A plan in force: its rules, and by a number those of that version."""

    @property
    def rules(self) -> PlanRules: ...

    def __call__(self, number: int) -> PlanRules: ...


def force_of(shop_id: int, plan_id: str) -> Force:
    """The plan's version in force, with its earlier ones."""
    found: Force | None = import_string(settings.PLAN_IN_FORCE)(shop_id, plan_id)
    assert found is not None, "a draw is announced by a plan that went live, and what went live stays"
    return found


def get_draw(shop_id: int, plan_id: str, draw_id: str) -> KeptDraw:
    """The plan's draw of that id.

    Raises:
        DrawUnknown: none was announced.
    """
    found = store.find_draw(shop_id, plan_id, draw_id)
    if found is None:
        raise DrawUnknown(plan_id=plan_id, draw=draw_id)
    return found
