"""What a plan has given, has left and says: read only."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from jiacan.kernel.messages import Message
from jiacan.kernel.periods import Period
from jiacan.ledger import facade as ledger
from jiacan.ledger.contracts import AccountKey, Balance
from jiacan.offers.contracts.awards import Award, AwardRow, ClawBack, Item, ReceiptLine, Statement
from jiacan.offers.contracts.benefits import Benefit
from jiacan.offers.contracts.errors import CustomerUnknown, OrderNotPaid
from jiacan.offers.contracts.lately import LatestAward, Takings
from jiacan.offers.contracts.occasions import is_occasion
from jiacan.offers.contracts.pace import AwardPace, AwardTotal, OrderPace, OrderTotal
from jiacan.offers.contracts.rules import PlanRules, Trigger
from jiacan.offers.contracts.searching import AwardCursor, AwardPage, AwardQuery
from jiacan.offers.contracts.sums import Sums
from jiacan.offers.contracts.words import OfferWords
from jiacan.offers.core.accounts import budget_account, reserve_account, stock_account
from jiacan.offers.core.benefits import describe_items
from jiacan.offers.core.match import explain_order
from jiacan.offers.core.receipts import occasion_words, receipt_lines
from jiacan.offers.core.rows import award_rows, claw_back_rows
from jiacan.offers.core.shares import shares_in_words
from jiacan.offers.core.statement import describe, has, kinds_kept, owes
from jiacan.offers.core.words import benefit_words, offer_words
from jiacan.offers.facade.books import VersionRules
from jiacan.offers.facade.buyers import know
from jiacan.offers.readers import lately
from jiacan.offers.store import awards as store
from jiacan.offers.store import pace, searching, sums
from jiacan.orders import facade as orders

Settled = TypeVar("Settled", Award, ClawBack)


def awards_of(shop_id: int, plan_id: str) -> Iterator[Award]:
    """Every award, refusal and hold-out of the plan, in order."""
    return store.find_awards(shop_id, plan_id)


def claw_backs_of(shop_id: int, plan_id: str) -> Iterator[ClawBack]:
    """Every claw-back of the plan, in order."""
    return store.find_claw_backs(shop_id, plan_id)


def sum_up(shop_id: int, plan_id: str) -> Sums:
    """What the plan's awards and claw-backs have come to."""
    return sums.sum_up(shop_id, plan_id)


def awards_for(shop_id: int, plan_id: str, order_ids: Sequence[str]) -> tuple[Award, ...]:
    """Every award, refusal and hold-out of these orders, in order."""
    return tuple(store.find_awards(shop_id, plan_id, order_ids))


def search_awards(
    shop_id: int, plan_id: str, asked: AwardQuery, *, after: AwardCursor | None, limit: int
) -> AwardPage:
    """A page of the plan's awards, the last settled first, each with what was taken back of it."""
    return searching.search_awards(shop_id, plan_id, asked, after=after, limit=limit)


def awards_of_orders(
    shop_id: int, plan_ids: Sequence[str], order_ids: Collection[str]
) -> Iterator[tuple[str, Award]]:
    """Every award, refusal and hold-out of these orders, with its plan; of one order and plan in plan order."""
    return store.find_awards_of_orders(shop_id, plan_ids, order_ids)


def claw_backs_of_orders(
    shop_id: int, plan_ids: Sequence[str], order_ids: Collection[str]
) -> Iterator[tuple[str, ClawBack]]:
    """Every claw-back of these orders, with its plan; of one order and plan as they happened."""
    return store.find_claw_backs_of_orders(shop_id, plan_ids, order_ids)


def stock_left(shop_id: int, rules: PlanRules) -> dict[str, int]:
    """Pieces left of each stock item of the plan."""
    keys = {item: stock_account(rules.plan_id, item) for item in rules.stock}
    balances = ledger.load_balances(shop_id, list(keys.values()))
    return {item: balances[key].available or 0 for item, key in keys.items()}


def stock_balances(shop_id: int, rules: PlanRules) -> dict[str, Balance]:
    """What each stock item of the plan holds, promises and has left, in pieces."""
    keys = {item: stock_account(rules.plan_id, item) for item in rules.stock}
    balances = ledger.load_balances(shop_id, list(keys.values()))
    return {item: balances[key] for item, key in keys.items()}


def budget_balances(shop_id: int, rules: PlanRules) -> dict[str, Balance]:
    """What each budget line of the plan holds, promises and has left."""
    keys = {line: budget_account(rules.plan_id, line, rules.currency) for line in rules.budget}
    balances = ledger.load_balances(shop_id, list(keys.values()))
    return {line: balances[key] for line, key in keys.items()}


def account_keys(rules: PlanRules) -> dict[str, AccountKey]:
    """The plan's bounded accounts by what its pages call them: `budget/<line>`, `stock/<item>` and `reserve`."""
    budget = {f"budget/{line}": budget_account(rules.plan_id, line, rules.currency) for line in rules.budget}
    stock = {f"stock/{item}": stock_account(rules.plan_id, item) for item in rules.stock}
    return {**budget, **stock, "reserve": reserve_account(rules.plan_id, rules.currency)}


def award_rows_of(shop_id: int, plan_id: str) -> Iterator[AwardRow]:
    """Every award, refusal, hold-out and claw-back of the plan as rows, in the order in which they happened."""
    awards = (
        ((award.settled_for, False, award.order_id, award.order_id), tuple(award_rows(award)))
        for award in store.find_awards(shop_id, plan_id)
    )
    backs = (
        ((back.at, True, back.refund_id, back.order_id), tuple(claw_back_rows(back)))
        for back in store.find_claw_backs(shop_id, plan_id)
    )
    for _, rows in heapq.merge(awards, backs, key=lambda placed: placed[0]):
        yield from rows


