"""What a return takes back: granted minus what the kept goods deserve, item by item, by the plan's policy."""

from dataclasses import replace
from datetime import timedelta

from jiacan.ledger.contracts import AccountKey
from jiacan.offers.contracts.awards import ClawBack, Item
from jiacan.offers.contracts.benefits import (
    CashBenefit,
    CouponBenefit,
    CreditBenefit,
    DiscountBenefit,
    GiftBenefit,
    Kind,
    PointsBenefit,
    ServiceBenefit,
    TierBenefit,
)
from jiacan.offers.contracts.conditions import SpendAtLeast
from jiacan.offers.contracts.rules import Ladder, Limits
from jiacan.offers.core.accounts import means
from jiacan.offers.core.book import opening_book
from jiacan.offers.core.events import paid_event, refund_event, to_events
from jiacan.offers.core.settle import settle
from tests.core.small_plans import (
    at,
    budget_left,
    claw_backs,
    goods,
    offer,
    order,
    plan,
    quantities,
    refund,
    settled,
    spend,
    stock_left,
)

MUG, HAMPER, SAMPLE = GiftBenefit("mug", 1), GiftBenefit("hamper", 1), GiftBenefit("sample", 1)
TEN_OFF = CouponBenefit("ten-off", 1)
PER_YUAN = PointsBenefit(1, per_minor=100)
MONEY = {"gift": "gifts", "coupon": "coupons", "points": "points", "cash": "cash", "credit": "credit"}
LINES = dict.fromkeys(("gifts", "coupons", "points", "cash", "credit"), 100_000)
OF = order("1", goods("tea", 2000, quantity=5))
"""Five at 20.00."""


def back(rules, *returned, of=OF, book=None):
    """What each of the refunds takes back; they come a day apart from the 20th."""
    refunds = [
        refund(f"r{n}", of, ("tea", quantity), refunded_at=at(20 + n)) for n, quantity in enumerate(returned, 1)
    ]
    return [(one.refund_id, quantities(one)) for one in claw_backs(rules, of, *refunds, book=book)]


def test_a_return_that_changes_nothing_takes_nothing():
    assert back(plan(offer("gift", MUG, when=[SpendAtLeast(6000)])), 2) == []


def test_goods_returned_below_the_threshold_take_the_gift_back():
    rules = plan(offer("gift", MUG, when=[SpendAtLeast(6000)]))
    book = opening_book(rules)
    (taken,) = claw_backs(rules, OF, refund("r", OF, ("tea", 3)), book=book)
    assert taken == ClawBack("1", "c1", "gift", 0, "r", at(20), (Item(Kind.GIFT, "mug", 1, 320),))
    assert stock_left(rules, book, "mug") == 999


def test_a_return_of_everything_takes_everything():
    rules = plan(offer("gift", MUG, TEN_OFF, PER_YUAN))
    assert back(rules, 5) == [("r1", {("gift", "mug"): 1, ("coupon", "ten-off"): 1, ("points", ""): 100})]


def test_several_returns_are_counted_together_and_each_takes_only_its_own_part():
    rules = plan(offer("points", PER_YUAN))
    assert back(rules, 1, 1, 3) == [
        ("r1", {("points", ""): 20}),
        ("r2", {("points", ""): 20}),
        ("r3", {("points", ""): 60}),
    ]


def test_several_returns_take_what_one_would_have_taken():
    rules = plan(offer("gift", MUG, when=[SpendAtLeast(6000)]))
    assert back(rules, 2, 1, 2) == [("r2", {("gift", "mug"): 1})]
    assert back(rules, 3) == [("r1", {("gift", "mug"): 1})]


def test_falling_to_a_lower_rung_takes_back_item_by_item_and_gives_nothing_new():
    ladder = [spend(4000, MUG, SAMPLE), spend(9000, GiftBenefit("sample", 3), TEN_OFF, number=2)]
    rules = plan(offer("ladder", rungs=ladder))
    # The mug of the lower rung was never given and is not given now.
    assert back(rules, 1) == [("r1", {("gift", "sample"): 2, ("coupon", "ten-off"): 1})]
    assert back(rules, 1, 4) == [
        ("r1", {("gift", "sample"): 2, ("coupon", "ten-off"): 1}),
        ("r2", {("gift", "sample"): 1}),
    ]


def test_a_ladder_of_all_loses_its_upper_rungs():
    rungs = [spend(4000, MUG), spend(9000, MUG, TEN_OFF, number=2)]
    assert back(plan(offer("ladder", ladder=Ladder.ALL, rungs=rungs)), 1) == [
        ("r1", {("gift", "mug"): 1, ("coupon", "ten-off"): 1})
    ]


