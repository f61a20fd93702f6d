"""Tiers that offers give on a real database: from the award on, until they are over or taken back."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection
from django.db.migrations import RunSQL
from django.test.utils import CaptureQueriesContext

from jiacan.campaigns.facade import online, running, standing
from jiacan.campaigns.facade.live import find_live
from jiacan.members.contracts.mall import NotToBeHad, State
from jiacan.members.models.tiers import Standing, TierGift, TierStep
from jiacan.offers.contracts.occasions import Occasion
from jiacan.offers.contracts.rules import Trigger
from jiacan.offers.facade import bulk, occasions, reading, taking_back
from jiacan.orders import facade as orders
from jiacan.plans import facade as plans
from jiacan.webhooks.contracts import EventKind
from jiacan.webhooks.models import Delivery
from tests.slices.birthday_shop import birthday_shop, born, look, moment
from tests.slices.commands import jiacan, jiacan_json
from tests.slices.histories import PLAN
from tests.slices.mall_shop import MALL, MallShop
from tests.slices.members_shop import day
from tests.slices.online_shop import AT, PLAN_ID, WHO, assert_books_add_up, go_live, order, refund
from tests.slices.test_online_announcements import Listener

pytestmark = pytest.mark.django_db

TIERS = """
tiers:
  - {id: silver, name: {zh: 银卡, en: Silver}, needs: {spend: 100}}
  - {id: gold, name: {zh: 金卡, en: Gold}, needs: {spend: 1000}}
membership: {within: 60d, grace: 10d}
"""
UPGRADE = (
    "    give: [{gift: mug}]\n    budget: {gift: gifts}",
    "    on: month_start\n    give: [{tier: gold, for: month}]",
)
BY_ORDER = """\
  - id: big-order
    during: run
    when: {spend: 200}
    give: [{tier: gold, for: 10d}]

