"""Occasions settle as orders with the same match do: in one turn, within every bound, and back again whole."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiacan.offers.contracts.awards import Outcome, Unmet
from jiacan.offers.contracts.benefits import (
    CashBenefit,
    CouponBenefit,
    CreditBenefit,
    GiftBenefit,
    Kind,
    PointsBenefit,
    ServiceBenefit,
    TicketBenefit,
    TierBenefit,
)
from jiacan.offers.contracts.errors import OfferUnknown
from jiacan.offers.contracts.occasions import TO_FRIEND, TO_REFERRER, Occasion, Revocation
from jiacan.offers.contracts.rules import Limits, Rung, Trigger
from jiacan.offers.core.accounts import means
from jiacan.offers.core.arrays.layout import layout_of
from jiacan.offers.core.book import opening_book
from jiacan.offers.core.events import paid_event
from jiacan.offers.core.match import ask_every_offer, match_order
from jiacan.offers.core.occasions import match_occasion, occasion_event, revocation_event
from jiacan.offers.core.settle import settle
from jiacan.offers.core.slots import items_of
from tests.core.histories_of_offers import SHORT_COUPONS
from tests.core.small_plans import RUN, at, offer, order, plan
from tests.core.test_offers_histories import SlowLedger

LINES = {"gift": "gifts", "service": "gifts", "coupon": "coupons", "points": "points", "cash": "money"}
GIVEN = (Outcome.GRANTED, Outcome.OTHERWISE)
few_examples = settings(max_examples=50, deadline=None)

WHEEL = offer(
    "wheel",
    trigger=Trigger.TICKET_DRAWN,
    rungs=[Rung(1, (), (GiftBenefit("hamper", 1),)), Rung(2, (), (CouponBenefit("ten-off", 1),))],
    budget=LINES,
)
FRIEND = offer(
    "friend",
    trigger=Trigger.REFERRAL_COMPLETED,
    rungs=[Rung(TO_REFERRER, (), (PointsBenefit(500),)), Rung(TO_FRIEND, (), (GiftBenefit("mug", 1),))],
    limits=Limits(per_customer=2),
    budget=LINES,
    otherwise=(GiftBenefit("sample", 1),),
)


def ticket(number, rung=1, *, customer="c1", when=None, offer_id="wheel"):
    moment = when or at(16)
    return Occasion(f"~draw/{number}", Trigger.TICKET_DRAWN, customer, moment, moment, rung, offer_id)


def side(number, rung=TO_FRIEND, *, customer="c1", when=None):
    moment = when or at(16)
    return Occasion(f"~referral/{number}/{rung}", Trigger.REFERRAL_COMPLETED, customer, moment, moment, rung)


def gets(rules, occasion):
    return [
        (match.offer_id, match.rung, [(item.kind.value, item.id, item.quantity) for item in match.items])
        for match in match_occasion(occasion, rules)
    ]


# --- what an occasion meets -------------------------------------------------------------------------------


def test_an_occasion_meets_the_offers_of_its_trigger_and_is_given_the_rung_it_names():
    rules = plan(offer("bought", GiftBenefit("mug", 1)), WHEEL, FRIEND)
    assert gets(rules, ticket(1, 1)) == [("wheel", 1, [("gift", "hamper", 1)])]
    assert gets(rules, ticket(1, 2)) == [("wheel", 2, [("coupon", "ten-off", 1)])]
    assert gets(rules, ticket(1, 3)) == []
    assert gets(rules, side(1, TO_REFERRER)) == [("friend", 1, [("points", "", 500)])]


def test_without_an_offer_every_offer_of_the_trigger_is_asked_in_plan_order():
    rules = plan(FRIEND, replace(FRIEND, id="again"))
    assert [offer_id for offer_id, _, _ in gets(rules, side(1))] == ["friend", "again"]
    assert [offer_id for offer_id, _, _ in gets(rules, replace(side(1), offer_id="again"))] == ["again"]


def test_it_must_have_been_earned_in_the_offers_period_whenever_it_settles():
    rules = plan(WHEEL)
    late = replace(ticket(1), earned_at=RUN.ends_at - timedelta(microseconds=1), occurred_at=RUN.ends_at)
    assert [match.offer_id for match in match_occasion(late, rules)] == ["wheel"]
    assert occasion_event(late, rules).at == RUN.ends_at
    assert match_occasion(replace(late, earned_at=RUN.ends_at), rules) == ()


def test_staff_meet_nothing():
    assert match_occasion(ticket(1, customer="clerk"), plan(WHEEL)) == ()


def test_an_offer_that_is_none_for_such_occasions_is_an_error():
    rules = plan(offer("bought", GiftBenefit("mug", 1)), WHEEL)
    for unknown in ("bought", "gone"):
        with pytest.raises(OfferUnknown) as told:
            match_occasion(ticket(1, offer_id=unknown), rules)
        assert told.value.offer_id == unknown


# --- what orders meet is the same -------------------------------------------------------------------------


def test_orders_meet_nothing_of_what_is_for_occasions():
    bought = offer("bought", GiftBenefit("mug", 1))
    alone, beside = plan(bought), plan(bought, WHEEL, FRIEND)
    paid = order("1", 100)
    assert match_order(paid, beside) == match_order(paid, alone)
    answers = ask_every_offer(paid, beside)
    assert [answer.offer_id for answer in answers] == ["bought", "friend"]
    assert isinstance(answers[1], Unmet)
    assert (items_of(beside), beside.window) == (items_of(alone), alone.window)
    assert layout_of(beside).items == layout_of(alone).items


# --- how they settle --------------------------------------------------------------------------------------

BENEFITS = st.sampled_from(
    [
        (GiftBenefit("mug", 1),),
        (GiftBenefit("mug", 2), CouponBenefit("ten-off", 2)),
        (CouponBenefit("ten-off", 1), PointsBenefit(40)),
        (PointsBenefit(300),),
        (CashBenefit(250), TicketBenefit("wheel", 1)),
        (CreditBenefit(120),),
        (ServiceBenefit("wrapping", 1), TierBenefit("gold")),
    ]
)
MOMENTS = st.integers(0, 13 * 24).map(lambda hours: RUN.starts_at + timedelta(hours=hours))
CUSTOMERS = st.sampled_from(["c1", "c2", "c3", "clerk"])


@st.composite
def scarce(draw):
    """A plan with little of everything: an offer for orders, and what looks the same for referrals and tickets."""
    few, little = st.sampled_from([9, 3, 2, 1, 0]), st.sampled_from([60_000, 9_999, 2_500, 800, 0])
    limits = Limits(total=draw(st.sampled_from([None, 4])), per_customer=draw(st.sampled_from([None, 2])))
    more = {
        "limits": limits,
        "budget": LINES,
        "otherwise": draw(st.sampled_from([(), (GiftBenefit("sample", 1),)])),
        "keep": draw(st.sampled_from([[], [Kind.POINTS]])),
    }
    rungs = [Rung(number, (), draw(BENEFITS)) for number in (1, 2)]
    return plan(
        offer("friend", trigger=Trigger.REFERRAL_COMPLETED, rungs=rungs, **more),
        offer(
            "wheel", trigger=Trigger.TICKET_DRAWN, rungs=[Rung(n, (), draw(BENEFITS)) for n in (1, 2)], budget=LINES
        ),
        stock={item: draw(few) for item in ("mug", "sample", "wrapping")},
        budget={line: draw(little) for line in ("gifts", "coupons", "points", "money")},
        coupons=SHORT_COUPONS,
        holdout_share=draw(st.sampled_from([0.0, 0.3])),
    )


@st.composite
def histories(draw):
    """Occasions of both kinds in the order of their moments, and revocations of some of them."""
    occasions = [
        draw(st.sampled_from([ticket, side]))(
            number, draw(st.integers(1, 2)), customer=draw(CUSTOMERS), when=draw(MOMENTS)
        )
        for number in range(draw(st.integers(1, 12)))
    ]
    revoked = draw(st.lists(st.sampled_from(occasions), max_size=6))
    return occasions, [
        Revocation(f"r{number}", each.id, each.occurred_at + timedelta(hours=draw(st.integers(-9, 200))))
        for number, each in enumerate(revoked)
    ]


def events_of(rules, occasions, revocations=()):
    moments = {each.id: each.occurred_at for each in occasions}
    events = [occasion_event(each, rules) for each in occasions]
    events += [revocation_event(each, moments[each.occasion_id]) for each in revocations]
    return sorted(events, key=lambda event: event.place)


@few_examples
@given(scarce(), histories())
def test_the_ledger_can_carry_it_out_and_no_bound_is_exceeded(rules, history):
    book, ledger = opening_book(rules), SlowLedger(rules)
    for settlement in settle(events_of(rules, *history), rules, book):
        ledger.apply(settlement)
    assert {account: ledger.available(account) for account in ledger.floors} == book.available
    assert all(left >= 0 for left in book.available.values())


@few_examples
@given(scarce(), histories())
def test_each_occasion_has_one_answer_of_an_offer_and_limits_are_kept(rules, history):
    given_to = Counter()
    settlements = list(settle(events_of(rules, *history), rules, opening_book(rules)))
    answered = Counter((award.order_id, award.offer_id) for one in settlements for award in one.awards)
    assert set(answered.values()) <= {1}
    for award in (award for one in settlements for award in one.awards if award.outcome in GIVEN):
        given_to[award.offer_id] += 1
        given_to[award.offer_id, award.customer_id] += 1
    limits = rules.offers[0].limits
    assert limits.total is None or given_to["friend"] <= limits.total
    assert limits.per_customer is None or all(given_to["friend", who] <= limits.per_customer for who in ("c1", "c2"))
    assert not any(award.customer_id == "clerk" for one in settlements for award in one.awards)


@few_examples
@given(scarce(), histories())
def test_an_occasion_settles_as_an_order_with_the_same_match_does(rules, history):
    occasions = [each for each in history[0] if each.trigger is Trigger.REFERRAL_COMPLETED]
    as_occasions = list(settle(events_of(rules, occasions), rules, opening_book(rules)))
    paid = sorted(
        (
            replace(
                paid_event(order(each.id, 100, customer=each.customer_id, paid_at=each.occurred_at), rules),
                matches=match_occasion(each, rules),
            )
            for each in occasions
        ),
        key=lambda event: event.place,
    )
    as_orders = list(settle(paid, rules, opening_book(rules)))
    assert [one.awards for one in as_occasions] == [one.awards for one in as_orders]
    assert [one.groups for one in as_occasions] == [one.groups for one in as_orders]


@few_examples
@given(scarce(), histories())
def test_what_is_revoked_leaves_only_what_the_offer_lets_customers_keep(rules, history):
    occasions, _ = history
    book = opening_book(rules)
    everything = [Revocation("all", each.id, each.occurred_at) for each in occasions]
    list(settle(events_of(rules, occasions, everything), rules, book))
    kept = {
        holding.item.kind
        for of_occasion in book.held.values()
        for one in of_occasion
        for holding in one.holdings
        if holding.item.quantity and not holding.lapsed
    }
    assert kept <= {Kind.POINTS}
    if rules.offers[0].on_refund[Kind.POINTS] != "keep":
        coupons = next(account.key for account, _, _ in means(rules) if account.key.owner.endswith("budget/coupons"))
        assert book.available[coupons] == rules.budget["coupons"].amount_minor


@few_examples
@given(scarce(), histories())
def test_a_ticket_is_never_held_out_and_a_referral_is_as_an_order_is(rules, history):
    held_out = replace(rules, holdout_share=1.0)
    for settlement in settle(events_of(held_out, *history), held_out, opening_book(held_out)):
        for award in settlement.awards:
            assert (award.outcome is Outcome.HELD_OUT) == (award.offer_id == "friend")
