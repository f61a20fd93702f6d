"""The command line as people meet it: what it says, in which language, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from tests.slices.commands import jiacan, jiacan_json
from tests.slices.forking import READ
from tests.slices.histories import PLAN

ORDERS = """order_id,customer_id,paid_at,sku,quantity,unit_price
A1,c1,2011-11-15T10:00,mug-a,2,80.00
A2,c2,2011-11-15T11:00,mug-a,1,140.00
A3,,2011-11-15T12:00,mug-a,1,200.00
"""

COMMANDS = (
    *("archive", "customer", "customers import", "doctor", "draw verify", "ledger audit", "match", "plan check"),
    *("profile", "receipt", "report", "run", "simulate"),
)
EACH_ALONE = """
import os, sys
from jiacan.project.cli import main
for command in sys.argv[1:]:
    if os.fork() == 0:
        sys.argv[1:] = [*command.split(), "--help"]
        main()
    if os.wait()[1]:
        sys.exit(f"{command} failed")
"""


@pytest.fixture
def orders_file(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS)
    return path


def test_a_command_finds_all_it_needs_in_a_process_that_read_no_other():
    assert {each.split()[0] for each in COMMANDS} == set(READ)
    read = subprocess.run([sys.executable, "-c", EACH_ALONE, *COMMANDS], capture_output=True, text=True, check=True)
    assert [each for each in COMMANDS if f"jiacan {each}" not in read.stdout] == []


def test_check_of_a_good_plan_ends_well():
    assert "0 errors" in jiacan("plan", "check", PLAN)


def test_check_of_a_bad_plan_names_the_place_and_ends_with_1(tmp_path):
    plan = tmp_path / "plan.yaml"
    plan.write_text(PLAN.read_text().replace("gift: mug", "gift: mugs"))
    said = jiacan("plan", "check", plan, code=1)
    assert f"{plan}:" in said.replace("\n", "")
    assert "mugs" in said


def test_check_for_machines_is_json():
    data = jiacan_json("plan", "check", PLAN)
    assert data["ok"] is True
    assert {problem["severity"] for problem in data["problems"]} <= {"warning"}


def test_a_plan_that_is_not_there_is_told_in_words():
    said = jiacan("plan", "check", "nowhere.yaml", code=2)
    assert "nowhere.yaml" in said


def test_an_orders_file_that_is_not_there_is_told_in_words():
    assert "nowhere.csv" in jiacan("simulate", PLAN, "--orders", "nowhere.csv", code=2)


def test_an_error_for_machines_is_json():
    said = json.loads(jiacan("simulate", PLAN, "--orders", "nowhere.csv", "--json", code=2).splitlines()[0])
    assert "nowhere.csv" in said["message"]


def test_awards_of_an_unknown_kind_are_refused_before_any_work(orders_file, tmp_path):
    said = jiacan("simulate", PLAN, "--orders", orders_file, "--awards", tmp_path / "awards.doc", code=2)
    assert "are written as .csv, .parquet or .xlsx" in " ".join(said.split())


def test_a_plan_with_errors_is_not_rehearsed(orders_file, tmp_path):
    plan = tmp_path / "plan.yaml"
    plan.write_text(PLAN.read_text().replace("gift: mug", "gift: mugs"))
    assert "mugs" in jiacan("simulate", plan, "--orders", orders_file, code=1)


def test_a_template_can_be_written_checked_and_not_overwritten(tmp_path):
    path = tmp_path / "my-plan.yaml"
    jiacan("plan", "new", "--to", path, "--starts-on", "2026-11-01")
    assert jiacan_json("plan", "check", path)["ok"] is True
    before = path.read_text()
    assert "is there already" in jiacan("plan", "new", "--to", path, code=2)
    assert path.read_text() == before


def test_a_receipt_says_why_in_both_languages(orders_file, test_database_url):
    jiacan("run", PLAN, "--orders", orders_file, database_url=test_database_url)
    english = " ".join(jiacan("receipt", PLAN, "A1", database_url=test_database_url).split())
    assert "Spend more, get more: Given: Custom mug." in english
    assert "plan order-bonus-2011 version 1, offer spend-ladder#1" in english
    short = " ".join(jiacan("receipt", PLAN, "A2", database_url=test_database_url).split())
    assert "10.00 GBP more brings Custom mug" in short
    chinese = "".join(jiacan("receipt", PLAN, "A2", database_url=test_database_url, lang="zh").split())
    assert "还差10.00GBP即可获得定制马克杯" in chinese
    guest = " ".join(jiacan("receipt", PLAN, "A3", database_url=test_database_url).split())
    assert "without an account" in guest


def test_a_customer_is_told_what_they_have_what_they_owe_and_why(orders_file, tmp_path, test_database_url):
    refunds = tmp_path / "refunds.csv"
    refunds.write_text("refund_id,order_id,refunded_at,sku,quantity\nR1,A1,2011-11-16T10:00,mug-a,1\n")
    jiacan("run", PLAN, "--orders", orders_file, "--refunds", refunds, database_url=test_database_url)
    told = jiacan_json("customer", PLAN, "c1", database_url=test_database_url)
    assert (told["has"], told["owes"]) == (["1 chance(s) in Order draw"], ["Custom mug"])
    assert [line["outcome"] for line in told["orders"]["A1"]] == ["granted", "clawed_back"] * 2 + ["granted"]
    chinese = jiacan("customer", PLAN, "c1", database_url=test_database_url, lang="zh")
    assert "应退还或补款：定制马克杯" in chinese
    unknown = jiacan("customer", PLAN, "c9", database_url=test_database_url, code=2)
    assert "No order of customer c9 met an offer" in unknown


def test_a_receipt_of_an_unknown_order_is_told_in_words(orders_file, test_database_url):
    jiacan("run", PLAN, "--orders", orders_file, database_url=test_database_url)
    assert "B7" in jiacan("receipt", PLAN, "B7", database_url=test_database_url, code=2)


def test_a_database_of_a_newer_version_is_refused_and_left_alone(orders_file, test_database_url):
    MigrationRecorder(connection).record_applied("orders", "9999_from_the_future")
    try:
        said = jiacan("run", PLAN, "--orders", orders_file, database_url=test_database_url, code=2)
        assert "newer Jiacan (it has orders.9999_from_the_future)" in " ".join(said.split())
    finally:
        MigrationRecorder(connection).record_unapplied("orders", "9999_from_the_future")


def test_a_database_that_does_not_answer_is_told_in_words(orders_file):
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    said = jiacan("run", PLAN, "--orders", orders_file, database_url=nowhere, code=2)
    assert "does not answer" in " ".join(said.split())


@pytest.mark.parametrize("home", ["a-file", "/proc/nowhere"])
def test_a_folder_that_cannot_hold_the_database_is_told_in_words(orders_file, tmp_path, monkeypatch, home):
    (tmp_path / "a-file").write_text("")
    monkeypatch.setenv("JIACAN_HOME", str(tmp_path / home))
    said = jiacan("run", PLAN, "--orders", orders_file, code=2)
    assert "The embedded database cannot be kept in" in said


def test_a_plan_without_offers_for_orders_gives_nothing_and_runs(orders_file, tmp_path, test_database_url):
    plan = tmp_path / "plan.yaml"
    text = PLAN.read_text()
    begin, end = text.index("  - id: spend-ladder"), text.index("  - id: refer-a-friend")
    plan.write_text(text[:begin] + text[end:])
    assert jiacan_json("simulate", plan, "--orders", orders_file)["events_by_offer"] == {}
    ran = jiacan_json("run", plan, "--orders", orders_file, database_url=test_database_url)
    assert (ran["orders_new"], ran["events_settled"], ran["events_by_offer"]) == (3, 0, {})


@pytest.mark.parametrize(
    "arguments",
    [
        ("simulate", PLAN, "--orders"),
        ("simulate", PLAN),
        ("report", PLAN, "--to"),
        ("plan", "new", "--starts-on", "tomorrow"),
        ("frobnicate",),
        ("run", PLAN, "--orders", "x.csv", "--lang", "fr"),
    ],
)
def test_a_command_given_wrongly_says_so_and_does_nothing(arguments):
    assert "Error" in jiacan(*arguments, code=2)