def test_money_is_taken_back_by_its_amount():
    rules = plan(
        offer("tenth", DiscountBenefit(percent=10)), offer("credit", CreditBenefit(500), when=[SpendAtLeast(9000)])
    )
    taken = claw_backs(rules, OF, refund("r", OF, ("tea", 2)))
    assert [one.items for one in taken] == [
        (Item(Kind.DISCOUNT, "", 1, 400),),
        (Item(Kind.CREDIT, "", 1, 500),),
    ]


def test_what_the_plan_lets_customers_keep_is_not_taken():
    rules = plan(offer("gift", MUG, TEN_OFF, PER_YUAN, keep=[Kind.GIFT, Kind.POINTS]))
    assert back(rules, 5) == [("r1", {("coupon", "ten-off"): 1})]
    assert back(plan(offer("gift", MUG, keep=[Kind.GIFT])), 5) == []


def test_what_stood_in_is_kept_as_long_as_any_rung_is_reached():
    ladder = [spend(4000, TEN_OFF), spend(9000, MUG, number=2)]
    rules = plan(offer("ladder", rungs=ladder, otherwise=(SAMPLE,)), stock={"mug": 0})
    assert back(rules, 1) == []
    assert back(rules, 1, 3) == [("r2", {("gift", "sample"): 1})]


def test_points_that_stood_in_shrink_with_the_spend():
    rules = plan(offer("gift", MUG, otherwise=(PER_YUAN,)), stock={"mug": 0})
    assert back(rules, 1) == [("r1", {("points", ""): 20})]


def test_a_refused_award_has_nothing_to_take():
    assert back(plan(offer("gift", MUG), stock={"mug": 0}), 5) == []


def test_limits_and_stock_do_not_count_when_asking_what_is_deserved():
    rules = plan(offer("gift", MUG, when=[SpendAtLeast(2000)], limits=Limits(total=1)), stock={"mug": 1})
    assert back(rules, 3) == []


def test_the_time_of_the_order_counts_not_that_of_the_return():
    rules = plan(offer("gift", MUG))
    late = refund("r", OF, ("tea", 1), refunded_at=at(24, month=12))
    assert claw_backs(rules, OF, late) == []


def test_a_return_of_what_was_never_bought_takes_nothing():
    assert claw_backs(plan(offer("gift", MUG)), OF, refund("r", OF, ("cup", 9))) == []


def test_a_second_return_of_goods_already_gone_takes_nothing():
    rules = plan(offer("gift", MUG))
    assert back(rules, 5, 5) == [("r1", {("gift", "mug"): 1})]


def test_a_return_touches_its_own_order_only():
    rules = plan(offer("gift", MUG))
    other = replace(OF, order_id="2")
    assert [one.order_id for one in claw_backs(rules, OF, other, refund("r", other, ("tea", 5)))] == ["2"]


def test_each_offer_of_an_order_is_asked_for_itself_in_plan_order():
    rules = plan(offer("points", PER_YUAN), offer("gift", MUG), offer("more", TEN_OFF, when=[SpendAtLeast(9000)]))
    taken = claw_backs(rules, OF, refund("r", OF, ("tea", 2)))
    assert [(one.offer_id, quantities(one)) for one in taken] == [
        ("points", {("points", ""): 40}),
        ("more", {("coupon", "ten-off"): 1}),
    ]


# --- what becomes free, and what is owed ------------------------------------------------------------------


def test_the_money_of_a_gift_stays_spent():
    rules = plan(offer("gift", MUG, ServiceBenefit("wrapping", 1), budget=MONEY), budget=LINES)
    book = opening_book(rules)
    assert back(rules, 5, book=book) == [("r1", {("gift", "mug"): 1, ("service", "wrapping"): 1})]
    assert budget_left(rules, book, "gifts") == 100_000 - 320
    assert (stock_left(rules, book, "mug"), stock_left(rules, book, "wrapping")) == (999, 999)


def test_a_gift_is_then_owed_by_the_customer():
    rules = plan(offer("gift", GiftBenefit("mug", 2)))
    (group,) = settled(rules, OF, refund("r", OF, ("tea", 5)))[1].groups
    (owed,) = group.entries
    assert (owed.debit, owed.credit, owed.amount) == (
        AccountKey("debtor/c1", "stock:mug"),
        AccountKey("plan/spring/owed", "stock:mug"),
        2,
    )


