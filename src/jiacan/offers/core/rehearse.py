"""Rehearse: the same match and settle, from a full book, with nothing stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from jiacan.offers.contracts.awards import Rehearsed
from jiacan.offers.contracts.occasions import Occasion
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.core.accounts import budget_account, stock_account
from jiacan.offers.core.book import opening_book
from jiacan.offers.core.events import Event, to_events
from jiacan.offers.core.occasions import occasion_event
from jiacan.offers.core.rows import to_rows
from jiacan.offers.core.set_aside import account_of, full_of, set_aside_by
from jiacan.offers.core.settle import settle
from jiacan.orders.contracts import Order, Refund


def rehearse(
    orders: Iterable[Order],
    refunds: Mapping[str, Sequence[Refund]],
    rules: PlanRules,
    occasions: Iterable[Occasion] = (),
) -> Rehearsed:
    """What the plan would have given these orders and occasions, and taken back for refunds of the orders."""
    book = opening_book(rules)
    for (means, named), amount in set_aside_by(rules, full_of(rules)).items():
        book.available[account_of(means, named, rules.plan_id, rules.currency)] -= amount
    events: list[Event] = [*to_events(orders, refunds, rules), *(occasion_event(each, rules) for each in occasions)]
    settlements = list(settle(sorted(events, key=lambda event: event.place), rules, book))
    return Rehearsed(
        awards=tuple(award for settlement in settlements for award in settlement.awards),
        claw_backs=tuple(back for settlement in settlements for back in settlement.claw_backs),
        rows=tuple(row for settlement in settlements for row in to_rows(settlement)),
        stock_left={item: book.left(stock_account(rules.plan_id, item), 0) for item in rules.stock},
        budget_left_minor={
            line: book.left(budget_account(rules.plan_id, line, rules.currency), 0) for line in rules.budget
        },
    )
