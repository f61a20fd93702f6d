"""Birthdays on a real database: given once a year, caught up with, and refused where they are too new."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from jiacan.campaigns.facade import birthdays, online
from jiacan.customers import facade as customers
from jiacan.members.facade import birthdays as members
from jiacan.members.facade import reading as points
from jiacan.members.models.birthdays import BirthdayTurn
from jiacan.members.store import birthdays as store
from jiacan.offers.contracts.awards import StockEmpty
from jiacan.offers.facade import reading
from tests.slices.birthday_shop import birthday_shop, born, look, moment, told
from tests.slices.online_shop import (
    AT,
    PLAN_ID,
    WHO,
    assert_books_add_up,
    assert_counters_agree,
    granted,
    mugs_left,
    order,
)

pytestmark = pytest.mark.django_db

MUG = ("granted", ["Custom mug"])


def test_a_birthday_is_given_for_on_its_day_and_once():
    shop = birthday_shop()
    born(shop, 3, 5, "anna")
    born(shop, 3, 6, "bo")
    mugs = mugs_left(shop)
    look(shop, 3, 4, 23.9)
    assert (told(shop, "anna"), mugs_left(shop)) == ([], mugs)
    for hour in (0, 1, 23):
        look(shop, 3, 5, hour)
    assert (told(shop, "anna"), told(shop, "bo"), mugs_left(shop)) == ([("2097-03-05", *MUG)], [], mugs - 1)
    assert_books_add_up(shop)
    assert_counters_agree(shop)


def test_days_on_which_nothing_ran_are_caught_up_with():
    shop = birthday_shop()
    born(shop, 3, 5, "anna")
    born(shop, 5, 20, "bo")
    born(shop, 6, 2, "chen")
    look(shop, 3, 1)
    look(shop, 6, 1)
    assert [told(shop, each) for each in ("anna", "bo", "chen")] == [
        *([("2097-03-05", *MUG)], [("2097-05-20", *MUG)], [])
    ]
    assert store.done_until(shop.id, PLAN_ID, "happy").isoformat() == "2097-05-31"


def test_the_next_year_gives_again_and_the_29th_of_february_is_kept_on_the_28th():
    shop = birthday_shop()
    born(shop, 2, 29, "anna")
    look(shop, 2, 27)
    assert told(shop, "anna") == []
    look(shop, 2, 28)
    look(shop, 3, 1, year=2098)
    assert told(shop, "anna") == [("2098-02-28", *MUG), ("2097-02-28", *MUG)]


def test_a_day_is_the_plans_and_not_that_of_utc():
    shop = birthday_shop()
    born(shop, 6, 5, "anna")
    birthdays.give_at_shop(shop.id, datetime(2097, 6, 4, 22, 59, tzinfo=UTC))
    assert told(shop, "anna") == []
    birthdays.give_at_shop(shop.id, datetime(2097, 6, 4, 23, 0, tzinfo=UTC))
    assert told(shop, "anna") == [("2097-06-05", *MUG)]


def test_a_birthday_that_is_changed_after_it_came_brings_nothing_more_that_year():
    shop = birthday_shop()
    born(shop, 3, 5, "anna")
    look(shop, 3, 5)
    born(shop, 4, 20, "anna", at=moment(3, 10))
    look(shop, 4, 20)
    assert told(shop, "anna") == [("2097-03-05", *MUG)]
    look(shop, 4, 20, year=2098)
    assert told(shop, "anna") == [("2098-04-20", *MUG), ("2097-03-05", *MUG)]


def test_a_birthday_that_is_deleted_and_told_again_brings_nothing_more_that_year():
    shop = birthday_shop()
    born(shop, 3, 5, "anna")
    look(shop, 3, 5)
    customers.forget_birthday(shop.id, "anna", by=WHO)
    born(shop, 5, 5, "anna", at=moment(3, 6))
    look(shop, 5, 6)
    assert told(shop, "anna") == [("2097-03-05", *MUG)]


def test_a_birthday_that_is_too_new_is_refused_for_the_year_and_given_for_in_the_next():
    shop = birthday_shop()
    born(shop, 3, 5, "anna", at=moment(2, 27))
    born(shop, 3, 5, "bo", at=moment(2, 26))
    look(shop, 3, 5)
    assert told(shop, "anna") == [("2097-03-05", "too new", [])]
    assert told(shop, "bo") == [("2097-03-05", *MUG)]
    born(shop, 5, 20, "anna", at=moment(3, 6))
    look(shop, 5, 21)
    assert told(shop, "anna") == [("2097-03-05", "too new", [])]
    look(shop, 5, 21, year=2098)
    assert told(shop, "anna")[0] == ("2098-05-20", *MUG)


def test_without_terms_a_birthday_that_is_told_on_its_day_counts_within_the_hour():
    shop = birthday_shop(terms="")
    look(shop, 3, 5, 8)
    born(shop, 3, 5, "anna", at=moment(3, 5, 8.5))
    born(shop, 3, 4, "bo", at=moment(3, 5, 8.5))
    look(shop, 3, 5, 9)
    assert (told(shop, "anna"), told(shop, "bo")) == ([("2097-03-05", *MUG)], [])


def test_a_month_is_given_for_on_its_first_day():
    shop = birthday_shop(("trigger: birthday", "trigger: birthday\n    on: month_start"))
    born(shop, 3, 31, "anna")
    born(shop, 3, 1, "bo")
    born(shop, 2, 28, "chen")
    look(shop, 2, 2)
    look(shop, 3, 1)
    assert [told(shop, each) for each in ("anna", "bo", "chen")] == [
        *([("2097-03-01", *MUG)], [("2097-03-01", *MUG)], [("2097-02-01", *MUG)])
    ]


def occasion_of(shop, customer_id):
    """The occasion of the customer's birthday, by whose text those of one moment settle."""
    ((_, occasion_id),) = members.turns_of(shop.id, customer_id)
    return occasion_id


