"""The worked cases of docs/algorithms/occasions.md come out as they are printed, from a shop's books."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from jiacan.campaigns.facade import running
from jiacan.kernel.money import to_major
from jiacan.offers.contracts.occasions import TO_FRIEND, TO_REFERRER, Occasion, Revocation
from jiacan.offers.contracts.rules import PlanRules, Trigger
from jiacan.offers.contracts.settled import Settled
from jiacan.offers.facade import occasions, reading
from jiacan.plans import facade as plans
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import COMMAND_LINE, Shop
from tests.core.worked_cases import YEAR, Case, find_cases, told
from tests.slices.online_shop import assert_books_add_up

pytestmark = pytest.mark.django_db

CASES = find_cases("occasions.md")
_EVENT = re.compile(r"(?:(hold) )?(\w+) by (\w+)|(confirm|let go|revoke) (\w+)")
_TICKET = re.compile(r"wheel (\d)(?:, earned (.*))?")
SIDES = {"referrer": TO_REFERRER, "friend": TO_FRIEND}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.heading)
def test_a_case_comes_out_as_the_page_says(case: Case):
    checked = plans.check_text(case.plan, case.heading)
    assert checked.rules is not None, checked.errors
    shop = tenancy.open_shop("tea-shop", zone=checked.rules.zone, currency=checked.rules.currency)
    rules = running.go_live(shop.id, checked, actor=COMMAND_LINE)
    answers = [
        {**row, "comes to": told(happen(shop, rules, row), rules), **left(shop, rules, row)} for row in case.rows
    ]
    assert answers == list(case.rows)
    assert_books_add_up(shop)


def test_every_case_on_the_page_is_run():
    assert [len(case.rows) for case in CASES] == [8, 6, 11]


def happen(shop: Shop, rules: PlanRules, row: dict[str, str]) -> Settled:
    """What the row's event comes to."""
    at = moment(row["when"], rules)
    held, name, customer, what, ended = _EVENT.fullmatch(row["event"]).groups()
    match what:
        case None:
            act = occasions.hold if held else occasions.give
            return act(shop.id, rules, [occasion(row, name, customer, rules)], rules_of=lambda _: rules, at=at)
        case "confirm":
            return occasions.confirm(shop.id, rules, [f"~{ended}"], rules_of=lambda _: rules, at=at)
        case "revoke":
            return occasions.take_back(
                shop.id, rules, [Revocation(row["when"], f"~{ended}", at)], rules_of=lambda _: rules
            )
        case _:
            assert occasions.let_go(shop.id, rules.plan_id, [f"~{ended}"], at=at) == 1
            return Settled()


def occasion(row: dict[str, str], name: str, customer: str, rules: PlanRules) -> Occasion:
    at = moment(row["when"], rules)
    if row["what"] in SIDES:
        return Occasion(f"~{name}", Trigger.REFERRAL_COMPLETED, customer, at, at, SIDES[row["what"]])
    rung, earned = _TICKET.fullmatch(row["what"]).groups()
    earned_at = at if earned is None else moment(earned, rules)
    return Occasion(f"~{name}", Trigger.TICKET_DRAWN, customer, earned_at, at, int(rung), "wheel")


def moment(text: str, rules: PlanRules) -> datetime:
    return datetime.strptime(f"{YEAR}-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=rules.zone).astimezone(UTC)


def left(shop: Shop, rules: PlanRules, row: dict[str, str]) -> dict[str, str]:
    """What is left of everything that the row names."""
    stock, budget = reading.stock_left(shop.id, rules), reading.budget_balances(shop.id, rules)
    amounts = {item: str(pieces) for item, pieces in stock.items()}
    amounts |= {line: str(to_major(balance.available or 0, rules.currency)) for line, balance in budget.items()}
    named = [column.removeprefix("left of ") for column in row if column.startswith("left of ")]
    return {f"left of {each}": amounts[each] for each in named}
