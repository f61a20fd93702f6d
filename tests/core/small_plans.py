"""Small plans, orders and refunds to settle: a shop in Shanghai with a few gifts, coupons and budget lines.

Amounts are in fen, times are Shanghai's wall clock in November 2026 (the 16th is a Monday).
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from jiacan.kernel.messages import Name
from jiacan.kernel.periods import Period
from jiacan.offers.contracts.benefits import Kind
from jiacan.offers.contracts.conditions import SpendAtLeast
from jiacan.offers.contracts.rules import (
    BudgetLine,
    Coupon,
    Ladder,
    Limits,
    Offer,
    PlanRules,
    RefundPolicy,
    Rung,
    Stacking,
    StockItem,
    Trigger,
)
from jiacan.offers.core.accounts import budget_account, stock_account
from jiacan.offers.core.book import opening_book
from jiacan.offers.core.events import to_events
from jiacan.offers.core.settle import settle
from jiacan.orders.contracts import Order, OrderLine, Refund, RefundLine

SHANGHAI = ZoneInfo("Asia/Shanghai")
RUN = Period(datetime(2026, 11, 15, 16, tzinfo=UTC), datetime(2026, 11, 29, 16, tzinfo=UTC))
"""From Monday the 16th to the end of Sunday the 29th in Shanghai."""

UNIT_COSTS = {"mug": 320, "hamper": 1400, "sample": 60, "wrapping": 150}
COUPONS = {
    "ten-off": Coupon("ten-off", Name("十元券", "Ten off"), 1000, None, None, 5000, valid_days=30),
    "tenth": Coupon("tenth", Name("九折券", "A tenth off"), None, 10, 1500, 0, valid_days=60),
}
POLICIES = {
    kind: RefundPolicy.RETURN_OR_CHARGE if kind in (Kind.GIFT, Kind.SERVICE) else RefundPolicy.REVERSE
    for kind in Kind
}


def at(day: int, hour: int = 12, minute: int = 0, *, month: int = 11) -> datetime:
    """A moment of Shanghai's clock, in UTC."""
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


def spend(minor, *benefits, number=1):
    """A rung that a spend reaches."""
    return Rung(number, (SpendAtLeast(minor),), benefits)


def offer(offer_id, *benefits, when=(), rungs=None, keep=(), stack=None, **changed):
    """An offer that runs the whole time and gives the benefits to every order, but for what is said."""
    parts = {
        "name": Name(offer_id, offer_id.capitalize()),
        "trigger": Trigger.ORDER_PAID,
        "during": RUN,
        "ladder": Ladder.BEST,
        "limits": Limits(),
        "budget": {},
        "otherwise": (),
        **changed,
    }
    return Offer(
        id=offer_id,
        conditions=tuple(when),
        rungs=(Rung(0, (), benefits),) if rungs is None else tuple(rungs),
        on_refund={**POLICIES, **dict.fromkeys(keep, RefundPolicy.KEEP)},
        stacking=None if stack is None else Stacking(*stack),
        **parts,
    )


def plan(*offers, stock=None, budget=None, **changed):
    """A plan of these offers, with plenty of stock and no budget lines, but for what is said."""
    pieces = {"mug": 1000, "hamper": 1000, "sample": 1000, "wrapping": 1000, **(stock or {})}
    parts = {
        "version": 1,
        "currency": "CNY",
        "zone": SHANGHAI,
        "coupons": COUPONS,
        "draws": {"wheel": Name("转盘", "Wheel")},
        "tiers": {"gold": Name("金卡", "Gold")},
        "reserve_minor": 0,
        "points_value_micros": 10_000,
        "holdout_share": 0.0,
        "staff": frozenset({"clerk"}),
        **changed,
    }
    return PlanRules(
        plan_id="spring",
        name=Name("春季", "Spring"),
        shop="shop",
        offers=offers,
        stock={
            item: StockItem(item, Name(item, item.capitalize()), units, UNIT_COSTS[item], 2 * UNIT_COSTS[item])
            for item, units in pieces.items()
        },
        budget={
            line: BudgetLine(line, Name(line, line.capitalize()), amount) for line, amount in (budget or {}).items()
        },
        **parts,
    )


def goods(sku, minor, quantity=1, **more):
    """A line of so many units at so many fen each."""
    return OrderLine(sku, quantity, minor * 10_000, **more)


def order(order_id, *lines, customer="c1", paid_at=None, number=1, **more):
    """An order, paid on the 16th at noon but for what is said; a bare number is a line of that price."""
    bought = tuple(goods(f"sku-{line}", line) if isinstance(line, int) else line for line in lines)
    return Order(order_id, customer, paid_at or at(16), bought, number=number, **more)


def refund(refund_id, of, *lines, refunded_at=None):
    """So many units of each SKU came back, on the 20th at noon but for what is said."""
    returned = tuple(RefundLine(sku, quantity) for sku, quantity in lines)
    return Refund(refund_id, of.order_id, refunded_at or at(20), returned)


def settled(rules, *history, book=None):
    """The settlement of each order and refund, in the order of time."""
    orders = [one for one in history if isinstance(one, Order)]
    refunds = {}
    for one in history:
        if isinstance(one, Refund):
            refunds.setdefault(one.order_id, []).append(one)
    return list(settle(to_events(orders, refunds, rules), rules, book or opening_book(rules)))


def awards(rules, *history, book=None):
    """Every award, refusal and hold-out of the history."""
    return [award for settlement in settled(rules, *history, book=book) for award in settlement.awards]


def claw_backs(rules, *history, book=None):
    """Every claw-back of the history."""
    return [back for settlement in settled(rules, *history, book=book) for back in settlement.claw_backs]


def outcomes(rules, *history, book=None):
    """Every award in short: its order, and its outcome or why it was refused."""
    return [
        (award.order_id, award.refusal.code if award.outcome == "refused" else award.outcome.value)
        for award in awards(rules, *history, book=book)
    ]


def quantities(of):
    """What an award or a claw-back is about: each kind and item with how many."""
    return {(item.kind.value, item.id): item.quantity for item in of.items}


def stock_left(rules, book, item):
    """Pieces left in the book."""
    return book.available[stock_account(rules.plan_id, item)]


def budget_left(rules, book, line):
    """Money left in the book."""
    return book.available[budget_account(rules.plan_id, line, rules.currency)]
