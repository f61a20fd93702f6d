"""The worked cases of a page of docs/algorithms: its tables, and histories told in plan YAML and rows.

A case stands under a `###` heading: a YAML block whose keys replace those of the page's first block (together they
are a plan), and a table of orders and refunds with what each comes to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path

from ruamel.yaml import YAML

from jiacan.kernel.money import to_major, to_micros
from jiacan.offers.contracts.awards import Outcome
from jiacan.offers.contracts.quotes import Quote
from jiacan.offers.core.book import opening_book
from jiacan.offers.core.events import paid_event, refund_event
from jiacan.offers.core.quote import quote
from jiacan.offers.core.rows import to_rows
from jiacan.offers.core.settle import settle
from jiacan.orders.contracts import Order, OrderLine, Refund, RefundLine
from jiacan.plans.core.check import check
from tests.core.small_plans import budget_left, stock_left

PAGES = Path(__file__).resolve().parents[2] / "docs" / "algorithms"
YEAR = 2026

_BLOCK = re.compile(r"```yaml\n(.*?)```", re.DOTALL)
_ORDER = re.compile(r"(\w+) by (a guest|\w+)")
_REFUND = re.compile(r"(\w+) of (\w+)")
_LINE = re.compile(r"(\w+)(?: (\d+) ×)? (\d+\.\d\d)(?: − (\d+\.\d\d))?")
_RETURNED = re.compile(r"(\w+) (\d+)")
_SAYS = {
    Outcome.GRANTED: "",
    Outcome.OTHERWISE: "instead ",
    Outcome.REFUSED: "refused ",
    Outcome.HELD_OUT: "held out ",
    Outcome.CLAWED_BACK: "back ",
}


@dataclass(frozen=True)
class Case:
    """A heading, the plan's text, and the table under it; each row by its column."""

    heading: str
    plan: str
    rows: tuple[dict[str, str], ...]


def find_cases(page: str) -> list[Case]:
    """Every case of the page that tells a history."""
    text = (PAGES / page).read_text(encoding="utf-8")
    common, *sections = text.split("## The cases")[1].split("\n### ")
    cases = []
    for section in sections:
        rows = tables_in(section)
        if rows and "event" in rows[0][0]:
            plan = {**_yaml(common), **_yaml(section)}
            cases.append(Case(section.splitlines()[0], _to_text(plan), rows[0]))
    return cases


def find_tables(page: str) -> list[tuple[dict[str, str], ...]]:
    """Every table of the page."""
    return tables_in((PAGES / page).read_text(encoding="utf-8"))


def tables_in(text: str) -> list[tuple[dict[str, str], ...]]:
    """Every table in the text, its rows by column."""
    found = []
    for block in re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE):
        cells = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in block.splitlines()]
        found.append(tuple(dict(zip(cells[0], row, strict=True)) for row in cells[2:]))
    return found


def run(case: Case) -> list[dict[str, str]]:
    """The case's rows as they come out: what each event comes to, and what is then left."""
    checked = check(case.plan, source=case.heading)
    assert checked.rules is not None, [str(problem.message) for problem in checked.errors]
    rules = checked.rules
    book, orders, refunds, counted, answers = opening_book(rules), {}, {}, {}, []
    for row in case.rows:
        at = datetime.strptime(f"{YEAR}-{row['when']}", "%Y-%m-%d %H:%M").replace(tzinfo=rules.zone).astimezone(UTC)
        if bought := _ORDER.fullmatch(row["event"]):
            order_id, name = bought.groups()
            customer = None if name == "a guest" else name
            counted[customer] = counted.get(customer, 0) + 1
            orders[order_id] = _to_order(order_id, customer, at, row["goods"], number=counted[customer])
            event = paid_event(orders[order_id], rules)
        else:
            refund_id, order_id = _REFUND.fullmatch(row["event"]).groups()
            refund = Refund(refund_id, order_id, at, tuple(_to_returned(text) for text in row["goods"].split(", ")))
            refunds.setdefault(order_id, []).append(refund)
            event = refund_event(refund, orders[order_id], refunds[order_id], rules)
        (settlement,) = settle([event], rules, book)
        answer = {**row, "comes to": told(settlement, rules), **_left(row, rules, book)}
        if row.get("pays"):
            answer["pays"] = _pays(quote(orders[order_id], rules, settlement.awards, book))
        answers.append(answer)
    return answers


def _yaml(text: str) -> dict:
    found = _BLOCK.search(text)
    return dict(YAML(typ="safe").load(found[1])) if found else {}


def _to_text(plan: dict) -> str:
    out = StringIO()
    YAML(typ="safe").dump(plan, out)
    return out.getvalue()


def _to_order(order_id: str, customer: str | None, at: datetime, goods: str, *, number: int) -> Order:
    lines = [_to_line(text) for text in goods.split(", ")]
    shipping = sum(line.spend_minor("CNY") for line in lines if line.sku == "shipping")
    bought = tuple(line for line in lines if line.sku != "shipping")
    return Order(order_id, customer, at, bought, number=number, shipping_minor=shipping)


def _pays(quoted: Quote) -> str:
    """Each line's price after all offers, and the shipping's where there is any."""
    prices = [(line.sku, line.price) for line in quoted.lines]
    if quoted.shipping.list_minor:
        prices.append(("shipping", quoted.shipping))
    return ", ".join(f"{named} {to_major(price.final_minor, quoted.currency)}" for named, price in prices)


def _to_line(text: str) -> OrderLine:
    sku, quantity, price, discount = _LINE.fullmatch(text).groups()
    return OrderLine(sku, int(quantity or 1), to_micros(Decimal(price)), to_micros(Decimal(discount or 0)))


def _to_returned(text: str) -> RefundLine:
    sku, quantity = _RETURNED.fullmatch(text).groups()
    return RefundLine(sku, int(quantity))


def _left(row: dict[str, str], rules, book) -> dict[str, str]:
    named = {column.removeprefix("left of ") for column in row if column.startswith("left of ")}
    pieces = {f"left of {item}": str(stock_left(rules, book, item)) for item in named & set(rules.stock)}
    money = {
        f"left of {line}": str(to_major(budget_left(rules, book, line), rules.currency))
        for line in named & set(rules.budget)
    }
    return pieces | money


def _named(row) -> str:
    return f"{row.item} {row.kind}" if row.kind == "discount" and row.item else row.item or row.kind


def told(settlement, rules) -> str:
    """What the awards and claw-backs of a settlement come to, as the pages write it."""
    by_offer: dict[tuple[str, str, str], list[str]] = {}
    for row in to_rows(settlement):
        worth = f" ({to_major(row.amount_minor, rules.currency)})" if row.amount_minor else ""
        number = f"{row.quantity} " if row.quantity > 1 or row.kind == "points" else ""
        of = by_offer.setdefault((row.offer_id, row.outcome, row.reason), [])
        of.append(f"{number}{_named(row)}{worth}")
    parts = []
    for (offer, outcome, reason), items in by_offer.items():
        because = f", because {reason}" if reason and outcome != Outcome.CLAWED_BACK else ""
        parts.append(f"{offer}: {_SAYS[Outcome(outcome)]}{', '.join(items)}{because}")
    return "; ".join(parts) or "nothing"
