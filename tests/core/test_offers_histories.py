"""What holds for every history: bounds are kept, the ledger agrees, and one answer comes out however it is asked."""

from collections import Counter, defaultdict
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiacan.ledger.contracts import Expire, Hold, Move, Void
from jiacan.offers.contracts.awards import Outcome
from jiacan.offers.contracts.benefits import HELD_KINDS, GiftBenefit, Kind
from jiacan.offers.core.accounts import customer_account, holding_unit, means
from jiacan.offers.core.book import opening_book
from jiacan.offers.core.events import PaidEvent, paid_event, refund_event, to_events
from jiacan.offers.core.rehearse import rehearse
from jiacan.offers.core.settle import is_held_out, settle
from jiacan.orders.contracts import Order, Refund
from tests.core.histories_of_offers import OFFERS, histories, scarce_plans
from tests.core.small_plans import SHANGHAI, offer, order, plan, refund, settled

few_examples = settings(max_examples=50, deadline=None)
MONEY = (Kind.CASH, Kind.CREDIT, Kind.DISCOUNT)
GIVEN = (Outcome.GRANTED, Outcome.OTHERWISE)


# --- a ledger that is slow and obvious --------------------------------------------------------------------


class SlowLedger:
    """Balances in a dict; every bound and sum is checked after every group."""

    def __init__(self, rules):
        self.posted, self.floors, self.holds, self.keys = Counter(), {}, {}, set()
        for account, source, amount in means(rules):
            self.floors[account.key] = account.floor
            self.posted[account.key] += amount
            self.posted[source] -= amount

    def apply(self, settlement):
        for count in settlement.counts:
            self.floors.setdefault(count.account, -count.bound)
        for group in settlement.groups:
            for entry in group.entries:
                self.enter(entry)
            self.check()

    def enter(self, entry):
        assert entry.key not in self.keys
        self.keys.add(entry.key)
        match entry:
            case Move():
                assert entry.amount > 0
                assert entry.debit.unit == entry.credit.unit
                self.posted[entry.debit] -= entry.amount
                self.posted[entry.credit] += entry.amount
            case Hold():
                assert entry.amount > 0
                self.holds[entry.key] = entry
            case Void():
                del self.holds[entry.hold_key]
            case Expire():
                assert entry.at >= self.holds.pop(entry.hold_key).expires_at
            case _:
                raise AssertionError(entry)

    def available(self, account):
        held = sum(hold.amount for hold in self.holds.values() if hold.debit == account)
        return self.posted[account] - held - self.floors[account]

    def check(self):
        for account in self.floors:
            assert self.available(account) >= 0, f"{account} is below its floor"
        by_unit = Counter()
        for account, amount in self.posted.items():
            by_unit[account.unit] += amount
        assert not any(by_unit.values())


@few_examples
@given(scarce_plans(), histories())
def test_the_ledger_can_carry_out_every_settlement_and_ends_where_the_book_does(rules, history):
    book, ledger = opening_book(rules), SlowLedger(rules)
    for settlement in settled(rules, *history, book=book):
        ledger.apply(settlement)
    assert {account: ledger.available(account) for account in ledger.floors} == book.available


@few_examples
@given(scarce_plans(), histories())
def test_what_the_ledger_says_customers_hold_is_what_was_given_and_not_taken(rules, history):
    book, ledger = opening_book(rules), SlowLedger(rules)
    for settlement in settled(rules, *history, book=book):
        ledger.apply(settlement)
    held = Counter()
    for one in (each for of_order in book.held.values() for each in of_order):
        for holding in one.holdings:
            item = holding.item
            if item.kind not in (Kind.GIFT, Kind.SERVICE) and not holding.lapsed:
                unit = holding_unit(rules.plan_id, item, rules.currency)
                held[customer_account(one.customer_id, unit)] += (
                    item.amount_minor if item.kind in MONEY else item.quantity
                )
    of_customers = {account: amount for account, amount in ledger.posted.items() if account in held}
    assert of_customers == held


@few_examples
@given(scarce_plans(), histories())
def test_no_more_is_given_than_there_is(rules, history):
    given_out, at_risk = Counter(), Counter()
    budget = {one.id: one.budget for one in rules.offers}
    for settlement in settled(rules, *history):
        for award in settlement.awards:
            for item in award.items if award.outcome in GIVEN else ():
                if item.kind in (Kind.GIFT, Kind.SERVICE):
                    given_out[item.id] += item.quantity
                if item.kind in budget[award.offer_id] and item.kind not in HELD_KINDS:
                    at_risk[budget[award.offer_id][item.kind]] += item.amount_minor
    assert all(given_out[item] <= rules.stock[item].units for item in given_out)
    assert all(at_risk[line] <= rules.budget[line].amount_minor for line in at_risk)


@few_examples
@given(scarce_plans(), histories())
def test_no_limit_is_exceeded_and_none_refuses_before_it_is_reached(rules, history):
    counted = defaultdict(Counter)
    limits = {one.id: one.limits for one in rules.offers}
    for settlement in settled(rules, *history):
        day = settlement.event.at.astimezone(SHANGHAI).date()
        for award in settlement.awards:
            counts = {
                "total": ("total",),
                "per_day": ("per_day", day),
                "per_customer": ("per_customer", award.customer_id),
                "per_customer_per_day": ("both", award.customer_id, day),
            }
            so_far, bounds = counted[award.offer_id], limits[award.offer_id]
            reached = [
                which
                for which, key in counts.items()
                if getattr(bounds, which) is not None and so_far[key] >= getattr(bounds, which)
            ]
            code = award.refusal.code if award.outcome is Outcome.REFUSED else ""
            if code.startswith("limit:") and not code.startswith("limit:stack"):
                assert code == f"limit:{reached[0]}"
            elif award.outcome in GIVEN:
                assert reached == []
                so_far.update(counts.values())


