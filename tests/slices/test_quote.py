"""A quote from the books: what is promised is what is then given, and nothing is written for it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jiacan.ledger import facade as ledger
from jiacan.ledger.models import Account, Transfer
from jiacan.offers.facade import awarding, reading
from jiacan.offers.models import Award, AwardItem, ClawBackItem, SettledEvent
from jiacan.orders import facade as orders
from jiacan.orders.contracts import EventKey, IncomingOrder, OrderLine, Refund, RefundLine
from jiacan.plans import facade as plans
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor

pytestmark = pytest.mark.django_db

CLERK = Actor("clerk", "test")
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
TABLES = (Account, Transfer, Award, AwardItem, ClawBackItem, SettledEvent)
PLAN = """\
format: jiacan.plan/1
id: prices
name: Prices
shop: tea
currency: CNY
timezone: Asia/Shanghai
phases: {run: {from: 2026-03-10, to: 2026-03-20}}
budget: {lines: [{id: prices, amount: 30}, {id: coupons, amount: 10}]}
stock: [{id: mug, units: 2, unit_cost: 3, value: 8}]
coupons: [{id: ten-off, off: 10, min_spend: 50, valid: 2d}]
offers:
  - {id: third, during: run, give: [{discount: {free: 3}}], budget: {discount: prices}, limit: {per_customer: 1}}
  - {id: mug, during: run, when: {spend: 50}, give: [{gift: mug}]}
  - {id: coupon, during: run, when: {spend: 40}, give: [{coupon: ten-off}], budget: {coupon: coupons}}
  - {id: shipping, during: run, when: {spend: 60}, give: [{discount: {shipping: free}}]}