def test_points_are_taken_from_the_balance_whatever_is_left_of_it():
    rules = plan(offer("points", PER_YUAN))
    paid, returned = settled(rules, OF, refund("r", OF, ("tea", 2)))
    ((got,), (taken,)) = (group.entries for group in (*paid.groups, *returned.groups))
    assert (got.credit, got.amount) == (AccountKey("customer/c1", "points"), 100)
    assert (taken.debit, taken.amount) == (AccountKey("customer/c1", "points"), 40)
    assert AccountKey("customer/c1", "points") not in {account.key for account, _, _ in means(rules)}


def test_the_money_of_cash_stays_spent_and_that_of_credit_is_free_again():
    rules = plan(offer("money", CashBenefit(500), CreditBenefit(700), budget=MONEY), budget=LINES)
    book = opening_book(rules)
    assert back(rules, 5, book=book) == [("r1", {("cash", ""): 1, ("credit", ""): 1})]
    assert (budget_left(rules, book, "cash"), budget_left(rules, book, "credit")) == (99_500, 100_000)


def test_unused_coupons_are_taken_one_by_one_and_free_their_money():
    steps = [spend(2000 * n, CouponBenefit("ten-off", n), number=n) for n in range(1, 6)]
    rules = plan(offer("steps", rungs=steps, budget=MONEY), budget=LINES)
    book = opening_book(rules)
    assert back(rules, 1, 2, book=book) == [("r1", {("coupon", "ten-off"): 1}), ("r2", {("coupon", "ten-off"): 2})]
    assert budget_left(rules, book, "coupons") == 100_000 - 2 * 1000
    assert len(book.held["1"][0].holdings[0].hold_keys) == 2


def test_points_taken_back_free_their_share_of_the_money():
    rules = plan(offer("points", PER_YUAN, budget=MONEY), budget={"points": 40}, points_value_micros=5_000)
    book = opening_book(rules)
    assert settled(rules, OF, book=book)[0].awards[0].refusal is not None
    rules = plan(offer("points", PER_YUAN, budget=MONEY), budget={"points": 50}, points_value_micros=5_000)
    book = opening_book(rules)
    assert back(rules, 2, 1, book=book) == [("r1", {("points", ""): 40}), ("r2", {("points", ""): 20})]
    assert budget_left(rules, book, "points") == 30


def test_what_a_return_frees_can_be_given_to_the_next_order():
    rules = plan(offer("coupon", TEN_OFF, when=[SpendAtLeast(9000)], budget=MONEY), budget={"coupons": 1000})
    before, after = order("2", 9000, paid_at=at(19)), order("3", 9000, paid_at=at(20))
    history = [OF, before, refund("r", OF, ("tea", 1), refunded_at=at(19, 13)), after]
    awarded = [(award.order_id, award.outcome.value) for one in settled(rules, *history) for award in one.awards]
    assert awarded == [("1", "granted"), ("2", "refused"), ("3", "granted")]


def test_a_tier_is_kept_while_it_is_deserved():
    rules = plan(offer("gold", TierBenefit("gold"), when=[SpendAtLeast(6000)]))
    assert back(rules, 1, 1, 1) == [("r3", {("tier", "gold"): 1})]


# --- time and versions ------------------------------------------------------------------------------------


def test_at_the_same_moment_an_order_comes_before_a_return():
    rules = plan(offer("coupon", TEN_OFF, budget=MONEY), budget={"coupons": 1000})
    other = order("9", 100, paid_at=at(20))
    history = [OF, refund("0", OF, ("tea", 5), refunded_at=at(20)), other]
    kinds = [type(event).__name__ for event in (one.event for one in settled(rules, *history))]
    assert kinds == ["PaidEvent", "PaidEvent", "RefundEvent"]


def test_a_return_dated_before_its_order_is_settled_right_after_it():
    rules = plan(offer("gift", MUG))
    early = refund("r", OF, ("tea", 5), refunded_at=at(1))
    assert claw_backs(rules, OF, early)[0].at == OF.paid_at


def test_returns_dated_before_their_order_each_take_their_own_part():
    rules = plan(offer("points", PER_YUAN))
    returns = [
        refund("r1", OF, ("tea", 1), refunded_at=at(15)),
        refund("r2", OF, ("tea", 2), refunded_at=at(14)),
    ]
    taken = [(one.refund_id, quantities(one)) for one in claw_backs(rules, OF, *returns)]
    assert taken == [("r1", {("points", ""): 20}), ("r2", {("points", ""): 40})]


def test_returns_of_the_same_moment_are_taken_by_their_ids():
    rules = plan(offer("points", PER_YUAN))
    returns = [refund("r2", OF, ("tea", 2)), refund("r1", OF, ("tea", 1))]
    taken = [(one.refund_id, quantities(one)) for one in claw_backs(rules, OF, *returns)]
    assert taken == [("r1", {("points", ""): 20}), ("r2", {("points", ""): 40})]


