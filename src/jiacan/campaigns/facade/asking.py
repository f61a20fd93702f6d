"""Ask why: every offer's answer to a recorded order, or to one that is only pasted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from jiacan.campaigns.contracts.asking import Asked, PastedUnreadable
from jiacan.campaigns.facade.live import LivePlan
from jiacan.kernel.messages import Message
from jiacan.kernel.money import Money
from jiacan.kernel.periods import Period
from jiacan.offers.contracts.awards import Award, ReceiptLine
from jiacan.offers.contracts.occasions import is_occasion
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.facade import awarding, reading
from jiacan.orders import facade as orders
from jiacan.orders.contracts import Order

ANY_TIME = Period(datetime(1971, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC))


def ask_recorded(plan: LivePlan, order_id: str) -> Asked:
    """What the order got of the plan and why; of one that the plan has not settled, what its rules say.

    Raises:
        OrderNotPaid: the shop has no such paid order, or nothing came of such an occasion.
    """
    lines = reading.receipt(plan.shop_id, order_id, plan.rules, rules_of=plan)
    awards = reading.awards_for(plan.shop_id, plan.plan_id, [order_id])
    if is_occasion(order_id):
        return _asked_of_occasion(plan, awards[0], lines)
    version = awards[0].plan_version if awards else plan.rules.version
    order = orders.load_orders(plan.shop_id, [order_id])[order_id]
    return _asked(order, plan.rules, version=version, settled=True, lines=lines, more=())


def _asked_of_occasion(plan: LivePlan, award: Award, lines: tuple[ReceiptLine, ...]) -> Asked:
    return Asked(
        order_id=award.order_id,
        customer_id=award.customer_id,
        paid_at=award.settled_for,
        spend=None,
        version=award.plan_version,
        settled=True,
        lines=lines,
        more=(),
        occasion=reading.occasion_in_words(award, plan(award.plan_version)),
    )


def ask_pasted(plan: LivePlan, text: str) -> Asked:
    """What the first order in the lines would get if it were settled now, as the books stand; nothing is stored.

    Args:
        plan: whose rules and books.
        text: lines of an order file, the first one naming the columns.

    Raises:
        PastedUnreadable: there is no paid order in it.
        ColumnsMissing, ColumnRepeated, FileUnreadable: no line of it can be read.
    """
    rules = plan.rules
    pasted = _read(text, rules)
    number = orders.next_number(plan.shop_id, pasted.customer_id, pasted.order_id, pasted.paid_at)
    order = replace(pasted, number=number)
    quote = awarding.quote(plan.shop_id, order, rules, rules_of=plan)
    lines = tuple(ReceiptLine(offer.offer_id, offer.name, offer.outcome, offer.says) for offer in quote.offers)
    more = tuple(step.says for step in quote.steps)
    return _asked(order, rules, version=rules.version, settled=False, lines=lines, more=more)


def _read(text: str, rules: PlanRules) -> Order:
    with TemporaryDirectory(prefix="jiacan-") as folder:
        path = Path(folder) / "pasted.csv"
        path.write_text(text, encoding="utf-8")
        with orders.read_history([path], [], zone=rules.zone, currency=rules.currency) as history:
            found = next(iter(history.orders(ANY_TIME)), None)
            if found is None:
                raise PastedUnreadable(rows=tuple(history.bad_rows()))
            return found


def _asked(
    order: Order,
    rules: PlanRules,
    *,
    version: int,
    settled: bool,
    lines: tuple[ReceiptLine, ...],
    more: tuple[Message, ...],
) -> Asked:
    return Asked(
        order_id=order.order_id,
        customer_id=order.customer_id,
        paid_at=order.paid_at,
        spend=Money(order.spend_minor(rules.currency), rules.currency),
        version=version,
        settled=settled,
        lines=lines,
        more=more,
    )
