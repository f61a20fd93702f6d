"""Birthdays in a rehearsal: told by a file, given among orders in the order of time, as the clock gives them."""

from __future__ import annotations

import csv

import pytest

from jiacan.campaigns.facade import birthdays, online
from jiacan.offers.facade import reading
from tests.slices.birthday_shop import OFFER, YEAR, birthday_shop, born, moment
from tests.slices.commands import jiacan, jiacan_json
from tests.slices.histories import PLAN
from tests.slices.online_shop import AT, NO_HOLDOUT, PLAN_ID, order
from tests.slices.orders_files import HEADER, row

MONTH = """
  - id: month
    name: {zh: 生日月, en: Birthday month}
    trigger: order_paid
    during: run
    when: {birthday_month: true}
    give: [{gift: mug}]
    budget: {gift: gifts}
"""
DAY = OFFER.replace("2097-01-01", "2011-11-14").replace("2099-12-31", "2011-11-20")


def written(path, *lines):
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def plan(tmp_path):
    text = PLAN.read_text().replace(*NO_HOLDOUT).replace("units: 150", "units: 3")
    return written(tmp_path / "plan.yaml", text.replace("\noffers:\n", DAY + MONTH))


@pytest.fixture
def orders(tmp_path):
    paid = {"sam": "2011-11-15 00:00:00", "anna": "2011-11-15 09:00:00", "bo": "2011-11-17 09:00:00"}
    lines = [row(f"o-{who}", customer_id=who, unit_price="10.00", paid_at=at) for who, at in paid.items()]
    return written(tmp_path / "orders.csv", HEADER, *lines)


@pytest.fixture
def customers(tmp_path):
    known = ("anna,1990-11-15", "bo,11-30", "chen,1980-11-16", "dora,11-18", "sam,05-05", "ernst,11-31")
    return written(tmp_path / "customers.csv", "customer_id,birthday", *known)


def given(path):
    return [
        (row["customer_id"], row["offer_id"], row["outcome"], row["reason"])
        for row in csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines())
        if row["offer_id"] in {"happy", "month"}
    ]


def test_what_is_scarce_goes_to_orders_and_birthdays_in_the_order_of_time(plan, orders, customers, tmp_path):
    awards = tmp_path / "awards.csv"
    said = jiacan_json("simulate", plan, "--orders", orders, "--customers", customers, "--awards", awards)
    assert given(awards) == [
        ("anna", "happy", "granted", ""),
        ("anna", "month", "granted", ""),
        ("chen", "happy", "granted", ""),
        ("bo", "month", "refused", "stock:mug"),
        ("dora", "happy", "refused", "stock:mug"),
    ]
    assert said["stock_emptied_at"]["mug"] == "2011-11-16T00:00:00+00:00"
    assert said["unasked"] == []
    (bad,) = said["birthdays"]["bad_rows"]
    assert (said["birthdays"]["rows"], said["birthdays"]["customers"], bad["line"]) == (6, 5, 7)
    shown = " ".join(jiacan("simulate", plan, "--orders", orders, "--customers", customers).split())
    assert "5 customers' birthdays in 6 rows; 1 bad rows. line 7: 11-31 is no day of the calendar" in shown


def test_without_birthdays_the_rehearsal_names_the_offers_that_it_could_not_ask(plan, orders, tmp_path):
    assert jiacan_json("simulate", plan, "--orders", orders)["unasked"] == ["happy", "month"]
    shown = " ".join(jiacan("simulate", plan, "--orders", orders).split())
    assert "Not rehearsed, because no birthdays were told: Birthday gift, Birthday month. Give --customers" in shown
    assert "given for" not in shown


@pytest.mark.django_db
def test_a_rehearsal_gives_for_the_birthdays_that_the_clock_gives_for(tmp_path):
    tiers = """
tiers:
  - {id: silver, needs: {spend: 100}}
  - {id: gold, needs: {spend: 300}}
membership: {within: 365d}
"""
    edits = (
        ("    give:", "    when: {tier: gold}\n    give:"),
        ("trigger: birthday", "trigger: birthday\n    on: day"),
    )
    shop = birthday_shop(*edits, terms=tiers)
    spent = {"anna": [(2096, 6, 320)], "bo": [(2096, 6, 120)], "chen": [(2096, 12, 320), (2097, 3, 10)]}
    lines = []
    for who, paid in spent.items():
        for year, month, spend in paid:
            at = moment(month, 1, year=year)
            lines.append(row(f"{who}-{year}", customer_id=who, unit_price=f"{spend}.00", paid_at=at.isoformat()))
            minutes = (at - AT).total_seconds() / 60
            online.take(shop, [order(f"{who}-{year}", spend, customer=who, after=minutes)], [], at=at)
    days = {"anna": (3, 5), "bo": (3, 5), "chen": (2, 28), "dora": (3, 5)}
    for who, (month, day) in days.items():
        born(shop, month, day, who)
    for year in (YEAR, YEAR + 1, YEAR + 2):
        for month, day in ((2, 28), (3, 5), (12, 31)):
            birthdays.give_at_shop(shop.id, moment(month, day, 0.5, year=year))
    lived = {
        (each.customer_id, each.order_id.split("/")[3], each.outcome)
        for each in reading.awards_of(shop.id, PLAN_ID)
        if each.offer_id == "happy"
    }
    assert lived == {("anna", "2097", "granted"), ("chen", "2097", "granted")}
    text = PLAN.read_text().replace(*NO_HOLDOUT).replace("\ndraws:\n", f"{tiers}\ndraws:\n")
    gift = OFFER
    for old, new in edits:
        gift = gift.replace(old, new)
    plan = written(tmp_path / "plan.yaml", text.replace("\noffers:\n", gift))
    known = [f"{who},{month:02}-{day:02}" for who, (month, day) in days.items()]
    files = (
        *("--orders", written(tmp_path / "orders.csv", HEADER, *lines)),
        *("--customers", written(tmp_path / "customers.csv", "customer_id,birthday", *known)),
    )
    jiacan("simulate", plan, *files, "--awards", tmp_path / "awards.csv")
    rehearsed = csv.DictReader((tmp_path / "awards.csv").read_text(encoding="utf-8-sig").splitlines())
    assert {
        (each["customer_id"], each["order_id"].split("/")[3], each["outcome"])
        for each in rehearsed
        if each["offer_id"] == "happy"
    } == lived
