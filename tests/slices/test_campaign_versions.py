"""A plan that changes while it runs: awards name their version, books change by the difference, refunds look back."""

from __future__ import annotations

import pytest

from tests.slices.commands import jiacan, jiacan_json
from tests.slices.histories import PLAN

HEADER = "order_id,customer_id,paid_at,sku,quantity,unit_price\n"
FIRST = HEADER + "A1,c1,2011-11-15T10:00,pot,2,100.00\nA2,c2,2011-11-15T11:00,pot,2,100.00\n"
LATER = HEADER + "A3,c4,2011-11-16T10:00,pot,2,100.00\n"
REFUNDS = "refund_id,order_id,refunded_at,sku,quantity\nR1,A1,2011-11-17T10:00,pot,1\n"


@pytest.fixture
def shop(tmp_path, test_database_url):
    class Shop:
        """A shop with one plan file that is edited between runs."""

        plan = tmp_path / "plan.yaml"
        awards = tmp_path / "awards.csv"

        def write(self, name, text):
            (tmp_path / name).write_text(text)
            return tmp_path / name

        def edit(self, old, new):
            text = self.plan.read_text()
            assert text.count(old) >= 1
            self.plan.write_text(text.replace(old, new))

        def run(self, *arguments, code=0):
            if code:
                return jiacan("run", self.plan, *arguments, database_url=test_database_url, code=code)
            return jiacan_json("run", self.plan, *arguments, "--awards", self.awards, database_url=test_database_url)

        def rows(self, order, offer):
            return [
                line
                for line in self.awards.read_text().splitlines()
                if line.startswith(f"{order},") and f",{offer}," in line
            ]

        def receipt(self, order):
            return " ".join(jiacan("receipt", self.plan, order, database_url=test_database_url).split())

        def audit(self):
            (report,) = jiacan_json("ledger", "audit", database_url=test_database_url)
            return report["clean"]

    made = Shop()
    made.plan.write_text(PLAN.read_text().replace("units: 150", "units: 1"))
    return made


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
    assert shop.audit()


def test_a_refund_asks_again_under_the_version_that_gave_the_award(shop):
    shop.run("--orders", shop.write("first.csv", FIRST))
    shop.edit("when: {spend: 150}, give: [{gift: mug}]", "when: {spend: 50}, give: [{gift: mug}]")
    shop.run("--orders", shop.plan.parent / "first.csv", "--refunds", shop.write("refunds.csv", REFUNDS))
    assert shop.rows("A1", "spend-ladder") == [
        "A1,c1,spend-ladder,1,gift,mug,1,320,granted,",
        "A1,c1,spend-ladder,1,gift,mug,1,320,clawed_back,refund:R1",
    ]
    assert shop.audit()


def test_a_version_that_takes_back_what_was_given_is_refused_and_nothing_changes(shop):
    shop.run("--orders", shop.write("first.csv", FIRST))
    shop.edit("units: 1,", "units: 0,")
    said = " ".join(shop.run("--orders", shop.plan.parent / "first.csv", code=2).split())
    assert "has 0 left, and the new version of the plan takes 1 out of it" in said
    shop.edit("units: 0,", "units: 1,")
    assert shop.run("--orders", shop.plan.parent / "first.csv")["plan_version"] == 1
    assert shop.audit()


def test_a_refund_that_comes_before_its_order_waits_for_it(shop):
    shop.run("--orders", shop.write("later.csv", LATER), "--refunds", shop.write("refunds.csv", REFUNDS))
    assert shop.rows("A1", "spend-ladder") == []
    shop.run("--orders", shop.write("first.csv", FIRST))
    assert shop.rows("A1", "spend-ladder") == [
        "A1,c1,spend-ladder,1,gift,sample,1,60,otherwise,stock:mug",
        "A1,c1,spend-ladder,1,gift,sample,1,60,clawed_back,refund:R1",
    ]
    assert shop.audit()
