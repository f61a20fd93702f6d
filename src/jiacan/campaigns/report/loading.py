"""A campaign's report from the database: the plan as it went live last, its awards, the shop's orders."""

from __future__ import annotations

from jiacan.campaigns.contracts.reported import Report
from jiacan.campaigns.facade import running as campaigns
from jiacan.campaigns.report.errors import PlanNeverRan
from jiacan.campaigns.report.facts import Sources, make_report
from jiacan.kernel.places import long_at_place
from jiacan.offers.facade import reading as offers
from jiacan.orders import facade as orders
from jiacan.plans import facade as plans
from jiacan.plans.contracts.errors import PlanHasErrors
from jiacan.plans.contracts.versions import CheckedPlan
from jiacan.tenancy import facade as tenancy


def load_report(plan: CheckedPlan) -> Report:
    """What came of the plan, by the version that went live last.

    Raises:
        PlanHasErrors: the plan's file has errors.
        ShopUnknown: nothing was ever recorded for its shop.
        PlanNeverRan: the plan has not gone live.
        NoRunPhase: it does not say when it runs.
    """
    if plan.rules is None:
        raise PlanHasErrors(source=plan.source, problems=plan.errors)
    shop = tenancy.get_shop(plan.rules.shop)
    with long_at_place(shop.id):
        versions = plans.find_versions(shop.id, plan.rules.plan_id)
        if not versions:
            raise PlanNeverRan(plan_id=plan.rules.plan_id)
        live = plans.load_plan(shop.id, plan.rules.plan_id, versions[-1].number)
        assert live.rules is not None, "load_plan gives rules or raises"
        assert live.document is not None, "load_plan gives a document or raises"
        sources = Sources(
            document=live.document,
            rules=live.rules,
            orders=orders.paid_orders_table(shop.id),
            awards=tuple(offers.awards_of(shop.id, live.rules.plan_id)),
            claw_backs=tuple(offers.claw_backs_of(shop.id, live.rules.plan_id)),
            figures=campaigns.figures(shop.id, live.rules),
            file_differs=plan.sha256 != live.sha256,
        )
        return make_report(sources)
