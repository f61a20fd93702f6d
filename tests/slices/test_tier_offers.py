"""Offers that ask for tiers, birthdays and member days: one answer in every form in which orders are settled."""

from __future__ import annotations

import csv
import itertools
from dataclasses import astuple, replace
from datetime import timedelta
from random import Random

import pytest

from jiacan.customers import facade as customers
from jiacan.customers.contracts import BirthDate
from jiacan.kernel.messages import Name
from jiacan.ledger import facade as ledger
from jiacan.offers.contracts.benefits import CouponBenefit, DiscountBenefit, GiftBenefit, PointsBenefit
from jiacan.offers.contracts.conditions import InBirthdayMonth, OnMonthDays, OnTiers, SpendAtLeast
from jiacan.offers.contracts.rules import Ladder as Rungs
from jiacan.offers.contracts.rules import Limits, Rung
from jiacan.offers.contracts.tiers import Ladder, Measure, Tier
from jiacan.offers.core.rehearse import rehearse
from jiacan.offers.core.tiers import tier_before
from jiacan.offers.facade import awarding, bulk, reading, reserving
from jiacan.offers.facade.replaying import replay
from jiacan.orders import facade as orders
from jiacan.orders.contracts import Buyer, EventKey, IncomingOrder, Order
from jiacan.orders.core.goods import kept_of
from jiacan.tenancy import facade as tenancy
from tests.core.small_plans import RUN, SHANGHAI, at, goods, offer, order, plan, refund
from tests.slices.test_bulk_settling import NOW, WHO, stored

pytestmark = pytest.mark.django_db

SHOPS = itertools.count()
SEEDS = (3, 7)
NAMES = {tier: Name(tier, tier.capitalize()) for tier in ("silver", "gold", "diamond")}
NEEDS = {"silver": 8_000, "gold": 25_000, "diamond": 40_000}
FROM_GOLD = OnTiers(frozenset({"gold", "diamond"}))
LADDER = Ladder(
    plan_id="spring",
    tiers=tuple(Tier(tier, name, NEEDS[tier]) for tier, name in NAMES.items()),
    measure=Measure.SPEND,
    within=timedelta(days=6),
    grace=timedelta(days=1),
    zone=SHANGHAI,
    currency="CNY",
)
MANY = (
    PointsBenefit(2, per_minor=100, by_tier=(("silver", 150), ("gold", 200), ("diamond", 275))),
    GiftBenefit("sample", 1),
)
OFFERS = (
    offer("points", *MANY, budget={}),
    offer(
        "ladder",
        ladder=Rungs.BEST,
        rungs=[
            Rung(1, (SpendAtLeast(2_000),), (CouponBenefit("ten-off", 1),)),
            Rung(2, (SpendAtLeast(2_000), FROM_GOLD), (GiftBenefit("mug", 1),)),
        ],
        otherwise=(PointsBenefit(7, by_tier=(("diamond", 150),)),),
        limits=Limits(per_customer=3),
    ),
    offer("member-day", PointsBenefit(8), when=[OnMonthDays(frozenset({18, 28})), OnTiers(frozenset(NAMES))]),
)


def plan_of(*offers, **more):
    return plan(*offers, stock={"mug": 9}, ladder=LADDER, tiers=NAMES, staff=frozenset(), **more)


def history(seed, *, number=60):
    """Orders of few customers from a week before the plan runs, many at one moment, and what came back of them."""
    random, found = Random(seed), []
    for place in range(number):
        paid_at = at(9) + timedelta(hours=6 * random.randint(0, 80))
        lines = [goods("tea", 100 * random.randint(1, 40), random.randint(1, 3)), goods("cup", 1_500)]
        customer = random.choice(["anna", "ben", "cleo", None])
        found.append(order(f"o-{place:02}", *lines, customer=customer, paid_at=paid_at))
    found.sort(key=lambda of: (of.paid_at, of.order_id))
    backs = []
    for of in found:
        for _ in range(random.choice([0, 0, 1, 2])):
            after = timedelta(hours=6 * random.randint(0, 16))
            what = ("tea", random.randint(1, 2)) if random.random() < 0.6 else ("cup", 1)
            backs.append(refund(f"r-{len(backs):02}", of, what, refunded_at=of.paid_at + after))
    return found, backs