"""


def upgrade_shop(*edits, terms=TIERS):
    """A shop whose customers stand on gold in the month of their birthday."""
    return birthday_shop(UPGRADE, *edits, terms=terms)


def order_shop(slug="gifts", *edits):
    """A shop in which an order of 200 gives gold for ten days."""
    return go_live(slug, ("\noffers:\n", f"{TIERS}\noffers:\n{BY_ORDER}"), *edits)


def stands(shop, at, customer="anna"):
    """Where the customer stands, and where by their orders."""
    (found,) = standing.tiers_of(shop.id, customer, at=at)
    return tuple("" if each is None else each.id for each in (found.tier, found.by_orders))


def steps(shop, customer="anna"):
    rows = TierStep.objects.filter(shop_id=shop.id, customer_id=customer).order_by("id")
    return [(row.before, row.after, row.at, row.cause, row.offer_id) for row in rows]


def buy(shop, number, spend, *, days=0, customer="anna"):
    paid = order(number, spend, customer=customer, after=days * 24 * 60)
    online.take(shop, [paid], [], at=paid.paid_at)


# --- the month of a birthday ------------------------------------------------------------------------------


def test_the_month_of_a_birthday_is_spent_on_a_higher_tier_and_ends_by_the_clock():
    shop = upgrade_shop()
    born(shop, 3, 31, "anna")
    look(shop, 3, 1, 1)
    (found,) = standing.tiers_of(shop.id, "anna", at=moment(3, 20))
    assert (found.tier.id, found.by_orders, found.next.id, found.since) == ("gold", None, "silver", moment(3, 1, 1))
    assert (found.gift.offer_id, found.gift.ends_at) == ("happy", moment(4, 1, 0))
    assert standing.follow_all(moment(3, 31, 22)) == 0
    assert stands(shop, moment(4, 1, 0)) == ("", "")
    assert standing.follow_all(moment(4, 1, 1)) == 1
    assert standing.follow_all(moment(4, 1, 2)) == 0
    assert steps(shop) == [
        ("", "gold", moment(3, 1, 1), "given", "happy"),
        ("gold", "", moment(4, 1, 0), "over", "happy"),
    ]


def test_a_clock_that_comes_months_late_takes_the_same_step_on_the_same_day():
    shop = upgrade_shop()
    born(shop, 3, 31, "anna")
    look(shop, 3, 1)
    assert stands(shop, moment(6, 1)) == ("", "")
    assert standing.follow_all(moment(6, 1)) == 1
    assert steps(shop)[1] == ("gold", "", moment(4, 1, 0), "over", "happy")


def test_when_the_month_is_over_the_customer_stands_where_their_orders_put_them():
    shop = upgrade_shop()
    born(shop, 3, 31, "anna")
    look(shop, 3, 1)
    minutes = (moment(3, 10) - AT).total_seconds() / 60
    online.take(shop, [order(1, 120, customer="anna", after=minutes)], [], at=moment(3, 10))
    assert stands(shop, moment(3, 20)) == ("gold", "silver")
    standing.follow_all(moment(4, 2))
    assert steps(shop)[1:] == [("gold", "silver", moment(4, 1, 0), "over", "happy")]
    assert stands(shop, moment(4, 2)) == ("silver", "silver")


def test_another_gift_of_a_birthday_sees_the_tier_that_was_given():
    more = "    during: {from: 2097-01-01, to: 2099-12-31}\n"
    gift = f"  - id: cake\n    trigger: birthday\n{more}    when: {{tier: gold}}\n    give: [{{points: 88}}]\n"
    shop = upgrade_shop(("  - id: happy\n", f"{gift}    budget: {{points: rewards}}\n  - id: happy\n"))
    born(shop, 3, 31, "anna")
    born(shop, 4, 1, "bo")
    look(shop, 3, 1)
    look(shop, 3, 31)
    look(shop, 5, 2)
    cakes = [each.customer_id for each in reading.awards_of(shop.id, PLAN_ID) if each.offer_id == "cake"]
    assert cakes == ["anna"]


# --- an order ---------------------------------------------------------------------------------------------


def test_an_order_gives_a_tier_from_its_payment_on_and_its_return_ends_that_at_once():
    shop = order_shop()
    buy(shop, 1, 200)
    assert stands(shop, day(1)) == ("gold", "silver")
    online.take(shop, [], [refund(1, of=1, after=2 * 24 * 60)], at=day(2))
    assert stands(shop, day(2)) == ("silver", "silver")
    assert steps(shop) == [
        ("", "silver", AT, "orders", ""),
        ("silver", "gold", AT, "given", "big-order"),
        ("gold", "silver", day(2), "taken_back", "big-order"),
    ]
    assert standing.follow_all(day(11)) == 0
    assert_books_add_up(shop)


def test_an_award_that_is_taken_back_by_hand_ends_the_tier():
    shop = order_shop()
    buy(shop, 1, 200)
    live = find_live(shop.id, PLAN_ID)
    taking_back.take_back(
        *(shop.id, live.rules, "o-1", "big-order"), rules_of=live, reason="Why", actor=WHO, at=day(3)
    )
    assert steps(shop)[-1] == ("gold", "silver", day(3), "taken_back", "big-order")


def test_orders_see_where_a_customer_stands_by_their_orders_alone():
    asks = "  - id: for-gold\n    during: run\n    when: {tier: gold}\n    give: [{ticket: lucky-draw}]\n\n"
    shop = order_shop("gifts", ("  - id: big-order\n", f"{asks}  - id: big-order\n"))
    buy(shop, 1, 200)
    assert stands(shop, day(1))[0] == "gold"
    buy(shop, 2, 10, days=1)
    assert [each for each in reading.awards_of(shop.id, PLAN_ID) if each.offer_id == "for-gold"] == []


def settled_by_tables(shop, live):
    """Settle what is recorded by the chunk, of three events each, as a run over millions does."""
    what = bulk.Settling(shop.id, live.rules, live, lambda: day(40), lambda _: None)
    reached = list(bulk.settle_by_tables(what, live.rules.window, events=3))
    assert len(reached) > 2
    assert all(each.by_tables for each in reached)
    standing.catch_up(shop.id, [live], at=day(40))


def test_orders_from_files_give_what_those_that_come_one_by_one_give():
    found = {}
    for way in ("one-by-one", "files", "tables"):
        shop = order_shop(way)
        paid = [order(n, 200 if n % 3 else 60, customer=f"c-{n % 2}", after=n * 36 * 60) for n in range(8)]
        back = [refund(1, of=7, after=19 * 24 * 60)]
        if way == "one-by-one":
            for each in paid:
                online.take(shop, [each], [], at=each.paid_at)
            online.take(shop, [], back, at=day(19))
            standing.follow_all(day(40))
        else:
            orders.take(shop.id, paid, back, currency="GBP")
            live = find_live(shop.id, PLAN_ID)
            if way == "tables":
                settled_by_tables(shop, live)
            for _ in range(2):
                running.settle_recorded(shop.id, live.rules, on_progress=lambda *_: None, now=lambda: day(40))
        gifts = TierGift.objects.filter(shop_id=shop.id).order_by("order_id")
        kept = gifts.values_list("order_id", "customer_id", "tier", "starts_at", "ends_at", "taken_at")
        found[way] = (steps(shop, "c-0"), steps(shop, "c-1"), list(kept))
    assert found["files"] == found["tables"] == found["one-by-one"]
    causes = {step[3] for of_customer in found["tables"][:2] for step in of_customer}
    assert causes == {"orders", "given", "over", "taken_back"}


def test_nobody_who_is_held_out_is_put_on_a_tier():
    shop = order_shop("gifts", ("\noffers:\n", "\nholdout: {share: 99%}\noffers:\n"))
    for number in range(20):
        buy(shop, number, 200, customer=f"c-{number}")
    assert TierGift.objects.count() == sum(
        award.outcome == "granted" for award in reading.awards_of(shop.id, PLAN_ID) if award.offer_id == "big-order"
    )
    assert TierGift.objects.count() < 3


# --- what pends, and versions -----------------------------------------------------------------------------

FRIENDS = ("to_referrer: [{points: 500}]", "to_referrer: [{tier: gold, for: 30d}, {points: 500}]")


def test_what_pends_puts_nobody_on_a_tier_until_it_is_confirmed_and_lasts_as_the_version_said_that_held_it():
    shop = order_shop("gifts", FRIENDS)
    first = find_live(shop.id, PLAN_ID).rules
    (offer,) = (each for each in first.offers if each.trigger is Trigger.REFERRAL_COMPLETED)
    brought = Occasion("~referral/1", offer.trigger, "anna", AT, AT, 1, offer.id)
    occasions.hold(shop.id, first, [brought], rules_of=lambda _: first, at=AT)
    assert (stands(shop, day(1)), TierGift.objects.count()) == (("", ""), 0)
    text = PLAN.read_text().replace("holdout: {share: 10%}\n", "")
    text = text.replace("\noffers:\n", f"{TIERS}\noffers:\n{BY_ORDER}")
    running.go_live(shop.id, plans.check_text(text, "plan"), actor=WHO)
    live = find_live(shop.id, PLAN_ID)
    occasions.confirm(shop.id, live.rules, [brought.id], rules_of=live, at=day(5))
    (gift,) = TierGift.objects.all()
    assert (gift.starts_at, (gift.ends_at - day(5)).days, stands(shop, day(6))) == (day(5), 30, ("gold", ""))


# --- who is told ------------------------------------------------------------------------------------------


def test_the_mall_opens_to_whom_a_tier_was_given_and_closes_when_it_is_over():
    cups = MALL.replace("price: {points: 100}", "price: {points: 100}\n    tiers: [gold]").replace("\ndraws:\n", "\n")
    shop = MallShop(order_shop("gifts", ("\ndraws:\n", f"{cups}draws:\n")))
    shop.give_points(1000)
    buy(shop.shop, 1, 120)
    assert str(shop.shown()["mall-coupon"].why_not) == "it is for Gold"
    buy(shop.shop, 2, 200, days=1)
    assert shop.redeem("mall-coupon", days=2).redemption.state is State.DONE
    with pytest.raises(NotToBeHad, match="it is for Gold"):
        shop.redeem("mall-coupon", key="k-2", days=12)


def test_every_begin_and_end_is_announced_with_its_cause_and_steps_of_one_moment_are_one_event():
    shop = order_shop()
    listener = Listener(shop, EventKind.TIER_CHANGED)
    buy(shop, 1, 200)
    standing.follow_all(day(12))
    assert listener.heard() == [
        ("tier.changed", f"{PLAN_ID}/anna/gold"),
        ("tier.changed", f"{PLAN_ID}/anna/silver"),
    ]
    payloads = [
        (said["before"], said["after"], said["cause"], said["offer"], said["until"])
        for said in (row.data for row in Delivery.objects.order_by("pk"))
    ]
    assert payloads == [
        ("", "gold", "given", "big-order", "2011-11-26T00:00:00+00:00"),
        ("gold", "silver", "over", "big-order", "2011-11-26T00:00:00+00:00"),
    ]


def test_a_plan_that_gives_no_tier_asks_nothing_of_tiers_when_it_settles():
    shop = go_live("gifts")
    with CaptureQueriesContext(connection) as seen:
        buy(shop, 1, 500)
    assert not any("members_tier" in query["sql"] or "members_standing" in query["sql"] for query in seen)
    assert Standing.objects.count() == 0


# --- what stood before ------------------------------------------------------------------------------------


def test_customers_who_stood_on_a_tier_before_tiers_could_be_given_stand_there_without_a_step():
    shop = order_shop()
    buy(shop, 1, 120)
    Standing.objects.update(stands="")
    migration = import_module("jiacan.members.migrations.0050_given_tiers")
    (fill,) = (each for each in migration.Migration.operations if isinstance(each, RunSQL))
    with connection.cursor() as cursor:
        cursor.execute(fill.sql)
    before = steps(shop)
    standing.follow_all(day(1))
    buy(shop, 2, 5, days=2)
    assert (steps(shop), stands(shop, day(2))) == (before, ("silver", "silver"))


@pytest.mark.django_db(transaction=True)
def test_the_command_line_says_where_a_customer_stands_and_that_a_tier_was_given(tmp_path, test_database_url):
    plan, orders_file = tmp_path / "plan.yaml", tmp_path / "orders.csv"
    text = PLAN.read_text().replace("\noffers:\n", f"{TIERS}\noffers:\n{BY_ORDER}").replace("10d}]", "6000m}]")
    plan.write_text(text.replace("holdout: {share: 10%}\n", ""))
    orders_file.write_text(
        "order_id,customer_id,placed_at,paid_at,sku,quantity,unit_price\n"
        "A1,c1,2011-11-15T10:00,2011-11-15T10:00,pot,1,200\n"
        "A2,c2,2011-11-15T10:00,2011-11-15T10:00,pot,1,160\n"
    )
    jiacan("run", plan, "--orders", orders_file, database_url=test_database_url)
    told = jiacan_json("customer", plan, "c1", database_url=test_database_url)
    until = "2511-11-16T00:00:00+00:00"
    assert told["tier"] == {
        "stands_on": "gold",
        "by_orders": None,
        "given": {"offer": "big-order", "order": "A1", "until": until},
    }
    assert "tier Gold" not in told["has"]
    said = " ".join(jiacan("customer", plan, "c1", database_url=test_database_url).split())
    assert "stands on: Gold, given by big-order up to and including 2511-11-15; by orders: no tier" in said
    other = " ".join(jiacan("customer", plan, "c2", database_url=test_database_url).split())
    assert "stands on: no tier" in other
