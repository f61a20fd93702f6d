"""Campaigns: what is live, what is left, and what it has come to."""

from __future__ import annotations

from ninja import Path, Router

from jiacan.api.web.auth import Call
from jiacan.api.web.operation import operation
from jiacan.api.web.paging import Page
from jiacan.api.web.routes.plans import CAMPAIGN_UNKNOWN
from jiacan.api.web.shapes.campaigns import (
    BudgetShape,
    CampaignFigures,
    CampaignShape,
    OutcomeShape,
    StockShape,
    to_campaign,
)
from jiacan.api.web.shapes.values import Slug, to_money, to_names
from jiacan.campaigns.contracts.public import CampaignUnknown
from jiacan.campaigns.facade.live import find_live, live_plans
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.facade import reading as offers
from jiacan.tenancy.contracts import Permission

router = Router(tags=["campaigns"])


@operation(router, "GET", "/campaigns", asks=Permission.SEE_CAMPAIGNS, answers={200: Page[CampaignShape]})
def list_campaigns(request: Call) -> Page[CampaignShape]:
    """The shop's campaigns.

    Every plan that has gone live, by its last version.
    """
    found = live_plans(request.auth.shop.id)
    return Page(items=[to_campaign(plan.versions[-1], plan.document) for plan in found], next=None)


@operation(
    router,
    "GET",
    "/campaigns/{plan_id}",
    asks=Permission.SEE_BUDGET,
    answers={200: CampaignFigures},
    problems=(CAMPAIGN_UNKNOWN,),
)
def get_campaign(request: Call, plan_id: Path[Slug]) -> CampaignFigures:
    """A campaign and its figures.

    What is left of its stock and budget, and how often each offer came to what.
    """
    shop_id = request.auth.shop.id
    plan = find_live(shop_id, plan_id)
    if plan is None:
        raise CampaignUnknown(plan_id=plan_id)
    rules = plan.rules
    orders = offers.order_totals(shop_id, plan_id)
    return CampaignFigures(
        **dict(to_campaign(plan.versions[-1], plan.document)),
        stock=_stock(shop_id, rules),
        budget=_budget(shop_id, rules),
        orders=orders.orders,
        spend=to_money(orders.spend_minor, rules.currency),
        new_customers=orders.new_customers,
        refunds=orders.refunds,
        outcomes=_outcomes(shop_id, rules),
    )


def _stock(shop_id: int, rules: PlanRules) -> list[StockShape]:
    left = offers.stock_left(shop_id, rules)
    return [
        StockShape(id=item.id, name=to_names(item.name), units=item.units, left=left[item.id])
        for item in rules.stock.values()
    ]


def _budget(shop_id: int, rules: PlanRules) -> list[BudgetShape]:
    balances = offers.budget_balances(shop_id, rules)
    shapes = []
    for line in rules.budget.values():
        balance = balances[line.id]
        left = balance.available or 0
        spent = line.amount_minor - left - balance.held
        at_risk, of_line, gone, rest = (
            to_money(minor, rules.currency) for minor in (balance.held, line.amount_minor, spent, left)
        )
        shapes.append(
            BudgetShape(id=line.id, name=to_names(line.name), amount=of_line, at_risk=at_risk, spent=gone, left=rest)
        )
    return shapes


def _outcomes(shop_id: int, rules: PlanRules) -> list[OutcomeShape]:
    return [
        OutcomeShape(
            offer_id=total.offer_id,
            outcome=total.outcome,
            reason=total.reason or None,
            awards=total.awards,
            at_risk=to_money(total.at_risk_minor, rules.currency),
        )
        for total in offers.award_totals(shop_id, rules.plan_id)
    ]
