"""The array settle gives what `core.settle` gives: every award, refusal with its facts, claw-back and balance."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from jiacan.offers.contracts.rules import Pick, Stacking
from jiacan.offers.core.accounts import budget_account, stock_account
from jiacan.offers.core.arrays.chunks import be_ready
from jiacan.offers.core.arrays.walk import walk
from jiacan.offers.core.book import opening_book
from jiacan.offers.core.events import to_events
from jiacan.offers.core.settle import settle
from jiacan.offers.core.slots import bears_on_prices
from jiacan.orders.contracts import Order, Refund
from tests.core.arrays_of_events import Walked
from tests.core.histories_of_offers import OFFERS, histories, scarce_plans
from tests.core.small_plans import order, plan

PLAIN = tuple(one for one in OFFERS if not bears_on_prices(plan(one)))
chunks = st.sampled_from([1, 2, 3, 100])


@st.composite
def plain_plans(draw):
    """A scarce plan of offers that bear on no prices, in groups of every kind."""
    rules = draw(scarce_plans())
    offers = draw(st.lists(st.sampled_from(PLAIN), min_size=1, max_size=8, unique_by=lambda one: one.id))
    picks = {group: draw(st.sampled_from(list(Pick))) for group in ("one", "two")}
    groups = st.sampled_from([None, "one", "two"])
    grouped = [replace(one, stacking=_stacking(draw(groups), picks)) for one in offers]
    return replace(rules, offers=tuple(grouped))


def _stacking(group, picks):
    return None if group is None else Stacking(group, picks[group])


def _events(history, rules):
    refunds = {}
    for refund in (each for each in history if isinstance(each, Refund)):
        refunds.setdefault(refund.order_id, []).append(refund)
    return to_events([each for each in history if isinstance(each, Order)], refunds, rules)


def _slowly(events, rules):
    book = opening_book(rules)
    settled = list(settle(events, rules, book))
    awards = [
        (award.order_id, award.offer_id, award.outcome, award.items, award.refusal)
        for each in settled
        for award in each.awards
    ]
    return awards, [back for each in settled for back in each.claw_backs], book


@settings(max_examples=300, deadline=None)
@given(rules=plain_plans(), history=histories(most_orders=14, most_refunds=8), chunk=chunks)
def test_both_settles_give_the_same_awards_claw_backs_and_balances(rules, history, chunk):
    events = _events(history, rules)
    awards, claw_backs, book = _slowly(events, rules)
    walked = Walked(events, rules, chunk=chunk)
    assert walked.awards == awards
    assert walked.claw_backs == claw_backs
    stock = [book.left(stock_account(rules.plan_id, item), 0) for item in walked.layout.stock]
    budget = [book.left(budget_account(rules.plan_id, line, rules.currency), 0) for line in walked.layout.budget]
    assert walked.state.accounts["left"].tolist() == [*stock, *budget]


@settings(max_examples=100, deadline=None)
@given(rules=plain_plans(), history=histories(), chunk=chunks)
def test_nothing_is_ever_below_nothing(rules, history, chunk):
    walked = Walked(_events(history, rules), rules, chunk=chunk)
    assert (walked.state.accounts["left"] >= 0).all()


def test_what_is_compiled_beforehand_is_what_histories_use():
    be_ready()
    compiled = list(walk.signatures)
    rules = plan(PLAIN[0])
    Walked(_events([order("1", 5000)], rules), rules, chunk=1)
    assert list(walk.signatures) == compiled