def test_staff_get_nothing_and_what_is_out_is_refused_with_the_reason():
    shop = birthday_shop(("{gift: mug}", "{gift: tablet}"), ("budget: {gift: gifts}", "budget: {gift: prizes}"))
    born(shop, 3, 5, "staff-1", *(f"c-{n}" for n in range(5)))
    look(shop, 3, 5)
    assert told(shop, "staff-1") == [("2097-03-05", "", [])]
    in_turn = sorted((f"c-{n}" for n in range(5)), key=lambda each: occasion_of(shop, each))
    assert [told(shop, each)[0][1] for each in in_turn] == [*["granted"] * 4, "refused"]
    (refused,) = (each for each in reading.awards_of(shop.id, PLAN_ID) if each.outcome == "refused")
    assert isinstance(refused.refusal, StockEmpty)
    assert refused.order_id.startswith("~birthday/order-bonus-2011/happy/2097/")


def test_points_and_coupons_are_given_within_the_limits_of_the_offer():
    shop = birthday_shop(
        ("[{gift: mug}]", "[{points: 88}]"),
        ("budget: {gift: gifts}", "limit: {total: 2}\n    budget: {points: gifts}"),
    )
    born(shop, 3, 5, "anna", "bo", "chen")
    look(shop, 3, 5)
    assert [told(shop, each)[0][1] for each in ("anna", "bo", "chen")] == ["granted", "granted", "refused"]
    assert points.points_of(shop.id, "anna", moment(3, 6)).available == 88
    assert_books_add_up(shop)


def test_many_customers_are_given_for_page_by_page(monkeypatch):
    monkeypatch.setattr("jiacan.members.facade.birthdays.CUSTOMERS_AT_ONCE", 2)
    shop = birthday_shop()
    born(shop, 3, 5, *(f"c-{n}" for n in range(5)))
    look(shop, 3, 6)
    assert granted(shop) == 5


def test_a_shop_whose_plan_gives_for_no_birthday_is_left_alone(django_assert_num_queries):
    shop = birthday_shop(("trigger: birthday", "trigger: order_paid"), terms="")
    born(shop, 3, 5, "anna")
    look(shop, 3, 5)
    assert (told(shop, "anna"), BirthdayTurn.objects.count()) == ([], 0)


def test_with_the_turns_gone_a_birthday_still_comes_once():
    shop = birthday_shop()
    born(shop, 3, 5, "anna")
    look(shop, 3, 5)
    BirthdayTurn.objects.all().delete()
    look(shop, 3, 5)
    assert (granted(shop), BirthdayTurn.objects.count()) == (1, 1)


TIERS = """
tiers:
  - {id: silver, needs: {spend: 100}}
  - {id: gold, needs: {spend: 300}}
membership: {within: 365d}
"""


def pays(shop, month, day, customer, *, spend, year=2096):
    at = moment(month, day, 9, year=year)
    online.take(
        shop,
        [order(f"{customer}-{month}-{day}", spend, customer=customer, after=(at - AT).total_seconds() / 60)],
        [],
        at=at,
    )


def test_a_gift_for_a_tier_is_given_to_those_who_stand_on_it_on_the_day():
    shop = birthday_shop(("    give:", "    when: {tier: gold}\n    give:"), terms=TIERS)
    for customer in ("anna", "bo", "chen"):
        born(shop, 3, 5, customer)
    pays(shop, 6, 1, "anna", spend=320)
    pays(shop, 6, 1, "bo", spend=120)
    pays(shop, 3, 6, "chen", spend=320, year=2097)
    look(shop, 3, 5)
    assert [told(shop, each) for each in ("anna", "bo", "chen")] == [[("2097-03-05", *MUG)], [], []]
    pays(shop, 3, 5, "bo", spend=200, year=2097)
    look(shop, 3, 5, 12)
    assert told(shop, "bo") == [("2097-03-05", *MUG)]
    look(shop, 3, 8)
    assert told(shop, "chen") == []


def test_a_day_that_is_caught_up_with_asks_for_the_tier_at_its_end():
    shop = birthday_shop(("    give:", "    when: {tier: {at_least: silver}}\n    give:"), terms=TIERS)
    born(shop, 3, 5, "anna", "bo")
    pays(shop, 3, 1, "anna", spend=320)
    pays(shop, 3, 6, "bo", spend=320)
    look(shop, 2, 20)
    look(shop, 3, 10)
    assert [told(shop, each) for each in ("anna", "bo")] == [[], [("2097-03-05", *MUG)]]
