"""A plan that changes while it runs: awards name their version, books change by the difference, refunds look back."""

from __future__ import annotations

from jiacan.tenancy.models import AuditEntry

HEADER = "order_id,customer_id,paid_at,sku,quantity,unit_price\n"
FIRST = HEADER + "A1,c1,2011-11-15T10:00,pot,2,100.00\nA2,c2,2011-11-15T11:00,pot,2,100.00\n"
LATER = HEADER + "A3,c4,2011-11-16T10:00,pot,2,100.00\n"
REFUNDS = "refund_id,order_id,refunded_at,sku,quantity\nR1,A1,2011-11-17T10:00,pot,1\n"


def test_more_stock_in_the_next_version_is_what_later_orders_get(shop):
    first = shop.run("--orders", shop.write("first.csv", FIRST))
    assert (first["plan_version"], first["stock_left"]["mug"]) == (1, 0)
    assert shop.rows("A2", "spend-ladder") == ["A2,c2,spend-ladder,1,gift,sample,1,60,otherwise,stock:mug"]
    shop.edit("units: 1,", "units: 3,")
    second = shop.run("--orders", shop.write("later.csv", LATER))
    assert (second["plan_version"], second["stock_left"]["mug"]) == (2, 1)
    assert shop.rows("A2", "spend-ladder") == ["A2,c2,spend-ladder,1,gift,sample,1,60,otherwise,stock:mug"]
    assert shop.rows("A3", "spend-ladder") == ["A3,c4,spend-ladder,1,gift,mug,1,320,granted,"]
    assert "version 1, offer spend-ladder#1" in shop.receipt("A1")
    assert "version 2, offer spend-ladder#1" in shop.receipt("A3")
    assert shop.audit_is_clean()


def test_every_change_of_stock_and_budget_is_audited_with_what_was_and_what_is(shop):
    shop.run("--orders", shop.write("first.csv", FIRST))
    shop.edit("units: 1,", "units: 3,")
    shop.run("--orders", shop.folder / "first.csv")
    of_mugs = AuditEntry.objects.filter(subject="plan/order-bonus-2011/stock/mug").order_by("id")
    assert list(of_mugs.values_list("actor", "before", "after")) == [
        ("command line", {"planned": 0}, {"planned": 1, "unit": "stock:mug"}),
        ("command line", {"planned": 1}, {"planned": 3, "unit": "stock:mug"}),
    ]
    assert AuditEntry.objects.filter(subject="plan/order-bonus-2011/budget/gifts").count() == 1


def test_a_refund_asks_again_under_the_version_that_gave_the_award(shop):
    shop.run("--orders", shop.write("first.csv", FIRST))
    shop.edit("when: {spend: 150}, give: [{gift: mug}]", "when: {spend: 50}, give: [{gift: mug}]")
    shop.run("--orders", shop.folder / "first.csv", "--refunds", shop.write("refunds.csv", REFUNDS))
    assert shop.rows("A1", "spend-ladder") == [
        "A1,c1,spend-ladder,1,gift,mug,1,320,granted,",
        "A1,c1,spend-ladder,1,gift,mug,1,320,clawed_back,refund:R1",
    ]
    assert shop.audit_is_clean()


def test_a_version_that_takes_back_what_was_given_is_refused_and_nothing_changes(shop):
    shop.run("--orders", shop.write("first.csv", FIRST))
    shop.edit("units: 1,", "units: 0,")
    said = shop.refused("--orders", shop.folder / "first.csv")
    assert "has 0 left, and the new version of the plan takes 1 out of it" in said
    shop.edit("units: 0,", "units: 1,")
    assert shop.run("--orders", shop.folder / "first.csv")["plan_version"] == 1
    assert shop.audit_is_clean()


def test_a_refund_that_comes_before_its_order_waits_for_it(shop):
    shop.run("--orders", shop.write("later.csv", LATER), "--refunds", shop.write("refunds.csv", REFUNDS))
    assert shop.rows("A1", "spend-ladder") == []
    shop.run("--orders", shop.write("first.csv", FIRST))
    assert shop.rows("A1", "spend-ladder") == [
        "A1,c1,spend-ladder,1,gift,sample,1,60,otherwise,stock:mug",
        "A1,c1,spend-ladder,1,gift,sample,1,60,clawed_back,refund:R1",
    ]
    assert shop.audit_is_clean()