def receipt(shop_id: int, order_id: str, rules: PlanRules, *, rules_of: VersionRules) -> tuple[ReceiptLine, ...]:
    """Every offer's answer to one order: what was given, refused, taken back, or not met, and why.

    An order that the plan has not settled is explained as it stands, by the rules given. Of an occasion it is what
    came of it.

    Raises:
        OrderNotPaid: the shop has no such paid order, or nothing came of such an occasion.
    """
    if is_occasion(order_id):
        return _receipt_of_occasion(shop_id, order_id, rules, rules_of)
    order = orders.load_orders(shop_id, [order_id]).get(order_id)
    if order is None:
        raise OrderNotPaid(order_id=order_id)
    awards = tuple(store.find_awards(shop_id, rules.plan_id, [order_id]))
    backs = tuple(store.find_claw_backs(shop_id, rules.plan_id, [order_id]))
    version = awards[0].plan_version if awards else rules.version
    by = rules if version == rules.version else rules_of(version)
    known = know(shop_id, [order], by)[order_id]
    fell_on = shares_in_words(known, awards, by)
    return receipt_lines(awards, backs, explain_order(known, by), by, fell_on, known.buyer)


def _receipt_of_occasion(
    shop_id: int, occasion_id: str, rules: PlanRules, rules_of: VersionRules
) -> tuple[ReceiptLine, ...]:
    awards = tuple(store.find_awards(shop_id, rules.plan_id, [occasion_id]))
    if not awards:
        raise OrderNotPaid(order_id=occasion_id)
    backs = tuple(store.find_claw_backs(shop_id, rules.plan_id, [occasion_id]))
    version = awards[0].plan_version
    return receipt_lines(awards, backs, (), rules if version == rules.version else rules_of(version))


def occasion_in_words(award: Award, rules: PlanRules) -> Message | None:
    """What the award was given for where that is no order; by `rules` of the version that settled it."""
    return occasion_words(next(offer for offer in rules.offers if offer.id == award.offer_id))


def statement(shop_id: int, customer_id: str, rules: PlanRules, *, rules_of: VersionRules) -> Statement:
    """What the customer has of the plan and owes it, and what each of their orders got.

    Raises:
        CustomerUnknown: the plan has settled no order of theirs.
    """
    order_ids = store.find_orders_of(shop_id, rules.plan_id, customer_id)
    if not order_ids:
        raise CustomerUnknown(customer_id=customer_id)
    kinds = tuple(kinds_kept(customer_id, rules))
    balances = ledger.load_balances(shop_id, [key for kept in kinds for key in (kept.account, kept.debt)])
    awards = _by_order(store.find_awards(shop_id, rules.plan_id, order_ids))
    backs = _by_order(store.find_claw_backs(shop_id, rules.plan_id, order_ids))
    receipts = {}
    for order_id in order_ids:
        version = awards[order_id][0].plan_version
        by = rules if version == rules.version else rules_of(version)
        receipts[order_id] = receipt_lines(awards[order_id], backs[order_id], (), by)
    return Statement(
        customer_id=customer_id,
        has=describe((has(kept, balances) for kept in kinds), rules),
        owes=describe((owes(kept, balances) for kept in kinds), rules),
        orders=receipts,
    )


def _by_order(found: Iterable[Settled]) -> dict[str, list[Settled]]:
    grouped: dict[str, list[Settled]] = defaultdict(list)
    for one in found:
        grouped[one.order_id].append(one)
    return grouped


def benefits_in_words(benefits: Iterable[Benefit], rules: PlanRules) -> tuple[Message, ...]:
    """What each of these benefits gives, in words."""
    return benefit_words(benefits, rules)


def items_in_words(items: Iterable[Item], rules: PlanRules) -> tuple[Message, ...]:
    """What an award gave, or a claw-back took, in words."""
    return describe_items(items, rules)


def in_words(rules: PlanRules) -> tuple[OfferWords, ...]:
    """Every offer of the plan in words, in the plan's order; what draws give is told with their odds elsewhere."""
    return tuple(offer_words(offer, rules) for offer in rules.offers if offer.trigger is not Trigger.TICKET_DRAWN)


def in_words_with_draws(rules: PlanRules) -> tuple[OfferWords, ...]:
    """Everything that awards of the plan come from in words: its offers, and then what its draws give."""
    return tuple(offer_words(offer, rules) for offer in rules.offers)


def takings(shop_id: int, plan_id: str, period: Period) -> tuple[Takings, ...]:
    """What the awards settled for the period took, by offer and benefit."""
    return lately.load_takings(shop_id, plan_id, period)


def latest_awards(shop_id: int, plan_id: str, limit: int) -> tuple[LatestAward, ...]:
    """The awards, refusals and hold-outs last settled, the last first."""
    return lately.load_latest(shop_id, plan_id, limit)


def award_pace(shop_id: int, plan_id: str, since: datetime, until: datetime) -> tuple[AwardPace, ...]:
    """Awards by the minute, offer, outcome and reason, for the minutes in `[since, until)`."""
    return pace.award_pace(shop_id, plan_id, since, until)


def order_pace(shop_id: int, plan_id: str, since: datetime, until: datetime) -> tuple[OrderPace, ...]:
    """Orders and refunds by the minute, for the minutes in `[since, until)`; one without any is absent."""
    return pace.order_pace(shop_id, plan_id, since, until)


def award_totals(shop_id: int, plan_id: str) -> tuple[AwardTotal, ...]:
    """Awards by offer, outcome and reason since the plan began."""
    return pace.award_totals(shop_id, plan_id)


def order_totals(shop_id: int, plan_id: str) -> OrderTotal:
    """Orders and refunds since the plan began."""
    return pace.order_totals(shop_id, plan_id)
