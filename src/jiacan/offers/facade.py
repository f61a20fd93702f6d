"""Awarding: load what is left and held, decide, store; one transaction.

An event is settled once for a plan, however often it is offered. One transaction at a time settles a plan; the
ledger's own bounds stand behind it.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db import transaction

from jiacan.kernel.messages import Message
from jiacan.kernel.periods import Period
from jiacan.ledger import facade as ledger
from jiacan.ledger.contracts import Account, AccountKey, Applied, Balance, Group, Hold, Move, Refused
from jiacan.offers import readers, store
from jiacan.offers.contracts.awards import Award, AwardRow, ClawBack, ReceiptLine, Rehearsed, Statement
from jiacan.offers.contracts.benefits import Benefit
from jiacan.offers.contracts.errors import CustomerUnknown, NotEnoughLeft, OrderNotPaid
from jiacan.offers.contracts.lately import LatestAward, Takings
from jiacan.offers.contracts.quotes import Quote
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.contracts.words import OfferWords
from jiacan.offers.core import quote as quoting
from jiacan.offers.core import rehearse as rehearsing
from jiacan.offers.core.accounts import allowances, budget_account, means, stock_account, stock_unit
from jiacan.offers.core.book import Book, Held, loaded_book
from jiacan.offers.core.events import Event, PaidEvent, paid_event, refund_event
from jiacan.offers.core.match import explain_order
from jiacan.offers.core.receipts import receipt_lines
from jiacan.offers.core.rows import award_rows, claw_back_rows
from jiacan.offers.core.settle import Settlement, is_held_out, settle
from jiacan.offers.core.shares import shares_in_words
from jiacan.offers.core.statement import describe, has, kinds_kept, owes
from jiacan.offers.core.words import benefit_words, offer_words
from jiacan.orders import facade as orders
from jiacan.orders.contracts import EventKey, Order, Refund
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor

VersionRules = Callable[[int], PlanRules]
Settled = TypeVar("Settled", Award, ClawBack)


def open_plan(shop_id: int, rules: PlanRules, before: PlanRules | None, *, actor: Actor) -> None:
    """Fill the plan's stock, budget and reserve, or change them by what the new version changes; audited.

    Once for a version, however often it is asked.

    Raises:
        NotEnoughLeft: the new version takes more out of an account than is left in it.
    """
    had, wanted = _planned(before), _planned(rules)
    changes = [
        _Change(key, source, had.get(key, (source, 0))[1], wanted.get(key, (source, 0))[1])
        for key, (source, _) in {**had, **wanted}.items()
    ]
    changes = [change for change in changes if change.before != change.after]
    with transaction.atomic():
        ledger.open_accounts(shop_id, [Account(change.key, 0) for change in changes])
        ledger.open_accounts(shop_id, [Account(change.source, None) for change in changes])
        outcomes = ledger.apply(shop_id, [change.group(rules) for change in changes])
        for change, outcome in zip(changes, outcomes, strict=True):
            if isinstance(outcome, Refused):
                left = ledger.load_balances(shop_id, [change.key])[change.key].available
                raise NotEnoughLeft(account=change.key.owner, asked=change.before - change.after, left=left or 0)
            if isinstance(outcome, Applied):
                tenancy.audit(
                    shop_id,
                    actor=actor,
                    action="stock or budget changed",
                    subject=change.key.owner,
                    before={"planned": change.before},
                    after={"planned": change.after, "unit": change.key.unit},
                )


def _planned(rules: PlanRules | None) -> dict[AccountKey, tuple[AccountKey, int]]:
    """What a version puts into each bounded account, and where from."""
    return {} if rules is None else {account.key: (source, amount) for account, source, amount in means(rules)}


@dataclass(frozen=True, slots=True)
class _Change:
    """What a version plans for an account, against the version before."""

    key: AccountKey
    source: AccountKey
    before: int
    after: int

    def group(self, rules: PlanRules) -> Group:
        """The transfer that makes the change, under a name of the version's own."""
        more = self.after - self.before
        debit, credit = (self.source, self.key) if more > 0 else (self.key, self.source)
        at = min(offer.during.starts_at for offer in rules.offers)
        return Group((Move(f"{rules.plan_id}/v{rules.version}/{self.key.owner}", debit, credit, abs(more), at),))


