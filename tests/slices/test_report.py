"""`jiacan report`: from a database that `jiacan run` filled, against the orders themselves."""

from __future__ import annotations

from zipfile import is_zipfile

import duckdb
import pytest

from jiacan.orders import facade as orders
from jiacan.tenancy import facade as tenancy
from tests.conftest import SHARED, needs_shared
from tests.core.small_report import PLAN, regular_orders
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
    rows.append('"odd, ""quoted""\nid",,2026-11-17T12:00,tea,1,10.00')
    path = tmp_path / "orders.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_a_plan_that_never_ran_is_told_in_words(plan_file, orders_file, test_database_url, tmp_path):
    said = jiacan("report", plan_file, "--to", tmp_path / "r.html", database_url=test_database_url, code=2)
    assert "There is no shop tea in this database" in " ".join(said.split())
    jiacan("run", plan_file, "--orders", orders_file, database_url=test_database_url)
    other = tmp_path / "other.yaml"
    other.write_text(PLAN.replace("id: spring", "id: summer", 1), encoding="utf-8")
    said = jiacan("report", other, "--to", tmp_path / "r.html", database_url=test_database_url, code=2)
    assert "Plan summer has not gone live, so there is nothing to report." in " ".join(said.split())
    assert not (tmp_path / "r.html").exists()


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


def test_the_report_is_of_what_ran_and_says_so(plan_file, orders_file, test_database_url, tmp_path):
    jiacan("run", plan_file, "--orders", orders_file, database_url=test_database_url)
    page, book = tmp_path / "report.html", tmp_path / "report.xlsx"
    jiacan("report", plan_file, "--to", page, database_url=test_database_url)
    jiacan("report", plan_file, "--to", book, database_url=test_database_url)
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert is_zipfile(book)
    before = jiacan_json("report", plan_file, database_url=test_database_url)
    assert (before["plan_version"], before["totals"]["orders"], before["totals"]["guest_orders"]) == (1, 101, 1)
    plan_file.write_text(PLAN.replace("units: 30", "units: 31"), encoding="utf-8")
    after = jiacan_json("report", plan_file, database_url=test_database_url)
    assert "The plan's file is not what went live; this report is of version 1, which did." in [
        finding["says"] for finding in after["findings"]
    ]
    assert after["stock"] == before["stock"]


def test_the_orders_table_keeps_odd_ids_and_tells_a_guest_from_a_name(
    plan_file, orders_file, test_database_url, transactional_db
):
    jiacan("run", plan_file, "--orders", orders_file, database_url=test_database_url)
    rows = orders.paid_orders_table(tenancy.get_shop("tea").id).to_pylist()
    assert len(rows) == len(regular_orders()) + 1
    assert [row["order_id"] for row in rows if row["customer_id"] is None] == ['odd, "quoted"\nid']
    assert {row["spend_minor"] for row in rows} == {1_000}


def test_a_shop_without_orders_has_an_empty_table(db):
    table = orders.paid_orders_table(tenancy.open_shop("empty").id)
    assert (table.num_rows, table.schema.field("paid_at").type.tz) == (0, "UTC")


@needs_shared
def test_the_order_bonus_is_reported_as_its_orders_say(test_database_url):
    jiacan("run", ORDER_BONUS, "--orders", ONLINE_RETAIL, database_url=test_database_url)
    data = jiacan_json("report", ORDER_BONUS, database_url=test_database_url)
    counted = _counted_from_the_rows()
    assert {name: data["totals"][name] for name in counted} == counted
    held_out, rest = data["holdout"]["held_out"], data["holdout"]["rest"]
    assert held_out["customers"] + rest["customers"] == 4_116
    assert held_out["buyers"] + rest["buyers"] == counted["buyers"] - counted["new_customers"]
    assert {goal["measure"]: goal["verdict"] for goal in data["goals"]} == {
        "orders": "met",
        "new_customers": "met",
        "repurchase_rate": "met",
        "return_on_spend": "missed",
    }


def _counted_from_the_rows() -> dict[str, int]:
    """The run's totals by plain SQL on the file, by what is written about it and nothing of ours."""
    query = """
        WITH goods AS (
            SELECT trim(InvoiceNo) AS id, any_value(CustomerID) AS customer, min(InvoiceDate) AS at
            FROM read_parquet($file)
            WHERE regexp_matches(trim(StockCode), '^[0-9]{5}') AND InvoiceNo NOT LIKE 'C%'
                AND UnitPrice > 0 AND Quantity >= 1
            GROUP BY 1
        ), firsts AS (SELECT customer, min(at) AS first_at FROM goods WHERE customer IS NOT NULL GROUP BY 1)
        SELECT count(*) AS orders, count(*) FILTER (customer IS NULL) AS guest_orders,
            count(DISTINCT customer) AS buyers,
            count(DISTINCT customer) FILTER (first_at >= '2011-11-14') AS new_customers
        FROM goods LEFT JOIN firsts USING (customer)
        WHERE at >= '2011-11-14' AND at < '2011-11-28'
    """
    names = ("orders", "guest_orders", "buyers", "new_customers")
    return dict(zip(names, duckdb.execute(query, {"file": str(ONLINE_RETAIL)}).fetchone(), strict=True))
