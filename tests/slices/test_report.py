"""`jiacan report`: from a database that `jiacan run` filled, against the orders themselves."""

from __future__ import annotations

from zipfile import is_zipfile

import duckdb
import pytest

from jiacan.campaigns.facade import running as campaigns
from jiacan.campaigns.report.errors import PlanNeverRan
from jiacan.campaigns.report.facts import make_report
from jiacan.campaigns.report.loading import load_report
from jiacan.campaigns.report.writing import to_data
from jiacan.kernel.messages import ENGLISH
from jiacan.orders import facade as orders
from jiacan.plans import facade as plans
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor, ShopUnknown
from tests.conftest import SHARED, needs_shared
from tests.core.small_report import PLAN, regular_orders, sources
from tests.slices.commands import jiacan, jiacan_json

ONLINE_RETAIL = SHARED / "data" / "online_retail.parquet"
ORDER_BONUS = SHARED / "examples" / "order-bonus.yaml"


@pytest.fixture
def plan_file(tmp_path):
    path = tmp_path / "plan.yaml"
    path.write_text(PLAN, encoding="utf-8")
    return path


@pytest.fixture
def orders_file(tmp_path):
    rows = ["order_id,customer_id,paid_at,sku,quantity,unit_price"]
    rows += [f"{one.order_id},{one.customer_id},{one.paid_at.isoformat()},tea,1,10.00" for one in regular_orders()]
    rows.append('"odd, ""quoted"" id",,2026-11-17T12:00,tea,1,10.00')
    path = tmp_path / "orders.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def run(plan_file, orders_file):
    """Run the plan in this process; gives it checked."""
    checked = plans.read_plan(str(plan_file))
    campaigns.run(
        checked,
        campaigns.OrderFiles((orders_file,)),
        actor=Actor("test", "test"),
        words=ENGLISH,
        on_progress=lambda *_: None,
    )
    return checked


@pytest.mark.django_db
def test_a_plan_that_never_ran_is_told_in_words(plan_file, orders_file):
    with pytest.raises(ShopUnknown):
        load_report(plans.read_plan(str(plan_file)))
    run(plan_file, orders_file)
    other = plans.check_text(PLAN.replace("id: spring", "id: summer", 1), source="other.yaml")
    with pytest.raises(PlanNeverRan) as told:
        load_report(other)
    assert str(told.value).startswith("Plan summer has not gone live, so there is nothing to report.")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("report.pdf", "A report can be written as .html or .xlsx"),
        ("nowhere/report.html", "nowhere is not there"),
    ],
)
def test_a_place_that_cannot_be_written_is_refused_before_any_work(plan_file, tmp_path, name, says):
    said = jiacan("report", plan_file, "--to", tmp_path / name, database_url="host=/nowhere dbname=none", code=2)
    assert says in " ".join(said.split())


def test_the_command_writes_both_forms_and_prints_the_figures(plan_file, orders_file, test_database_url, tmp_path):
    run(plan_file, orders_file)
    page, book = tmp_path / "report.html", tmp_path / "report.xlsx"
    jiacan("report", plan_file, "--to", page, database_url=test_database_url)
    data = jiacan_json("report", plan_file, "--to", book, database_url=test_database_url)
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert is_zipfile(book)
    assert (data["plan_version"], data["totals"]["orders"], data["totals"]["guest_orders"]) == (1, 101, 1)


@pytest.mark.django_db
def test_the_report_is_of_what_ran_and_says_so(plan_file, orders_file):
    before = load_report(run(plan_file, orders_file))
    changed = plans.check_text(PLAN.replace("units: 30", "units: 31"), source="plan.yaml")
    after = load_report(changed)
    differs = "The plan's file is not what went live; this report is of version 1, which did."
    assert differs in [str(finding.says) for finding in after.findings]
    assert differs not in [str(finding.says) for finding in before.findings]
    assert after.facts.figures == before.facts.figures


@pytest.mark.django_db
def test_the_database_gives_the_report_that_the_rehearsal_gives(plan_file, tmp_path):
    rows = ["order_id,customer_id,paid_at,sku,quantity,unit_price"]
    rows += [f"{one.order_id},{one.customer_id},{one.paid_at.isoformat()},tea,1,10.00" for one in regular_orders()]
    path = tmp_path / "plain.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    assert to_data(load_report(run(plan_file, path)), ENGLISH) == to_data(make_report(sources()), ENGLISH)


@pytest.mark.django_db
def test_the_orders_table_keeps_odd_ids_and_tells_a_guest_from_a_name(plan_file, orders_file):
    run(plan_file, orders_file)
    rows = orders.paid_orders_table(tenancy.get_shop("tea").id).to_pylist()
    assert len(rows) == len(regular_orders()) + 1
    assert [row["order_id"] for row in rows if row["customer_id"] is None] == ['odd, "quoted" id']
    assert {row["spend_minor"] for row in rows} == {1_000}


@pytest.mark.django_db
def test_a_shop_without_orders_has_an_empty_table():
    table = orders.paid_orders_table(tenancy.open_shop("empty").id)
    assert (table.num_rows, table.schema.field("paid_at").type.tz) == (0, "UTC")


@needs_shared
@pytest.mark.django_db
def test_the_order_bonus_is_reported_as_its_orders_say():
    facts = load_report(run(ORDER_BONUS, ONLINE_RETAIL)).facts
    counted = counted_in_the_run()
    assert {name: getattr(facts.totals, name) for name in counted} == counted
    held_out, rest = facts.holdout.held_out, facts.holdout.rest
    assert held_out.customers + rest.customers == counted_before_the_run()
    assert held_out.buyers + rest.buyers == counted["buyers"] - counted["new_customers"]
    assert {result.goal.measure.value: result.verdict.value for result in facts.goals} == {
        "orders": "met",
        "new_customers": "met",
        "repurchase_rate": "met",
        "return_on_spend": "missed",
    }


GOODS = """
    WITH goods AS (
        SELECT trim(InvoiceNo) AS id, any_value(CustomerID) AS customer, min(InvoiceDate) AS paid
        FROM read_parquet($file)
        WHERE regexp_matches(trim(StockCode), '^[0-9]{5}') AND InvoiceNo NOT LIKE 'C%'
            AND UnitPrice > 0 AND Quantity >= 1
        GROUP BY 1
    ), firsts AS (SELECT customer, min(paid) AS first_paid FROM goods WHERE customer IS NOT NULL GROUP BY 1)
"""
"""Orders by plain SQL on the file, by what is written about it and nothing of ours."""


def counted_in_the_run() -> dict[str, int]:
    query = f"""{GOODS}
        SELECT count(*), count(*) FILTER (customer IS NULL), count(DISTINCT customer),
            count(DISTINCT customer) FILTER (first_paid >= '2011-11-14')
        FROM goods LEFT JOIN firsts USING (customer)
        WHERE paid >= '2011-11-14' AND paid < '2011-11-28'
    """
    counts = duckdb.execute(query, {"file": str(ONLINE_RETAIL)}).fetchone()
    return dict(zip(("orders", "guest_orders", "buyers", "new_customers"), counts, strict=True))


def counted_before_the_run() -> int:
    query = f"{GOODS} SELECT count(*) FROM firsts WHERE first_paid < '2011-11-14'"
    return duckdb.execute(query, {"file": str(ONLINE_RETAIL)}).fetchone()[0]