def test_a_return_is_judged_by_the_version_that_gave_the_award():
    first = plan(offer("gift", MUG, TEN_OFF, when=[SpendAtLeast(6000)], keep=[Kind.COUPON]))
    second = plan(offer("gift", MUG, TEN_OFF, when=[SpendAtLeast(1000)]), version=2)
    book = opening_book(first)
    list(settle([paid_event(OF, first)], first, book))
    later = replace(OF, order_id="2", paid_at=at(18))
    returns = {one.order_id: [refund("r", one, ("tea", 3))] for one in (OF, later)}
    events = [
        paid_event(later, second),
        refund_event(returns["1"][0], OF, returns["1"], first),
        refund_event(returns["2"][0], later, returns["2"], second),
    ]
    settlements = list(settle(events, second, book, earlier=[first]))
    assert settlements[0].awards[0].plan_version == 2
    assert [quantities(one) for one in settlements[1].claw_backs] == [{("gift", "mug"): 1}]
    assert settlements[2].claw_backs == ()


def test_an_offer_that_a_later_version_dropped_is_still_taken_back():
    first, second = plan(offer("gift", MUG)), plan(offer("other", SAMPLE), version=2)
    book = opening_book(first)
    list(settle([paid_event(OF, first)], first, book))
    event = refund_event(refund("r", OF, ("tea", 5)), OF, [refund("r", OF, ("tea", 5))], first)
    (settlement,) = settle([event], second, book, earlier=[first])
    assert [one.offer_id for one in settlement.claw_backs] == ["gift"]


# --- expiry -----------------------------------------------------------------------------------------------

COUPON = plan(offer("coupon", TEN_OFF, budget=MONEY), budget={"coupons": 1000}, coupons=plan().coupons)
EXPIRES = OF.paid_at + timedelta(days=30)
LONG = replace(
    COUPON, offers=(replace(COUPON.offers[0], during=replace(COUPON.offers[0].during, ends_at=at(31, month=12))),)
)


def test_an_unused_coupon_frees_its_money_at_exactly_the_time_it_expires():
    just_before = order("2", 100, paid_at=EXPIRES - timedelta(microseconds=1))
    exactly = order("3", 100, paid_at=EXPIRES)
    events = to_events([OF, just_before, exactly], {}, LONG)
    outcomes = [award.outcome.value for one in settle(events, LONG, opening_book(LONG)) for award in one.awards]
    assert outcomes == ["granted", "refused", "granted"]


def test_an_expired_coupon_is_gone_and_a_return_takes_it_no_more():
    book = opening_book(LONG)
    history = [OF, refund("r", OF, ("tea", 5), refunded_at=EXPIRES)]
    settlements = settled(LONG, *history, book=book)
    assert settlements[1].claw_backs == ()
    ((released, gone),) = (group.entries for group in settlements[1].groups)
    assert (released.at, gone.at) == (EXPIRES, EXPIRES)
    assert (gone.debit.owner, gone.amount) == ("customer/c1", 1)
    assert book.held["1"][0].holdings[0].lapsed
    assert budget_left(LONG, book, "coupons") == 1000


def test_a_coupon_returned_before_its_time_does_not_expire_again():
    book = opening_book(LONG)
    history = [
        OF,
        refund("r", OF, ("tea", 5), refunded_at=EXPIRES - timedelta(seconds=1)),
        order("2", 100, customer=None, paid_at=EXPIRES + timedelta(days=1)),
    ]
    settlements = settled(LONG, *history, book=book)
    assert [len(one.claw_backs) for one in settlements] == [0, 1, 0]
    assert settlements[2].groups == ()
    assert budget_left(LONG, book, "coupons") == 1000


def test_what_is_left_of_partly_returned_coupons_expires():
    steps = [spend(2000 * n, CouponBenefit("ten-off", n), number=n) for n in range(1, 6)]
    rules = plan(offer("steps", rungs=steps, budget=MONEY), budget={"coupons": 5000})
    book = opening_book(rules)
    history = [OF, refund("r", OF, ("tea", 2)), order("2", 100, customer=None, paid_at=EXPIRES)]
    settlements = settled(rules, *history, book=book)
    assert [len(one.groups) for one in settlements] == [1, 1, 1]
    assert budget_left(rules, book, "coupons") == 5000


def test_points_do_not_expire():
    rules = plan(offer("points", PER_YUAN, budget=MONEY), budget={"points": 1000})
    settlements = settled(rules, OF, order("2", 100, customer=None, paid_at=at(1, month=12)))
    assert [len(one.groups) for one in settlements] == [1, 0]
