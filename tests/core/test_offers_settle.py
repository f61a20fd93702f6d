"""Settle: whole or not at all, what stands in, what is refused and why, and who is held out."""

import hashlib

import pytest

from jiacan.kernel.ids import fraction_of
from jiacan.offers.contracts.awards import BudgetExhausted, Item, Outcome, StockEmpty
from jiacan.offers.contracts.benefits import (
    CashBenefit,
    CouponBenefit,
    CreditBenefit,
    GiftBenefit,
    Kind,
    PointsBenefit,
    ServiceBenefit,
    TicketBenefit,
)
from jiacan.offers.contracts.rules import Limits
from jiacan.offers.core.accounts import stock_account
from jiacan.offers.core.book import loaded_book, opening_book
from jiacan.offers.core.rehearse import rehearse
from jiacan.offers.core.settle import is_held_out
from tests.core.small_plans import (
    at,
    awards,
    budget_left,
    offer,
    order,
    outcomes,
    plan,
    settled,
    spend,
    stock_left,
)

MUG, HAMPER, SAMPLE = GiftBenefit("mug", 1), GiftBenefit("hamper", 1), GiftBenefit("sample", 1)
TEN_OFF = CouponBenefit("ten-off", 1)
MONEY = {"gift": "gifts", "coupon": "coupons"}


def test_an_award_takes_its_pieces_and_its_money():
    rules = plan(offer("both", MUG, TEN_OFF, budget=MONEY), stock={"mug": 5}, budget={"gifts": 1000, "coupons": 5000})
    book = opening_book(rules)
    (award,) = awards(rules, order("1", 7000), book=book)
    assert (award.outcome, award.refusal, award.spend_minor) == (Outcome.GRANTED, None, 7000)
    assert (stock_left(rules, book, "mug"), budget_left(rules, book, "gifts")) == (4, 680)
    assert budget_left(rules, book, "coupons") == 4000


def test_two_benefits_are_given_whole_or_not_at_all():
    rules = plan(offer("both", MUG, HAMPER), stock={"mug": 5, "hamper": 1})
    book = opening_book(rules)
    assert outcomes(rules, order("1", 100), order("2", 100), book=book) == [("1", "granted"), ("2", "stock:hamper")]
    assert (stock_left(rules, book, "mug"), stock_left(rules, book, "hamper")) == (4, 0)


def test_two_benefits_of_one_budget_line_must_fit_it_together():
    rules = plan(offer("both", MUG, HAMPER, budget=MONEY), budget={"gifts": 1719})
    book = opening_book(rules)
    (award,) = awards(rules, order("1", 100), book=book)
    assert award.refusal == BudgetExhausted("gifts", asked_minor=1720, left_minor=1719)
    assert budget_left(rules, book, "gifts") == 1719
    assert stock_left(rules, book, "mug") == 1000


def test_a_budget_may_be_used_up_to_its_last_fen():
    rules = plan(offer("gift", MUG, budget=MONEY), budget={"gifts": 640})
    assert [outcome for _, outcome in outcomes(rules, *(order(str(n), 100) for n in range(3)))] == [
        "granted",
        "granted",
        "budget:gifts",
    ]


def test_a_smaller_award_still_fits_what_a_larger_one_was_refused():
    rules = plan(
        offer("ladder", rungs=[spend(100, MUG), spend(500, HAMPER, number=2)], budget=MONEY), budget={"gifts": 1000}
    )
    assert outcomes(rules, order("1", 500), order("2", 100)) == [("1", "budget:gifts"), ("2", "granted")]


def test_when_the_last_piece_is_gone_the_refusal_says_since_when():
    rules = plan(offer("gift", MUG), stock={"mug": 2})
    history = [order(str(n), 100, paid_at=at(16, 8 + n)) for n in range(4)]
    assert [award.refusal for award in awards(rules, *history)] == [
        None,
        None,
        StockEmpty("mug", asked=1, left=0, emptied_at=at(16, 9)),
        StockEmpty("mug", asked=1, left=0, emptied_at=at(16, 9)),
    ]