def shop_of(rules):
    shop = tenancy.open_shop(f"tiers-{next(SHOPS)}", zone=rules.zone, currency="CNY").id
    awarding.open_plan(shop, rules, None, actor=WHO)
    return shop


def incoming(of: Order) -> IncomingOrder:
    return IncomingOrder(of.order_id, of.customer_id, of.lines, paid_at=of.paid_at)


def keys_of(found, backs):
    by_id = {of.order_id: of for of in found}
    paid = [EventKey(of.paid_at, False, of.order_id, of.order_id) for of in found]
    back = [
        EventKey(max(one.refunded_at, by_id[one.order_id].paid_at), True, one.refund_id, one.order_id)
        for one in backs
    ]
    return sorted(key for key in (*paid, *back) if by_id[key.order_id].paid_at in RUN)


def run(rules, found, backs, *, events):
    """Everything is recorded, then settled by tables, or one by one where no number is given."""
    shop = shop_of(rules)
    orders.take(shop, [incoming(of) for of in found], backs, currency="CNY")
    what = bulk.Settling(shop, rules, {rules.version: rules}.__getitem__, lambda: NOW, lambda _: None)
    walk = (
        bulk.settle_one_by_one(what, RUN, events=50)
        if events is None
        else bulk.settle_by_tables(what, RUN, events=events)
    )
    reached = list(walk)
    assert all(each.by_tables is (events is not None) for each in reached)
    return shop


def as_it_happened(rules, found, backs):
    """Each order is recorded and settled when it is paid, each refund when it comes."""
    shop, by_id = shop_of(rules), {of.order_id: of for of in found}
    back_of = {(one.refund_id, one.order_id): one for one in backs}
    past = [of for of in found if of.paid_at not in RUN]
    of_past = {of.order_id for of in past}
    orders.take(shop, [incoming(of) for of in past], [], currency="CNY")
    early = sorted(
        EventKey(one.refunded_at, True, one.refund_id, one.order_id) for one in backs if one.order_id in of_past
    )
    for key in sorted([*early, *keys_of(found, backs)]):
        if key.is_refund:
            orders.take(shop, [], [back_of[key.id, key.order_id]], currency="CNY")
        else:
            orders.take(shop, [incoming(by_id[key.order_id])], [], currency="CNY")
        if key.order_id not in of_past:
            awarding.settle_events(shop, rules, [key], rules_of={1: rules}.__getitem__, at=key.occurred_at)
    return shop


def as_tuples(rows):
    """Rows of an awards file, whatever their order."""
    return sorted(tuple(str(value) for value in astuple(row)) for row in rows)


def rows(shop):
    return as_tuples(reading.award_rows_of(shop, "spring"))


def from_files(rules, found, backs, folder):
    """The rows of a rehearsal of two files."""
    with (folder / "orders.csv").open("w") as file:
        write = csv.writer(file).writerow
        write(["order_id", "customer_id", "paid_at", "sku", "quantity", "unit_price"])
        for of in found:
            for line in of.lines:
                price = f"{line.unit_price_micros / 10**6:.2f}"
                write([of.order_id, of.customer_id or "", of.paid_at.isoformat(), line.sku, line.quantity, price])
    with (folder / "refunds.csv").open("w") as file:
        write = csv.writer(file).writerow
        write(["refund_id", "order_id", "refunded_at", "sku", "quantity"])
        for one in backs:
            for line in one.lines:
                write([one.refund_id, one.order_id, one.refunded_at.isoformat(), line.sku, line.quantity])
    files = [folder / "orders.csv"], [folder / "refunds.csv"]
    with orders.read_history(*files, zone=rules.zone, currency="CNY") as read:
        assert read.summary.bad_rows == 0
        told = []
        replay(read, rules, on_share=lambda _: None, on_rows=told.append)
    return sorted(tuple(map(str, each.values())) for table in told for each in table.to_pylist())


