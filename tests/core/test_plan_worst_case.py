"""The worst case of a budget line: the worked numbers of its page, and what sources share."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from jiacan.plans.core.check import check
from jiacan.plans.core.schedule import schedule
from jiacan.plans.core.worst_case import worst_cases
from tests.core.test_plan_base import BASE, edited

PAGE = Path(__file__).resolve().parents[2] / "docs" / "algorithms" / "worst-case.md"
CASE = re.compile(r"```yaml\n(.+?)```\n\ngifts (\S+), coupons (\S+)", re.DOTALL)
CASES = CASE.findall(PAGE.read_text(encoding="utf-8"))

HEAD = "offers:\n  - id: one\n    during: run\n    "
LINES = "budget: {gift: gifts, coupon: coupons, points: coupons, cash: coupons, discount: coupons}\n"


def worst(text):
    checked = check(text, source="plan.yaml")
    assert checked.errors == ()
    return {case.line: case.at_most_minor for case in worst_cases(checked.document, checked.rules)}


def to_minor(written):
    return None if written == "unbounded" else int(Decimal(written) * 100)


def test_the_page_has_all_its_cases():
    assert len(CASES) == 14


@pytest.mark.parametrize(("offer", "gifts", "coupons"), CASES)
def test_the_worked_numbers_of_the_page_hold(offer, gifts, coupons):
    text = BASE[: BASE.index("offers:")] + HEAD + offer.replace("\n", "\n    ") + LINES
    assert worst(text) == {"gifts": to_minor(gifts), "coupons": to_minor(coupons)}


def test_offers_and_draws_share_one_stock():
    # otherwise of the ladder: 50 cups at the most; the wheel: 2 on each of 2 days; there are 50 cups of 2.00.
    assert worst(BASE) == {"gifts": 50 * 320 + 50 * 200, "coupons": 50 * 1000}


def test_prizes_count_by_their_days():
    text = edited("    otherwise: [{gift: cup}]\n", "")
    assert worst(text) == {"gifts": 50 * 320 + 2 * 2 * 200, "coupons": 50_000}


def test_a_consolation_is_without_bound():
    lines = "    consolation: [{points: 20}]\n    budget: {gift: gifts, points: gifts}\n"
    text = edited("    budget: {gift: gifts}\n", lines)
    assert worst(text)["gifts"] is None


def test_tasks_of_one_day_stand_in_the_order_of_their_needs():
    text = edited("due: prepare.from}", "due: run.from - 3d, needs: [count]}").replace("needs: [team], ", "")
    document = check(text, source="plan.yaml").document
    assert [task.id for task in schedule(document)] == ["count", "team"]
