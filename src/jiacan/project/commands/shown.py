"""Figures as commands show them: tables for people, one JSON object for machines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from jiacan.campaigns.contracts.figures import Figures
from jiacan.customers.contracts import BirthdaysRead
from jiacan.kernel.messages import Message, tell
from jiacan.kernel.money import Money
from jiacan.offers.contracts.awards import ReceiptLine
from jiacan.offers.contracts.benefits import Kind
from jiacan.offers.contracts.occasions import is_occasion
from jiacan.offers.contracts.rules import PlanRules
from jiacan.orders.contracts import BadRow, ReadSummary
from jiacan.project.output import Screen

BAD_ROWS_SHOWN = 10
"""So many are told; a file has them all."""

_EVENTS = ("granted", "otherwise", "refused:limit", "refused:stock_or_budget", "held_out", "clawed_back")


def read_to_json(read: ReadSummary, out: Screen) -> dict[str, object]:
    """What the files held."""
    data: dict[str, object] = asdict(read)
    data["set_aside"] = {out.words.say(each.what): each.rows for each in read.set_aside}
    data["notes"] = [out.words.say(note) for note in read.notes]
    return data


def birthdays_to_json(read: BirthdaysRead, out: Screen) -> dict[str, object]:
    """What a file of customers held."""
    return {"rows": read.rows, "customers": len(read.told), "bad_rows": bad_rows_to_json(read.bad_rows, out)}


def bad_rows_to_json(bad_rows: Sequence[BadRow], out: Screen) -> list[dict[str, object]]:
    """Rows that could not be taken, with line and reason."""
    return [{"line": row.line, "field": row.field, "reason": out.words.say(row.reason)} for row in bad_rows]


def show_bad_rows(bad_rows: Sequence[BadRow], out: Screen) -> None:
    """The first rows that could not be taken."""
    for row in bad_rows[:BAD_ROWS_SHOWN]:
        out.say(tell("  line {line}: {reason}", line=row.line, reason=row.reason))


def figures_to_json(figures: Figures, rules: PlanRules) -> dict[str, object]:
    """Events by offer, what is left, and when it ran out (in the plan's zone)."""

    def local(at: datetime | None) -> str | None:
        return None if at is None else at.astimezone(rules.zone).isoformat()

    return {
        "events_by_offer": {offer: dict(events) for offer, events in figures.events_by_offer.items()},
        "refusals_by_reason": {offer: dict(reasons) for offer, reasons in figures.refusals_by_reason.items()},
        "given": [asdict(given) for given in figures.given],
        "stock_left": {stock.id: stock.left for stock in figures.stock},
        "stock_emptied_at": {stock.id: local(stock.emptied_at) for stock in figures.stock},
        "stock_short_at": {stock.id: local(stock.short_at) for stock in figures.stock},
        "budget_left_minor": {line.id: line.left_minor for line in figures.budget},
        "budget_at_risk_minor": {line.id: line.at_risk_minor for line in figures.budget},
        "budget_spent_minor": {line.id: line.spent_minor for line in figures.budget},
        "budget_short_at": {line.id: local(line.short_at) for line in figures.budget},
    }


def show_read(read: ReadSummary, out: Screen) -> None:
    """What the files held, and what was not taken."""
    out.say(
        tell(
            "{orders} orders ({unpaid} not paid yet) in {rows} rows, {refunds} refunds; {bad} bad rows.",
            orders=f"{read.orders:,}",
            unpaid=f"{read.unpaid_orders:,}",
            rows=f"{read.rows:,}",
            refunds=f"{read.refunds:,}",
            bad=f"{read.bad_rows:,}",
        )
    )
    for each in read.set_aside:
        out.say(tell("  set aside: {rows} rows, {what}", rows=f"{each.rows:,}", what=each.what))
    if read.unknown_columns:
        out.say(tell("  columns not used: {columns}", columns=read.unknown_columns))
    for note in read.notes:
        out.say(tell("  note: {note}", note=note))


def show_figures(figures: Figures, rules: PlanRules, out: Screen) -> None:
    """The campaign in four tables."""
    names = {offer.id: offer.name for offer in rules.offers}
    heads = (
        tell("Offer"),
        tell("granted"),
        tell("otherwise"),
        tell("refused: limit"),
        tell("refused: stock or budget"),
        tell("held out"),
        tell("clawed back"),
    )
    rows = [
        [names[offer], *(events.get(event, 0) for event in _EVENTS)]
        for offer, events in figures.events_by_offer.items()
    ]
    out.table(tell("Orders by offer"), heads, rows)
    _show_given(figures, rules, out)
    _show_stock(figures, out)
    _show_budget(figures, rules, out)


def _show_given(figures: Figures, rules: PlanRules, out: Screen) -> None:
    names = {offer.id: offer.name for offer in rules.offers}
    heads = (tell("Offer"), tell("Benefit"), tell("given"), tell("cost"), tell("taken back"), tell("cost"))
    rows = [
        [
            names[given.offer_id],
            benefit_name(given.kind, given.item, rules),
            given.quantity,
            Money(given.amount_minor, rules.currency),
            given.back_quantity,
            Money(given.back_amount_minor, rules.currency),
        ]
        for given in figures.given
    ]
    out.table(tell("Benefits, cost in {currency}", currency=rules.currency), heads, rows)


def benefit_name(kind: str, item: str, rules: PlanRules) -> Message:
    """What a benefit is called: its kind, and which one."""
    kinds = {
        "gift": tell("gift"),
        "coupon": tell("coupon"),
        "points": tell("points"),
        "cash": tell("cash"),
        "credit": tell("credit"),
        "discount": tell("discount"),
        "service": tell("service"),
        "ticket": tell("chance"),
        "tier": tell("tier"),
    }
    named = {
        **{stock.id: stock.name for stock in rules.stock.values()},
        **{coupon.id: coupon.name for coupon in rules.coupons.values()},
        **rules.draws,
        **rules.tiers,
    }
    if kind == Kind.DISCOUNT and item:
        return tell("{kind}: {name}", kind=kinds[kind], name=tell("shipping"))
    return tell("{kind}: {name}", kind=kinds[kind], name=named[item]) if item else kinds[kind]


def _show_stock(figures: Figures, out: Screen) -> None:
    heads = (tell("Stock"), tell("planned"), tell("left"), tell("last one given"), tell("first missing"))
    rows = [[each.name, each.units, each.left, each.emptied_at, each.short_at] for each in figures.stock]
    out.table(tell("Stock, pieces"), heads, rows)


def _show_budget(figures: Figures, rules: PlanRules, out: Screen) -> None:
    heads = (tell("Budget"), tell("planned"), tell("at risk"), tell("spent"), tell("left"), tell("first short"))
    rows = [
        [
            each.name,
            *(Money(minor, rules.currency) for minor in (each.amount_minor, each.at_risk_minor, each.spent_minor)),
            Money(each.left_minor, rules.currency),
            each.short_at,
        ]
        for each in figures.budget
    ]
    out.table(tell("Budget, {currency}", currency=rules.currency), heads, rows)


def receipt_to_json(lines: Sequence[ReceiptLine], out: Screen) -> list[dict[str, object]]:
    """Each offer's answer to one order."""
    said = out.words
    return [
        {
            "offer_id": line.offer_id,
            "offer": said.word(line.offer),
            "outcome": line.outcome,
            "says": said.say(line.says),
            "basis": None if line.basis is None else said.say(line.basis),
        }
        for line in lines
    ]


def show_receipt(order_id: str, lines: Sequence[ReceiptLine], out: Screen) -> None:
    """Each offer's answer to one order, and under it what an agent may check."""
    out.say(tell("{id}", id=order_id) if is_occasion(order_id) else tell("Order {order}", order=order_id))
    for line in lines:
        out.say(tell("  {offer}: {says}", offer=line.offer, says=line.says))
        if line.basis is not None:
            out.say(tell("    ({basis})", basis=line.basis))