def by_the_rule(rules, found, backs):
    """The rows of a rehearsal of values, each order with the tier that the walk through its customer's time finds."""
    of_orders = {of.order_id: [one for one in backs if one.order_id == of.order_id] for of in found}
    kept = {}
    for of in found:
        kept.setdefault(of.customer_id, []).append(kept_of(of, of_orders[of.order_id], "CNY"))
    known = [
        replace(of, buyer=Buyer(tier_before(LADDER, kept[of.customer_id], of.paid_at, of.order_id)))
        for of in found
        if of.paid_at in RUN
    ]
    assert len({of.buyer for of in known}) == 4, "a history in which customers stand on every tier"
    return as_tuples(rehearse(known, of_orders, rules).rows)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_form_gives_the_same(seed, tmp_path):
    rules = plan_of(*OFFERS)
    found, backs = history(seed)
    expected = by_the_rule(rules, found, backs)
    assert {row[2] for row in expected} == {"points", "ladder", "member-day"}
    assert from_files(rules, found, backs, tmp_path) == expected
    shops = [run(rules, found, backs, events=events) for events in (7, 1000, None)]
    shops.append(as_it_happened(rules, found, backs))
    for shop in shops:
        assert rows(shop) == expected
        assert ledger.audit(shop).clean
    assert stored(shops[0]) == stored(shops[1]) == stored(shops[2])


def test_every_form_gives_the_same_of_offers_on_prices(tmp_path):
    off = offer("off", DiscountBenefit(percent=10), when=[FROM_GOLD], budget={})
    rules, (found, backs) = plan_of(off, OFFERS[0]), history(7)
    expected = by_the_rule(rules, found, backs)
    assert "off" in {row[2] for row in expected}
    assert from_files(rules, found, backs, tmp_path) == expected
    assert rows(run(rules, found, backs, events=None)) == expected
    assert rows(as_it_happened(rules, found, backs)) == expected


def test_a_return_takes_back_by_the_tier_of_the_order_whatever_tier_the_customer_has_then():
    paid = [order("o-1", goods("pot", 25_000), paid_at=at(16)), order("o-2", goods("cup", 500, 4), paid_at=at(17))]
    backs = [
        refund("r-1", paid[0], ("pot", 1), refunded_at=at(18)),
        refund("r-2", paid[1], ("cup", 1), refunded_at=at(19)),
    ]
    shop = as_it_happened(plan_of(offer("points", MANY[0])), paid, backs)
    assert [row[6:] for row in rows(shop) if row[0] == "o-2"] == [
        ("20", "20", "clawed_back", "refund:r-2"),
        ("80", "80", "granted", ""),
    ]


def test_a_receipt_says_on_which_tier_the_customer_stood():
    paid = [order("o-1", goods("pot", 9_000), paid_at=at(16)), order("o-2", goods("cup", 500, 4), paid_at=at(17))]
    gold = offer("gold", PointsBenefit(1), when=[FROM_GOLD])
    rules = plan_of(offer("points", MANY[0]), gold)
    shop = as_it_happened(rules, paid, [])
    met, unmet = reading.receipt(shop, "o-2", rules, rules_of={1: rules}.__getitem__)
    assert str(met.basis).endswith("; by their orders the customer stood on Silver")
    assert str(unmet.says) == (
        "Not met: it is for Gold, Diamond, and by their orders the customer stood on Silver; it gives 1 points."
    )


