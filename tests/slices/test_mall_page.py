"""The tables of docs/algorithms/mall.md, run row by row."""

from __future__ import annotations

import re

import pytest

from jiacan.kernel.errors import JiacanError
from jiacan.members.facade import mall as members_mall
from tests.core.worked_cases import PAGES, tables_in
from tests.slices.mall_shop import MallShop, day, mall_shop

pytestmark = pytest.mark.django_db

FREELY = ("    limit: {per_customer: 2, per_day: 4}\n", "    limit: {per_customer: 2}\n")


def cases():
    text = (PAGES / "mall.md").read_text(encoding="utf-8").split("## The cases")[1]
    for section in text.split("\n### ")[1:]:
        (rows,) = tables_in(section)
        yield pytest.param(rows, id=section.splitlines()[0])


def code_of(error: JiacanError) -> str:
    """What the API calls it."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower()


def step(shop: MallShop, who: str, what: str, made: dict, days: float) -> str:
    """What the row comes to."""
    match what.split():
        case "redeem", item, "as", key:
            made[key] = shop.redeem(f"mall-{item}", customer=who, key=key, days=days)
        case "cancel", key if who == "staff":
            made[key] = shop.cancel_by_hand(made[key], days=days)
        case "cancel", key:
            made[key] = shop.cancel(made[key], customer=who, days=days)
        case "send", key:
            made[key] = shop.ship(made[key], days=days)
        case "pay", key:
            made[key] = shop.pay(made[key], payment=key, days=days)
        case "look", "at", key:
            shop.show_code(made[key], customer=who, days=days)
            return members_mall.get_redemption(shop.shop.id, made[key].redemption.id).state.value
        case _:
            assert what == "let go", what
            return str(members_mall.let_due_go(shop.shop.id, day(days)))
    return made[key].redemption.state.value


@pytest.mark.parametrize("rows", list(cases()))
def test_the_page_says_what_becomes_of_redemptions(rows):
    shop, made = mall_shop(FREELY), {}
    for customer in ("anna", "ben"):
        shop.give_points(1000, customer=customer)
    shop.upload("FILM-0001\nFILM-0002")
    for row in rows:
        hours, minutes = map(int, row["time"].split(":"))
        days = (hours * 60 + minutes) / 24 / 60
        try:
            came_to = step(shop, row["who"], row["what"], made, days)
        except JiacanError as error:
            came_to = f"refused: {code_of(error)}"
        seen = shop.shown(days=days)
        left = (seen["mall-tablet"].left, seen["mall-cinema"].left)
        found = (came_to, shop.has(days=days), shop.has("ben", days=days), *left)
        wanted = (row["comes to"], row["anna"], row["ben"], row["tablets"], row["codes"])
        assert tuple(map(str, found)) == wanted, row
    shop.assert_agreed()