"""


@pytest.fixture
def shop():
    return tenancy.open_shop("tea").id


@pytest.fixture
def rules(shop):
    live = plans.go_live(shop, plans.check_text(PLAN, source="plan.yaml"), actor=CLERK)
    awarding.open_plan(shop, live, None, actor=CLERK)
    return live


def cart(order_id, minor, quantity=1, *, customer="c1", at=NOON):
    """So many teas of so many fen each, with shipping for 8.00."""
    lines = (OrderLine("tea", quantity, minor * 10_000), OrderLine("cup", 1, 5_000_000))
    return IncomingOrder(order_id, customer, lines, paid_at=at, shipping_minor=800)


def quote(shop, rules, wanted):
    number = orders.next_number(shop, wanted.customer_id, wanted.order_id, wanted.paid_at)
    of = wanted.as_paid(wanted.paid_at, number=number)
    return awarding.quote(shop, of, rules, rules_of=lambda version: plans.load_rules(shop, rules.plan_id, version))


def settle(shop, rules, *events):
    return awarding.settle_events(
        shop,
        rules,
        events,
        rules_of=lambda version: plans.load_rules(shop, rules.plan_id, version),
        at=events[-1].occurred_at,
    )


def pay(shop, rules, wanted):
    """The awards of the cart, paid."""
    orders.take(shop, [wanted], [], currency="CNY")
    key = EventKey(wanted.paid_at, is_refund=False, id=wanted.order_id, order_id=wanted.order_id)
    return settle(shop, rules, key).awards


def written(shop):
    """Every row that offers and the ledger hold."""
    return [sorted(table.objects.filter(shop_id=shop).values_list(), key=str) for table in TABLES]


def given(answer):
    return {one.offer_id: (one.outcome, one.reason, one.items) for one in answer.offers if one.outcome != "not_met"}


def test_what_is_quoted_is_what_is_given_order_after_order(shop, rules):
    for number, (minor, quantity) in enumerate([(2000, 2), (3000, 3), (1000, 5), (6000, 1), (900, 2)]):
        wanted = cart(f"A{number}", minor, quantity, customer=f"c{number % 3}", at=NOON + timedelta(minutes=number))
        promised = quote(shop, rules, wanted)
        awards = pay(shop, rules, wanted)
        assert given(promised) == {
            award.offer_id: (
                award.outcome,
                "" if award.refusal is None else award.refusal.code,
                () if award.refusal else award.items,
            )
            for award in awards
        }
        assert promised.off_minor == sum(
            item.amount_minor
            for award in awards
            if not award.refusal
            for item in award.items
            if item.kind == "discount"
        )


def test_a_quote_writes_nothing_and_locks_nothing(shop, rules):
    pay(shop, rules, cart("A1", 3000, 3))
    before = written(shop)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = quote(shop, rules, cart("A2", 3000, 3, customer="c2"))
    assert answer.off_minor == 800  # the free piece of A1 used the budget up
    assert written(shop) == before
    statements = [query["sql"].split()[0].upper() for query in asked]
    assert set(statements) == {"SELECT"}
    assert [query["sql"] for query in asked if " FOR " in query["sql"].upper() or "lock" in query["sql"]] == []


def test_the_books_decide_what_is_promised(shop, rules):
    assert [step.offer_id for step in quote(shop, rules, cart("A0", 1000)).steps] == [
        "third",
        "mug",
        "coupon",
        "shipping",
    ]
    pay(shop, rules, cart("A1", 3000, 3))
    pay(shop, rules, cart("A2", 3000, 3, customer="c2"))
    # Both mugs and the one coupon are gone, and c1 has had the one free piece.
    answer = quote(shop, rules, cart("A3", 3000, 3))
    assert {one.offer_id: one.reason for one in answer.offers} == {
        "third": "limit:per_customer",
        "mug": "stock:mug",
        "coupon": "budget:coupons",
        "shipping": "",
    }
    assert [step.offer_id for step in quote(shop, rules, cart("A4", 1000)).steps] == ["shipping"]


def test_what_lapses_until_then_is_there_to_be_quoted_whichever_version_gave_it(shop, rules):
    pay(shop, rules, cart("A1", 4000))
    assert given(quote(shop, rules, cart("A2", 4000, customer="c2")))["coupon"][:2] == ("refused", "budget:coupons")
    renamed = plans.check_text(PLAN.replace("id: coupon,", "id: voucher,"), source="plan.yaml")
    later = plans.go_live(shop, renamed, actor=CLERK)
    awarding.open_plan(shop, later, rules, actor=CLERK)
    in_three_days = cart("A3", 4000, customer="c2", at=NOON + timedelta(days=3))
    assert given(quote(shop, later, in_three_days))["voucher"][0] == "granted"


def test_a_guest_is_quoted_list_prices(shop, rules):
    answer = quote(shop, rules, cart("A1", 3000, 3, customer=None))
    assert (answer.off_minor, answer.total_minor) == (0, 9000 + 500 + 800)
    assert {str(one.says) for one in answer.offers} == {"Not met: the order was placed without an account."}


def test_the_receipt_says_which_lines_a_discount_fell_on_and_what_a_return_took_back(shop, rules):
    pay(shop, rules, cart("A1", 3000, 3))
    refund = Refund("R1", "A1", NOON + timedelta(days=1), (RefundLine("tea", 2),))
    orders.take(shop, [], [refund], currency="CNY")
    settle(shop, rules, EventKey(refund.refunded_at, is_refund=True, id="R1", order_id="A1"))
    lines = reading.receipt(shop, "A1", rules, rules_of=lambda version: plans.load_rules(shop, "prices", version))
    told = [(line.offer_id, line.outcome, str(line.says)) for line in lines if line.offer_id in ("third", "shipping")]
    back = "Taken back after the return of 03-11 12:00 (R1): "
    assert told == [
        ("third", "granted", "Given: 30.00 CNY off."),
        ("third", "clawed_back", f"{back}30.00 CNY off."),
        ("shipping", "granted", "Given: 8.00 CNY off shipping."),
        ("shipping", "clawed_back", f"{back}8.00 CNY off shipping."),
    ]
    basis = next(str(line.basis) for line in lines if line.offer_id == "third")
    assert basis == (
        "plan prices version 1, offer third, for a spend of 95.00 CNY; from budget prices; "
        "line by line: tea 30.00 CNY"
    )
    assert ledger.audit(shop).clean
