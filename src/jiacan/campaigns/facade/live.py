"""The plans of a shop that are in force, with every version they have had."""

from __future__ import annotations

from dataclasses import dataclass

from jiacan.kernel.periods import Period
from jiacan.offers.contracts.rules import PlanRules
from jiacan.plans import facade as plans
from jiacan.plans.contracts.document import PlanDocument
from jiacan.plans.contracts.versions import PlanVersion


@dataclass(frozen=True, slots=True)
class LivePlan:
    """One plan that went live; called with a number it gives the rules of that version."""

    shop_id: int
    versions: tuple[PlanVersion, ...]

    def __call__(self, number: int) -> PlanRules:
        return plans.rules_of(self.shop_id, self.versions[number - 1])

    @property
    def plan_id(self) -> str:
        """Its id."""
        return self.versions[-1].plan_id

    @property
    def rules(self) -> PlanRules:
        """The rules in force: the last version's."""
        return plans.rules_of(self.shop_id, self.versions[-1])

    @property
    def document(self) -> PlanDocument:
        """All that the version in force says."""
        document = plans.plan_of(self.shop_id, self.versions[-1]).document
        assert document is not None, "what went live has no errors"
        return document

    def window(self) -> Period | None:
        """The time in which some version had an offer for orders: refunds of what it gave may still come."""
        windows = [window for version in self.versions if (window := self(version.number).window) is not None]
        if not windows:
            return None
        return Period(min(each.starts_at for each in windows), max(each.ends_at for each in windows))


def live_plans(shop_id: int) -> tuple[LivePlan, ...]:
    """Every plan of the shop that went live, by plan id."""
    return tuple(LivePlan(shop_id, versions) for versions in plans.versions_by_plan(shop_id).values())


def find_live(shop_id: int, plan_id: str) -> LivePlan | None:
    """The plan, if it went live at the shop."""
    versions = plans.find_versions(shop_id, plan_id)
    return LivePlan(shop_id, versions) if versions else None