def test_stock_that_is_short_but_not_gone_has_no_such_moment():
    rules = plan(offer("gift", GiftBenefit("mug", 2)), stock={"mug": 3})
    assert awards(rules, order("1", 100), order("2", 100))[1].refusal == StockEmpty("mug", 2, 1, None)


def test_stock_that_ran_out_and_was_topped_up_is_short_not_gone():
    rules = plan(offer("gift", GiftBenefit("mug", 2)), stock={"mug": 1})
    mugs = stock_account(rules.plan_id, "mug")
    book = loaded_book({**opening_book(rules).available, mugs: 1}, {mugs: at(16, 8)}, [])
    assert awards(rules, order("1", 100), book=book)[0].refusal == StockEmpty("mug", 2, 1, None)


def test_stock_that_never_was_has_no_such_moment():
    rules = plan(offer("gift", MUG), stock={"mug": 0})
    assert awards(rules, order("1", 100))[0].refusal == StockEmpty("mug", 1, 0, None)


def test_stock_is_the_reason_before_budget():
    rules = plan(offer("both", TEN_OFF, MUG, budget=MONEY), stock={"mug": 0}, budget={"gifts": 0, "coupons": 0})
    assert outcomes(rules, order("1", 100)) == [("1", "stock:mug")]
    rules = plan(offer("both", TEN_OFF, MUG, budget=MONEY), budget={"gifts": 0, "coupons": 0})
    assert outcomes(rules, order("1", 100)) == [("1", "budget:coupons")]


def test_services_are_pieces_of_stock_too():
    rules = plan(offer("wrap", ServiceBenefit("wrapping", 1)), stock={"wrapping": 1})
    assert outcomes(rules, order("1", 100), order("2", 100)) == [("1", "granted"), ("2", "stock:wrapping")]


@pytest.mark.parametrize("benefit", [CashBenefit(300), CreditBenefit(300), PointsBenefit(300)])
def test_every_kind_with_a_budget_line_stops_when_it_is_used_up(benefit):
    kind = {CashBenefit: "cash", CreditBenefit: "credit", PointsBenefit: "points"}[type(benefit)]
    rules = plan(offer("money", benefit, budget={kind: "money"}), budget={"money": 599})
    book = opening_book(rules)
    assert outcomes(rules, order("1", 100), order("2", 100), book=book) == [("1", "granted"), ("2", "budget:money")]
    assert budget_left(rules, book, "money") == 299


def test_a_kind_without_a_budget_line_is_bounded_by_none():
    rules = plan(offer("both", PointsBenefit(10**9), MUG, budget={"gift": "gifts"}), budget={"gifts": 320})
    assert outcomes(rules, order("1", 100)) == [("1", "granted")]


def test_what_costs_nothing_needs_nothing_of_an_empty_budget():
    rules = plan(
        offer("points", PointsBenefit(9), budget={"points": "money"}), points_value_micros=0, budget={"money": 0}
    )
    assert outcomes(rules, order("1", 100)) == [("1", "granted")]


# --- otherwise --------------------------------------------------------------------------------------------


def test_otherwise_stands_in_when_stock_is_short_and_says_why():
    rules = plan(offer("gift", MUG, otherwise=(SAMPLE,)), stock={"mug": 0, "sample": 1})
    book = opening_book(rules)
    (award,) = awards(rules, order("1", 100), book=book)
    assert (award.outcome, award.refusal) == (Outcome.OTHERWISE, StockEmpty("mug", 1, 0, None))
    assert award.items == (Item(Kind.GIFT, "sample", 1, 60),)
    assert stock_left(rules, book, "sample") == 0


def test_otherwise_stands_in_when_the_budget_is_short_and_pays_from_it_too():
    rules = plan(offer("gift", MUG, otherwise=(SAMPLE,), budget=MONEY), budget={"gifts": 319})
    book = opening_book(rules)
    (award,) = awards(rules, order("1", 100), book=book)
    assert (award.outcome, award.refusal) == (Outcome.OTHERWISE, BudgetExhausted("gifts", 320, 319))
    assert (stock_left(rules, book, "mug"), budget_left(rules, book, "gifts")) == (1000, 259)