def settle_events(
    shop_id: int, rules: PlanRules, events: Sequence[EventKey], *, rules_of: VersionRules
) -> tuple[Settlement, ...]:
    """Settle those of the events that this plan has not settled yet; safe to repeat.

    Args:
        shop_id: whose orders and refunds they are; they have been recorded.
        rules: the version that new orders are awarded by.
        events: in their order.
        rules_of: the rules of an earlier version, for refunds of what it gave.
    """
    with transaction.atomic():
        store.lock_plan(shop_id, rules.plan_id)
        fresh = store.unsettled(shop_id, rules.plan_id, events)
        if not fresh:
            return ()
        held = _held_before(shop_id, rules, fresh)
        versions = {rules.version: rules}
        for version in sorted({one.plan_version for one in held}):
            if version not in versions:
                versions[version] = rules_of(version)
        matched = _match_events(shop_id, fresh, {one.order_id: versions[one.plan_version] for one in held}, rules)
        book = _load_book(shop_id, rules, matched, held)
        earlier = [version for number, version in versions.items() if number != rules.version]
        settlements = tuple(settle(matched, rules, book, earlier=earlier))
        _store(shop_id, rules, settlements, book, held)
        store.add_settled(shop_id, rules.plan_id, fresh)
        return settlements


def _held_before(shop_id: int, rules: PlanRules, fresh: Sequence[EventKey]) -> tuple[Held, ...]:
    refunded = {event.order_id for event in fresh if event.is_refund}
    return store.find_held(shop_id, rules.plan_id, refunded, lapsing_by=fresh[-1].occurred_at)


def _match_events(
    shop_id: int, fresh: Sequence[EventKey], given_by: Mapping[str, PlanRules], rules: PlanRules
) -> list[Event]:
    order_ids = {event.order_id for event in fresh}
    found = orders.load_orders(shop_id, list(order_ids))
    refunds = orders.load_refunds(shop_id, [event.order_id for event in fresh if event.is_refund])
    matched: list[Event] = []
    for key in fresh:
        order = found[key.order_id]
        if not key.is_refund:
            matched.append(paid_event(order, rules))
            continue
        of_order = refunds[key.order_id]
        refund = next(each for each in of_order if each.refund_id == key.id)
        matched.append(refund_event(refund, order, of_order, given_by.get(key.order_id, rules)))
    return matched


def _load_book(shop_id: int, rules: PlanRules, events: Iterable[Event], held: Iterable[Held]) -> Book:
    bounded = {
        **ledger.balances_under(shop_id, f"plan/{rules.plan_id}/stock/"),
        **ledger.balances_under(shop_id, f"plan/{rules.plan_id}/budget/"),
    }
    available = {key: balance.available or 0 for key, balance in bounded.items()}
    empty = {stock_unit(item): item for item in rules.stock}
    emptied = [empty[key.unit] for key, left in available.items() if left == 0 and key.unit in empty]
    at = store.find_emptied_at(shop_id, rules.plan_id, emptied) if emptied else {}
    emptied_at = {key: at[empty[key.unit]] for key in available if empty.get(key.unit) in at}
    available.update(_allowances_left(shop_id, rules, events))
    return loaded_book(available, emptied_at, held)


def _allowances_left(shop_id: int, rules: PlanRules, events: Iterable[Event]) -> dict[AccountKey, int]:
    limits = {offer.id: offer.limits for offer in rules.offers}
    bounds: dict[AccountKey, int] = {}
    for event in events:
        if not isinstance(event, PaidEvent) or is_held_out(event.customer_id, rules):
            continue
        day = event.at.astimezone(rules.zone).date()
        for match in event.matches:
            of_offer = limits[match.offer_id]
            counts = allowances(rules.plan_id, match.offer_id, of_offer, customer_id=event.customer_id, day=day)
            bounds.update((count.account, count.bound) for count in counts)
    return _left_within(shop_id, bounds)


def _left_within(shop_id: int, bounds: Mapping[AccountKey, int]) -> dict[AccountKey, int]:
    taken = ledger.load_balances(shop_id, list(bounds))
    return {key: bounds[key] + balance.posted for key, balance in taken.items()}


