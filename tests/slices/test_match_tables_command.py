"""`jiacan match`: prepared orders in a folder become pairs in another; what cannot be is told in words."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from random import Random

import duckdb
import pyarrow as pa
import pytest
from pyarrow import parquet

from jiacan.kernel.errors import ColumnsMissing, FileUnreadable, FileUnwritable
from jiacan.offers.contracts.matching import MatchOfOtherPlan, PricesNotInTables
from jiacan.offers.core.rehearse import rehearse
from jiacan.offers.facade.matching import match_folder, read_pairs
from jiacan.plans.core.check import check
from tests.core.plans_for_tables import lines_table, order_from, orders_table, rows_of_python, rows_of_table
from tests.slices.commands import jiacan, jiacan_json

ROOT = Path(__file__).resolve().parents[2]
PLAN = ROOT / "examples" / "order-bonus.yaml"
CHECKED = check(PLAN.read_text(), source=PLAN.name)


def random_history(number=300):
    """Orders around the plan's run."""
    random = Random(5)
    edges = [CHECKED.rules.window.starts_at, CHECKED.rules.window.ends_at]
    return [order_from(random, f"order-{place}", random.choice(edges)) for place in range(number)]


def prepare(folder, orders, currency="GBP"):
    """Write prepared orders, with a column that nobody asked for."""
    folder.mkdir()
    table = orders_table(orders)
    table = table.append_column("order_id", pa.array([of.order_id for of in orders]))
    parquet.write_table(table.append_column("note", pa.nulls(len(orders), pa.string())), folder / "orders.parquet")
    parquet.write_table(lines_table(orders, currency), folder / "lines.parquet")
    return folder


@pytest.fixture(scope="module")
def history():
    return random_history()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory, history):
    return prepare(tmp_path_factory.mktemp("prepared") / "orders", history)


def rows_in(files):
    """The pairs' rows without the orders' ids, which must be those of their orders."""
    pairs = duckdb.sql(f"FROM read_parquet('{files}')").to_arrow_table()
    assert pairs["order_id"].to_pylist() == [f"order-{no}" for no in pairs["no"].to_pylist()]
    return rows_of_table(pairs.drop_columns(["order_id"]))


def test_pairs_are_what_python_says_and_the_folder_says_what_they_are(tmp_path, prepared, history):
    to = tmp_path / "pairs of 'today'"
    written = jiacan_json("match", PLAN, "--orders", prepared, "--to", to)
    expected = rows_of_python(history, CHECKED.rules)
    assert (written["orders"], written["pairs"]) == (300, len(expected))
    assert len(expected) > 100
    assert rows_in(str(to / "pairs" / "*.parquet").replace("'", "''")) == expected
    assert json.loads((to / "match.json").read_text()) == {
        "format": "jiacan.match/1",
        "plan": "order-bonus-2011",
        "plan_sha256": CHECKED.sha256,
        "orders": 300,
        "pairs": len(expected),
    }
    assert read_pairs(to, plan_sha256=CHECKED.sha256).pairs == len(expected)


def match(prepared, to, checked=CHECKED):
    return match_folder(checked.rules, prepared, to, plan_sha256=checked.sha256, spark=None)


def test_pairs_are_read_only_for_the_text_they_were_matched_for(tmp_path, prepared):
    written = match(prepared, tmp_path / "to")
    assert read_pairs(tmp_path / "to", plan_sha256=CHECKED.sha256) == written
    with pytest.raises(MatchOfOtherPlan, match=r"Run `jiacan match` again"):
        read_pairs(tmp_path / "to", plan_sha256="0" * 64)


def test_a_folder_of_pairs_is_written_once(tmp_path, prepared):
    match(prepared, tmp_path / "to")
    before = (tmp_path / "to" / "match.json").read_text()
    with pytest.raises(FileUnwritable, match="pairs are there already"):
        match(prepared, tmp_path / "to")
    assert (tmp_path / "to" / "match.json").read_text() == before


@pytest.mark.parametrize(
    ("text", "says"), [(None, "check the path"), ("{", "run that again"), ("[]", "run that again")]
)
def test_what_is_no_finished_match_is_not_read(tmp_path, text, says):
    if text is not None:
        (tmp_path / "match.json").write_text(text)
    with pytest.raises(FileUnreadable, match=says):
        read_pairs(tmp_path, plan_sha256=CHECKED.sha256)


def test_orders_that_cannot_be_matched_are_told_in_words(tmp_path, history):
    folder = prepare(tmp_path / "orders", history[:3])
    whole = parquet.read_table(folder / "orders.parquet")

    def refused(error, says):
        with pytest.raises(error, match=says):
            match(folder, tmp_path / "to")

    parquet.write_table(whole.drop_columns(["region"]), folder / "orders.parquet")
    refused(ColumnsMissing, "has no column region")
    parquet.write_table(pa.concat_tables([whole, whole]), folder / "orders.parquet")
    refused(FileUnreadable, "two orders have one `no`")
    unnumbered = whole.set_column(0, "no", pa.array(["one", "two", "three"]))
    parquet.write_table(unnumbered, folder / "orders.parquet")
    refused(FileUnreadable, "a cell is not as it must be")
    (folder / "orders.parquet").write_text("order_id,no\n")
    refused(FileUnreadable, "it is no Parquet")
    (folder / "lines.parquet").unlink()
    refused(FileUnreadable, "there is no such file")
    assert not (tmp_path / "to").exists()


def test_a_plan_with_offers_on_prices_is_not_matched_in_tables(tmp_path, prepared):
    text = PLAN.read_text().replace("give: [{ticket: lucky-draw}]", "give: [{discount: {off: 1}}]")
    with pytest.raises(PricesNotInTables, match=r"\(lucky-draw-chance\)"):
        match(prepared, tmp_path / "to", check(text, source="plan.yaml"))
    assert not (tmp_path / "to").exists()


def test_a_folder_that_is_not_there_is_told_on_the_command_line(tmp_path):
    said = jiacan("match", PLAN, "--orders", tmp_path / "nowhere", "--to", tmp_path / "to", code=2)
    assert "there is no such file or folder" in said


def in_order(history):
    """The orders that settle in the plan's time, one after the other."""
    window = CHECKED.rules.window
    return sorted((of for of in history if of.paid_at in window), key=lambda of: (of.paid_at, of.order_id))


def test_pairs_matched_before_are_settled_as_the_orders_themselves_would_be(tmp_path, prepared, history):
    match(prepared, tmp_path / "pairs")
    awards = tmp_path / "awards.parquet"
    asked = ("simulate", PLAN, "--orders", prepared, "--matched", tmp_path / "pairs", "--awards", awards)
    told = jiacan_json(*asked)
    slow = rehearse(in_order(history), {}, CHECKED.rules)
    assert parquet.read_table(awards).to_pylist() == [asdict(row) for row in slow.rows]
    assert len(slow.rows) > 100
    assert (told["orders"], told["plan"]) == (300, "order-bonus-2011")
    assert (told["stock_left"], told["budget_left_minor"]) == (slow.stock_left, slow.budget_left_minor)


def test_matched_pairs_want_the_folder_they_were_matched_for(tmp_path, prepared):
    match(prepared, tmp_path / "pairs")
    asked = ("simulate", PLAN, "--orders", prepared, "--orders", prepared, "--matched", tmp_path / "pairs")
    assert "give --orders the one folder that was matched" in jiacan(*asked, code=2)