def test_otherwise_that_is_short_too_is_refused_with_the_first_reason_and_costs_nothing():
    rules = plan(
        offer("gift", MUG, otherwise=(SAMPLE, TEN_OFF), budget=MONEY),
        stock={"mug": 0},
        budget={"gifts": 1000, "coupons": 999},
    )
    book = opening_book(rules)
    before = dict(book.available)
    (settlement,) = settled(rules, order("1", 100), book=book)
    (award,) = settlement.awards
    assert (award.outcome, award.refusal) == (Outcome.REFUSED, StockEmpty("mug", 1, 0, None))
    assert award.items == (Item(Kind.GIFT, "mug", 1, 320),)
    assert (book.available, settlement.groups, settlement.counts) == (before, (), ())


def test_a_refused_award_costs_nothing():
    rules = plan(
        offer("both", MUG, TEN_OFF, budget=MONEY, limits=Limits(total=9)),
        stock={"mug": 9},
        budget={"gifts": 9999, "coupons": 1},
    )
    book = opening_book(rules)
    before = dict(book.available)
    (settlement,) = settled(rules, order("1", 100), book=book)
    assert [award.outcome for award in settlement.awards] == [Outcome.REFUSED]
    assert (book.available, book.held, settlement.groups) == (before, {}, ())


# --- who is left out --------------------------------------------------------------------------------------


def test_guests_and_staff_get_nothing_and_are_not_recorded():
    rules = plan(offer("gift", MUG), stock={"mug": 1})
    history = [order("1", 100, customer=None, number=0), order("2", 100, customer="clerk"), order("3", 100)]
    assert outcomes(rules, *history) == [("3", "granted")]


def test_hold_out_is_the_first_eight_bytes_of_sha_256_as_a_fraction():
    digest = hashlib.sha256(b"spring:c1").digest()
    fraction = sum(byte / 256 ** (place + 1) for place, byte in enumerate(digest[:8]))
    assert fraction_of("spring:c1") == pytest.approx(fraction, abs=1e-15)
    assert is_held_out("c1", plan(holdout_share=fraction + 1e-9))
    assert not is_held_out("c1", plan(holdout_share=fraction - 1e-9))


def test_a_share_of_nothing_holds_nobody_out_and_the_share_is_about_met():
    assert not any(is_held_out(str(n), plan(holdout_share=0.0)) for n in range(1000))
    assert 900 < sum(is_held_out(str(n), plan(holdout_share=0.1)) for n in range(10_000)) < 1100


def test_who_is_held_out_is_recorded_with_what_they_would_have_got_and_nothing_is_counted():
    gift = offer("gift", MUG, limits=Limits(total=1, per_customer=1), budget=MONEY)
    rules = plan(gift, stock={"mug": 1}, budget={"gifts": 320}, holdout_share=0.5)
    held_out = next(name for name in map(str, range(99)) if is_held_out(name, rules))
    taken = next(name for name in map(str, range(99)) if not is_held_out(name, rules))
    book = opening_book(rules)
    history = [
        order("1", 100, customer=held_out),
        order("2", 100, customer=held_out),
        order("3", 100, customer=taken),
    ]
    settlements = settled(rules, *history, book=book)
    assert [award.outcome.value for one in settlements for award in one.awards] == ["held_out", "held_out", "granted"]
    assert settlements[0].awards[0].items == (Item(Kind.GIFT, "mug", 1, 320),)
    assert settlements[0].awards[0].refusal is None
    assert [len(one.groups) for one in settlements] == [0, 0, 1]


# --- rehearse ---------------------------------------------------------------------------------------------


def test_a_rehearsal_says_what_is_left_of_everything_the_plan_names():
    rules = plan(
        offer("gift", MUG, TicketBenefit("wheel", 1), budget=MONEY),
        stock={"mug": 2},
        budget={"gifts": 1000, "ads": 7},
    )
    rehearsed = rehearse([order("1", 100)], {}, rules)
    assert rehearsed.stock_left == {"mug": 1, "hamper": 1000, "sample": 1000, "wrapping": 1000}
    assert rehearsed.budget_left_minor == {"gifts": 680, "ads": 7}
    assert [(row.kind, row.item, row.quantity, row.amount_minor) for row in rehearsed.rows] == [
        ("gift", "mug", 1, 320),
        ("ticket", "wheel", 1, 0),
    ]