def with_birthdays(rules, told):
    """A shop in which these customers said when their birthdays are, and when they said so."""
    shop = shop_of(rules)
    for customer, month, when in told:
        customers.record_birthday(shop, customer, BirthDate(month, 29 if month == 2 else 1), by=WHO, at=when)
    return shop


def settle_by_tables(shop, rules):
    what = bulk.Settling(shop, rules, {1: rules}.__getitem__, lambda: NOW, lambda _: None)
    return [each.by_tables for each in bulk.settle_by_tables(what, RUN, events=1000)]


def settle_one_by_one(shop, rules):
    what = bulk.Settling(shop, rules, {1: rules}.__getitem__, lambda: NOW, lambda _: None)
    return list(bulk.settle_one_by_one(what, RUN, events=50))


@pytest.mark.parametrize("settle", [settle_by_tables, settle_one_by_one])
def test_a_birthday_counts_as_it_was_known_when_the_order_was_paid(settle):
    rules = plan_of(offer("cake", GiftBenefit("mug", 1), when=[InBirthdayMonth()]), asks_birthdays=True)
    early, late = at(1), at(20)
    told = [("anna", 11, early), ("ben", 10, early), ("cleo", 11, late), ("dora", 11, early)]
    shop = with_birthdays(rules, told)
    found = [
        order(f"o-{name}", 100, customer=name, paid_at=at(17)) for name in ("anna", "ben", "cleo", "dora", "eva")
    ]
    orders.take(shop, [incoming(of) for of in found], [], currency="CNY")
    settle(shop, rules)
    assert {row[0] for row in rows(shop)} == {"o-anna", "o-dora"}
    customers.record_birthday(shop, "dora", BirthDate(10, 1), by=WHO, at=late)
    back = refund("r-1", found[0], (found[0].lines[0].sku, 1))
    orders.take(shop, [incoming(order("o-late", 100, customer="dora", paid_at=at(17)))], [back], currency="CNY")
    settle(shop, rules)
    assert [(row[0], row[8]) for row in rows(shop)] == [
        ("o-anna", "clawed_back"),
        ("o-anna", "granted"),
        ("o-dora", "granted"),
    ]


def test_a_birthday_that_changed_since_takes_nothing_back_by_itself():
    rules = plan_of(offer("cake", GiftBenefit("mug", 1), when=[InBirthdayMonth()]), asks_birthdays=True)
    shop = with_birthdays(rules, [("dora", 11, at(1))])
    paid = order("o-1", goods("cup", 100, 3), customer="dora", paid_at=at(17))
    orders.take(shop, [incoming(paid)], [], currency="CNY")
    settle_by_tables(shop, rules)
    customers.record_birthday(shop, "dora", BirthDate(10, 1), by=WHO, at=at(18))
    orders.take(shop, [], [refund("r-1", paid, ("cup", 1))], currency="CNY")
    settle_by_tables(shop, rules)
    assert [row[8] for row in rows(shop)] == ["granted"]


def test_a_cart_is_quoted_and_reserved_by_the_tier_of_its_customer():
    gold = offer("gold", PointsBenefit(1), when=[FROM_GOLD])
    rules = plan_of(offer("points", MANY[0]), gold)
    shop = as_it_happened(rules, [order("o-1", goods("pot", 9_000), paid_at=at(16))], [])
    cart = order("o-2", goods("cup", 500, 4), paid_at=at(17))
    found = awarding.quote(shop, cart, rules, rules_of={1: rules}.__getitem__)
    assert [(one.offer_id, [item.quantity for item in one.items]) for one in found.offers if one.items] == [
        ("points", [60])
    ]
    made, _ = reserving.reserve(
        shop,
        replace(incoming(cart), paid_at=None),
        [rules],
        rules_of=lambda *_: rules,
        new_id="00000000-0000-0000-0000-000000000001",
        at=cart.paid_at,
        expires_at=at(18),
        made_by="tests",
    )
    assert [(award.offer_id, award.items[0].quantity) for award in made.awards["spring"]] == [("points", 60)]