def _store(
    shop_id: int, rules: PlanRules, settlements: Sequence[Settlement], book: Book, before: Iterable[Held]
) -> None:
    groups = [group for settlement in settlements for group in settlement.groups]
    counts = {count.account: -count.bound for settlement in settlements for count in settlement.counts}
    moved = {
        key
        for group in groups
        for entry in group.entries
        if isinstance(entry, Move | Hold)
        for key in (entry.debit, entry.credit)
    }
    unbounded = moved - set(book.available)
    opened = [*counts.items(), *((key, None) for key in unbounded)]
    ledger.open_accounts(shop_id, [Account(key, floor) for key, floor in opened])
    for group, outcome in zip(groups, ledger.apply(shop_id, groups), strict=True):
        assert isinstance(outcome, Applied), f"the ledger does not agree with what was settled: {group} {outcome}"
    place = defaultdict(lambda: len(rules.offers), {offer.id: i for i, offer in enumerate(rules.offers)})
    awards = [award for settlement in settlements for award in settlement.awards]
    holdings = {(one.order_id, one.offer_id): one.holdings for each in book.held.values() for one in each}
    store.add_awards(shop_id, rules.plan_id, awards, holdings, place)
    store.update_held(shop_id, rules.plan_id, before)
    backs = [back for settlement in settlements for back in settlement.claw_backs]
    store.add_claw_backs(shop_id, rules.plan_id, backs, place)


def rehearse(found: Iterable[Order], refunds: Mapping[str, Sequence[Refund]], rules: PlanRules) -> Rehearsed:
    """What the plan would have given these orders and taken back for their refunds; nothing is stored."""
    return rehearsing.rehearse(found, refunds, rules)


def awards_of(shop_id: int, plan_id: str) -> Iterator[Award]:
    """Every award, refusal and hold-out of the plan, in order."""
    return store.find_awards(shop_id, plan_id)


def claw_backs_of(shop_id: int, plan_id: str) -> Iterator[ClawBack]:
    """Every claw-back of the plan, in order."""
    return store.find_claw_backs(shop_id, plan_id)


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

    An order that the plan has not settled is explained as it stands, by the rules given.

    Raises:
        OrderNotPaid: the shop has no such paid order.
    """
    order = orders.load_orders(shop_id, [order_id]).get(order_id)
    if order is None:
        raise OrderNotPaid(order_id=order_id)
    awards = tuple(store.find_awards(shop_id, rules.plan_id, [order_id]))
    backs = tuple(store.find_claw_backs(shop_id, rules.plan_id, [order_id]))
    version = awards[0].plan_version if awards else rules.version
    by = rules if version == rules.version else rules_of(version)
    return receipt_lines(awards, backs, explain_order(order, by), by, shares_in_words(order, awards, by))


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


def in_words(rules: PlanRules) -> tuple[OfferWords, ...]:
    """Every offer of the plan in words, in the plan's order."""
    return tuple(offer_words(offer, rules) for offer in rules.offers)


def takings(shop_id: int, plan_id: str, period: Period) -> tuple[Takings, ...]:
    """What the awards settled for the period took, by offer and benefit."""
    return readers.load_takings(shop_id, plan_id, period)


def latest_awards(shop_id: int, plan_id: str, limit: int) -> tuple[LatestAward, ...]:
    """The awards, refusals and hold-outs last settled, the last first."""
    return readers.load_latest(shop_id, plan_id, limit)


def quote(shop_id: int, cart: Order, rules: PlanRules, *, rules_of: VersionRules) -> Quote:
    """What the cart would cost and get if it were paid at its `paid_at`, as the books stand; nothing is stored.

    Nobody waits for a quote and nothing is held for it: what it promises can be gone when the order is paid.

    Args:
        shop_id: whose cart it is.
        cart: an order that is not paid yet, with the number that it would have.
        rules: the version that it would be awarded by.
        rules_of: the rules of an earlier version, for what it gave that lapses by then.
    """
    event = paid_event(cart, rules)
    held = store.find_held(shop_id, rules.plan_id, (), lapsing_by=cart.paid_at)
    earlier = [rules_of(version) for version in sorted({one.plan_version for one in held} - {rules.version})]
    book = _load_book(shop_id, rules, [event], held)
    book.available.update(_left_within(shop_id, _bounds_of_every_offer(cart, rules)))
    (settlement,) = settle([event], rules, book, earlier=earlier)
    return quoting.quote(cart, rules, settlement.awards, book)


def _bounds_of_every_offer(cart: Order, rules: PlanRules) -> dict[AccountKey, int]:
    day, customer_id = cart.paid_at.astimezone(rules.zone).date(), cart.customer_id or ""
    return {
        count.account: count.bound
        for offer in rules.offers
        for count in allowances(rules.plan_id, offer.id, offer.limits, customer_id=customer_id, day=day)
    }
