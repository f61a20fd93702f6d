"""A shop that takes orders one at a time: the reference plan, live, and orders as values."""

from __future__ import annotations

from dataclasses import astuple, replace
from datetime import UTC, datetime, timedelta
from importlib import import_module

from django.db import connection

from jiacan.campaigns.facade import running
from jiacan.ledger import facade as ledger
from jiacan.offers.contracts.awards import Award
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.facade import reading
from jiacan.orders.contracts import IncomingOrder, OrderLine, Refund, RefundLine
from jiacan.plans import facade as plans
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor, Shop
from tests.slices.histories import PLAN

WHO = Actor("tests", "tests")
PLAN_ID = "order-bonus-2011"
AT = datetime(2011, 11, 15, 10, tzinfo=UTC)
LADDER = "spend-ladder"
"""Gives one mug for 150, one to a customer; the sample set when mugs are out."""

NO_HOLDOUT = ("holdout: {share: 10%}\n", "")


def go_live(slug: str, *edits: tuple[str, str]) -> Shop:
    """Make the reference plan, edited, the plan in force at the shop."""
    text = PLAN.read_text().replace("shop: gifts", f"shop: {slug}")
    for old, new in (NO_HOLDOUT, *edits):
        assert old in text, old
        text = text.replace(old, new)
    checked = plans.check_text(text, "plan")
    assert checked.rules is not None, checked.errors
    shop = tenancy.open_shop(slug, zone=checked.rules.zone, currency=checked.rules.currency)
    running.go_live(shop.id, checked, actor=WHO)
    return shop


def cart(number: object = 1, spend: int = 160, *, customer: str | None = "") -> IncomingOrder:
    """An order of so many pounds that is not paid yet, by a customer of its own unless one is named."""
    return IncomingOrder(
        order_id=f"o-{number}",
        customer_id=f"c-{number}" if customer == "" else customer,
        lines=(OrderLine("pot", 1, spend * 1_000_000),),
    )


def order(number: object = 1, spend: int = 160, *, customer: str | None = "", after: float = 0) -> IncomingOrder:
    """The same, paid so many minutes after ten."""
    return replace(cart(number, spend, customer=customer), paid_at=AT + timedelta(minutes=after))


def refund(number: object = 1, *, of: object = 1, after: float = 60) -> Refund:
    """The whole of an order comes back."""
    return Refund(f"r-{number}", f"o-{of}", AT + timedelta(minutes=after), (RefundLine("pot", 1),))


def rules(shop: Shop) -> PlanRules:
    """The rules in force."""
    (version,) = plans.live_plans(shop.id)
    return plans.rules_of(shop.id, version)


def mugs_left(shop: Shop) -> int:
    """Mugs that can still be given."""
    return reading.stock_left(shop.id, rules(shop))["mug"]


def given(awards: dict[str, tuple[Award, ...]], offer: str = LADDER) -> list[tuple[str, str]]:
    """What the offer gave in the reference plan: outcome and item."""
    return [
        (award.outcome.value, item.id)
        for award in awards.get(PLAN_ID, ())
        if award.offer_id == offer
        for item in award.items
    ]


def granted(shop: Shop, item: str = "mug") -> int:
    """How many awards of the plan gave the item."""
    return sum(
        any(each.id == item for each in award.items)
        for award in reading.awards_of(shop.id, PLAN_ID)
        if award.outcome in ("granted", "otherwise")
    )


def assert_books_add_up(shop: Shop) -> None:
    """The ledger's audit finds nothing."""
    report = ledger.audit(shop.id)
    assert report.clean, report


def assert_counters_agree(shop: Shop) -> None:
    """The counters by the minute are what counting every stored row gives."""
    counting = import_module("jiacan.offers.migrations.0004_backfill_pace")
    always = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
    awards = [astuple(each) for each in reading.award_pace(shop.id, PLAN_ID, *always)]
    orders = [astuple(each) for each in reading.order_pace(shop.id, PLAN_ID, *always)]
    assert awards == _counted(counting.COUNT_AWARDS, shop)
    assert orders == _counted(counting.COUNT_ORDERS, shop)
    totals = reading.award_totals(shop.id, PLAN_ID)
    assert sum(each.awards for each in totals) == sum(row[4] for row in awards)
    assert astuple(reading.order_totals(shop.id, PLAN_ID)) == tuple(
        sum(row[n] for row in orders) for n in range(1, 5)
    )


def _counted(query: str, shop: Shop) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({query}) AS counted WHERE shop_id = %s AND plan_id = %s", [shop.id, PLAN_ID])
        return sorted(row[2:] for row in cursor.fetchall())