@few_examples
@given(scarce_plans(), histories(most_refunds=10))
def test_no_more_is_taken_back_than_was_given_item_by_item(rules, history):
    left = defaultdict(Counter)
    for settlement in settled(rules, *history):
        for award in settlement.awards:
            for item in award.items if award.outcome in GIVEN else ():
                left[award.order_id, award.offer_id][item.kind, item.id, "quantity"] += item.quantity
                left[award.order_id, award.offer_id][item.kind, item.id, "minor"] += item.amount_minor
        for back in settlement.claw_backs:
            assert back.items
            of_award = left[back.order_id, back.offer_id]
            for item in back.items:
                assert item.quantity > 0
                of_award[item.kind, item.id, "quantity"] -= 0 if item.kind in MONEY else item.quantity
                of_award[item.kind, item.id, "minor"] -= item.amount_minor
            assert min(of_award.values()) >= 0


@few_examples
@given(scarce_plans(), histories(), st.data())
def test_an_order_of_which_everything_came_back_keeps_only_what_the_plan_lets_it_keep(rules, history, data):
    orders = [one for one in history if isinstance(one, Order)]
    returned = data.draw(st.sampled_from(orders))
    everything = refund(
        "all", returned, *((line.sku, line.quantity) for line in returned.lines), refunded_at=orders[0].paid_at
    )
    book = opening_book(rules)
    settled(rules, *history, everything, book=book)
    kept = {
        (one.offer_id, holding.item.kind)
        for one in book.held.get(returned.order_id, ())
        for holding in one.holdings
        if holding.item.quantity and not holding.lapsed
    }
    assert kept <= {("kept", Kind.GIFT)}


@few_examples
@given(scarce_plans(), histories(), st.data())
def test_settling_in_parts_gives_what_settling_at_once_gives(rules, history, data):
    events = to_events(*_dealt(history), rules)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(events)), max_size=3)))
    whole_book, parts_book = opening_book(rules), opening_book(rules)
    whole = list(settle(events, rules, whole_book))
    parts = [
        settlement
        for first, last in zip([0, *cuts], [*cuts, len(events)], strict=True)
        for settlement in settle(events[first:last], rules, parts_book)
    ]
    assert parts == whole
    assert parts_book == whole_book


@few_examples
@given(scarce_plans(), histories(), st.randoms(use_true_random=False))
def test_the_same_history_in_any_order_of_files_gives_the_same_answer(rules, history, random):
    shuffled = random.sample(history, len(history))
    assert rehearse(*_dealt(history), rules) == rehearse(*_dealt(shuffled), rules)


@few_examples
@given(scarce_plans(), histories())
def test_a_later_version_takes_back_by_the_version_that_gave_and_the_ledger_agrees(rules, history):
    later = replace(rules, version=2, offers=tuple(one for one in OFFERS if one not in rules.offers) or OFFERS[:1])
    orders, refunds = _dealt(history)
    first = [one for one in orders if int(one.order_id) % 2]
    second = [one for one in orders if not int(one.order_id) % 2]
    book, ledger = opening_book(rules), SlowLedger(rules)
    for settlement in settle(sorted((paid_event(one, rules) for one in first), key=_place), rules, book):
        ledger.apply(settlement)
    events = [paid_event(one, later) for one in second]
    for one in orders:
        by = rules if one in first else later
        events.extend(
            refund_event(each, one, refunds.get(one.order_id, ()), by) for each in refunds.get(one.order_id, ())
        )
    for settlement in settle(sorted(events, key=_place), later, book, earlier=[rules]):
        ledger.apply(settlement)
    assert {account: ledger.available(account) for account in ledger.floors} == book.available


@few_examples
@given(scarce_plans(), histories())
def test_every_match_is_answered_once_and_every_answer_has_its_reason(rules, history):
    for settlement in settled(rules, *history):
        if not isinstance(settlement.event, PaidEvent):
            assert settlement.awards == ()
            continue
        event = settlement.event
        answered = [award.offer_id for award in settlement.awards]
        if not is_held_out(event.customer_id, rules):
            assert answered == [match.offer_id for match in event.matches]
        place = [one.id for one in rules.offers]
        assert answered == sorted(answered, key=place.index)
        for award in settlement.awards:
            needs_reason = award.outcome in (Outcome.REFUSED, Outcome.OTHERWISE)
            assert (award.refusal is not None) == needs_reason
            assert all(item.quantity > 0 for item in award.items)


def test_the_slow_ledger_sees_what_takes_too_much():
    rich, poor = (plan(offer("gift", GiftBenefit("mug", 1)), stock={"mug": units}) for units in (1, 0))
    (settlement,) = settled(rich, order("1", 100))
    with pytest.raises(AssertionError, match="below its floor"):
        SlowLedger(poor).apply(settlement)


def _place(event):
    return event.place


def _dealt(history):
    orders = [one for one in history if isinstance(one, Order)]
    refunds = defaultdict(list)
    for one in history:
        if isinstance(one, Refund):
            refunds[one.order_id].append(one)
    return orders, refunds
