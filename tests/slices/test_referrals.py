"""Who brought whom, from the click to the reward, on a real database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from jiacan.campaigns.facade import online, referring, running
from jiacan.offers.contracts.awards import Outcome
from jiacan.offers.contracts.occasions import OccasionState
from jiacan.orders import facade as orders
from jiacan.orders.contracts import OrderLine
from jiacan.referrals.contracts.errors import NoReferrals, NotInReview
from jiacan.referrals.contracts.referrals import Bound, Reason, Side, State
from jiacan.referrals.facade import linking, programmes, reviewing
from jiacan.referrals.models import Mark
from jiacan.referrals.models import Referral as Row
from jiacan.referrals.store import referrals as store
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import AuditQuery
from jiacan.webhooks.contracts import EventKind
from tests.slices.online_shop import AT, PLAN_ID, WHO, assert_books_add_up, order, refund, rules
from tests.slices.referring_shop import referring_shop, terms
from tests.slices.test_online_announcements import Listener

pytestmark = pytest.mark.django_db


def test_rewards_pend_from_the_first_order_and_are_given_when_it_is_final():
    shop = referring_shop()
    assert shop.click("anna", "ben") is Bound.BOUND
    assert shop.referrals() == []
    shop.buy(1, "ben", received_days=3)
    referral = shop.referral("ben")
    assert (referral.referrer_id, referral.order_id, referral.state) == ("anna", "o-1", State.PENDING)
    assert {side: each.state for side, each in shop.rewards(referral).items()} == dict.fromkeys(
        Side, OccasionState.PENDING
    )
    shop.pass_time(days=9.9)
    assert shop.referral("ben").state is State.PENDING
    shop.pass_time(days=10.1)
    assert shop.referral("ben").state is State.COMPLETED
    given = shop.rewards(referral)
    assert [(item.kind, item.quantity) for award in given[Side.REFERRER].awards for item in award.items] == [
        ("points", 500)
    ]
    assert [item.id for award in given[Side.FRIEND].awards for item in award.items] == ["first-10"]
    assert {award.outcome for each in given.values() for award in each.awards} == {Outcome.GRANTED}
    assert_books_add_up(shop.shop)


# --- what speaks against a friend -------------------------------------------------------------------------


def refusals(shop):
    """Each friend of whom it was decided, with their state and the reason."""
    return {each.friend_id: (each.state, each.reason) for each in shop.referrals()}


def test_ones_own_link_is_refused_only_where_there_is_no_other():
    shop = referring_shop()
    assert shop.click("ben", "ben") is Bound.SELF
    shop.click("anna", "cleo", hours=-2)
    shop.click("cleo", "cleo")
    shop.buy(1, "ben")
    shop.buy(2, "cleo", hours=1)
    assert refusals(shop) == {"ben": (State.REFUSED, Reason.SELF), "cleo": (State.PENDING, None)}
    assert shop.rewards(shop.referral("ben")) == {}


def test_whoever_had_bought_before_the_click_is_refused_and_it_is_said_at_once():
    shop = referring_shop()
    shop.buy(1, "ben", hours=-5)
    assert shop.click("anna", "ben") is Bound.EXISTING_CUSTOMER
    assert refusals(shop) == {"ben": (State.REFUSED, Reason.EXISTING_CUSTOMER)}
    shop.buy(2, "ben")
    assert refusals(shop) == {"ben": (State.REFUSED, Reason.EXISTING_CUSTOMER)}


def test_a_click_that_is_told_after_the_order_still_counts():
    shop = referring_shop()
    shop.buy(1, "ben", hours=1)
    assert shop.referrals() == []
    assert shop.click("anna", "ben", hours=0.5) is Bound.BOUND
    assert refusals(shop) == {"ben": (State.PENDING, None)}


def test_whoever_brought_the_referrer_cannot_be_brought_by_them():
    shop = referring_shop()
    shop.click("anna", "ben")
    shop.click("ben", "cleo")
    shop.click("cleo", "anna")
    for number, customer in enumerate(("ben", "cleo", "anna")):
        shop.buy(number, customer, hours=number)
    assert refusals(shop)["anna"] == (State.REFUSED, Reason.CYCLE)
    assert {shop.referral(each).state for each in ("ben", "cleo")} == {State.PENDING}


def test_the_same_household_is_refused_by_hashes_alone():
    shop = referring_shop()
    linking.note_household(shop.shop.id, "anna", linking.Household(phone="138 0013 8000"))
    linking.note_household(shop.shop.id, "ben", linking.Household(phone="+8613800138000"))
    linking.note_household(shop.shop.id, "cleo", linking.Household(address="1 High Street"))
    linking.note_household(shop.shop.id, "dora", linking.Household(address="1, HIGH street."))
    for number, friend in enumerate(("ben", "cleo", "dora")):
        shop.click("anna", friend)
        shop.buy(number, friend, hours=number)
    assert refusals(shop) == {
        "ben": (State.REFUSED, Reason.SAME_PHONE),
        "cleo": (State.PENDING, None),
        "dora": (State.REFUSED, Reason.SAME_ADDRESS),
    }
    kept = {row.digest for row in Mark.objects.all()}
    assert all(len(each) == 64 and "138" not in each[:3] for each in kept)
    assert len(kept) == 2


def test_a_referrer_brings_as_many_as_the_plan_lets_them_and_a_return_frees_a_place():
    shop = referring_shop(terms("  per_referrer: 1\n"))
    for friend in ("ben", "cleo", "dora"):
        shop.click("anna", friend)
    shop.buy(1, "ben")
    shop.buy(2, "cleo", hours=1)
    shop.bring_back(1)
    shop.buy(3, "dora", hours=48)
    assert refusals(shop) == {
        "ben": (State.VOIDED, None),
        "cleo": (State.REFUSED, Reason.PER_REFERRER),
        "dora": (State.PENDING, None),
    }


def test_too_many_of_one_network_on_one_day_wait_for_a_person():
    shop = referring_shop(terms("  per_network_per_day: 1\n"))
    for number, (friend, address) in enumerate((("ben", "198.51.100.7"), ("cleo", "198.51.100.9"), ("dora", ""))):
        shop.click("anna", friend, address=address)
        shop.buy(number, friend, hours=number, received_days=1)
    assert refusals(shop) == {
        "ben": (State.PENDING, None),
        "cleo": (State.REVIEW, Reason.NETWORK),
        "dora": (State.PENDING, None),
    }
    waiting = shop.referral("cleo")
    assert shop.rewards(waiting) == {}
    shop.pass_time(days=30)
    assert shop.referral("cleo").state is State.REVIEW
    reviewing.let_count(shop.shop.id, waiting.id, actor=WHO, at=AT + timedelta(days=31))
    shop.pass_time(days=31)
    assert shop.referral("cleo").state is State.COMPLETED
    assert set(shop.rewards(waiting)) == set(Side)
    with pytest.raises(NotInReview):
        reviewing.refuse(shop.shop.id, waiting.id, reason="late", actor=WHO, at=AT)


def test_a_person_who_says_no_leaves_a_reason_in_the_audit():
    shop = referring_shop(terms("  per_network_per_day: 1\n"))
    for number, friend in enumerate(("ben", "cleo")):
        shop.click("anna", friend, address="198.51.100.7")
        shop.buy(number, friend, hours=number)
    found = shop.referral("cleo")
    reviewing.refuse(shop.shop.id, found.id, reason="one flat, four phones", actor=WHO, at=AT)
    assert refusals(shop)["cleo"] == (State.REFUSED, Reason.PERSON)
    (line, *_) = tenancy.search_audit(shop.shop.id, AuditQuery(action="referral refused"))
    assert line.after == {"state": "refused", "reason": "one flat, four phones"}
    assert shop.rewards(found) == {}


# --- what becomes of it -----------------------------------------------------------------------------------


def test_an_order_that_comes_back_in_time_gives_nothing_and_frees_what_was_held():
    shop = referring_shop()
    shop.click("anna", "ben")
    shop.buy(1, "ben", received_days=1)
    shop.bring_back(1, days=3)
    found = shop.referral("ben")
    assert (found.state, found.due_at) == (State.VOIDED, None)
    assert {each.state for each in shop.rewards(found).values()} == {OccasionState.LET_GO}
    shop.pass_time(days=60)
    assert shop.referral("ben").state is State.VOIDED
    assert_books_add_up(shop.shop)


def test_an_order_that_comes_back_after_all_takes_the_rewards_back_once():
    shop = referring_shop()
    shop.click("anna", "ben")
    shop.buy(1, "ben", received_days=1)
    shop.pass_time(days=9)
    assert shop.referral("ben").state is State.COMPLETED
    shop.bring_back(1, days=20)
    shop.follow(AT + timedelta(days=21))
    found = shop.referral("ben")
    assert found.state is State.TAKEN_BACK
    backs = [back for each in shop.rewards(found).values() for back in each.claw_backs]
    assert sorted((item.kind, item.quantity) for back in backs for item in back.items) == [
        ("coupon", 1),
        ("points", 500),
    ]
    assert_books_add_up(shop.shop)


def test_part_of_the_order_that_stays_is_enough():
    shop = referring_shop()
    shop.click("anna", "ben")
    paid = replace(order(1, customer="ben"), lines=(OrderLine("pot", 2, 80_000_000),), received_at=AT)
    online.take(shop.shop, [paid], [refund(1)], at=AT)
    shop.pass_time(days=8)
    assert shop.referral("ben").state is State.COMPLETED


def test_an_order_of_which_nobody_says_that_it_was_received_waits():
    shop = referring_shop(("assume_received_after: 7d", "# no time is assumed"))
    shop.click("anna", "ben")
    shop.buy(1, "ben")
    shop.pass_time(days=300)
    assert shop.referral("ben").state is State.PENDING
    shop.buy(1, "ben", received_days=301)
    shop.pass_time(days=307)
    assert shop.referral("ben").state is State.PENDING
    shop.pass_time(days=308)
    assert shop.referral("ben").state is State.COMPLETED


def test_a_second_delivery_of_the_first_order_changes_nothing():
    shop = referring_shop()
    shop.click("anna", "ben")
    for _ in range(3):
        shop.buy(1, "ben", received_days=1)
    shop.pass_time(days=9)
    shop.pass_time(days=9)
    (found,) = shop.referrals()
    assert [len(each.awards) for each in shop.rewards(found).values()] == [1, 1]


def test_a_plan_without_referrals_decides_nothing():
    shop = referring_shop(("referral:\n  window: 30d                       # a click counts this long\n", "# "))
    with pytest.raises(NoReferrals):
        linking.make_link(shop.shop.id, PLAN_ID, "anna", at=AT)
    shop.buy(1, "ben")
    assert shop.referrals() == []


@contextmanager
def asked_of_referrals() -> Iterator[list[str]]:
    """The statements that name a table of referrals."""
    found: list[str] = []

    def note(execute, sql, params, many, context):
        if "referrals_" in str(sql):
            found.append(str(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found


def test_an_order_costs_nothing_where_no_plan_has_referrals_and_one_look_where_one_has():
    without = referring_shop(("referral:\n  window: 30d                       # a click counts this long\n", "# "))
    with asked_of_referrals() as asked:
        without.buy(1, "ben")
        without.bring_back(1)
    assert asked == []
    shop = referring_shop(slug="others")
    with asked_of_referrals() as asked:
        shop.buy(1, "ben")
    assert len(asked) == 1


def test_a_plan_that_went_live_before_there_were_links_gets_them_from_the_clock():
    shop = referring_shop()
    programmes.close_programme(shop.shop.id, PLAN_ID)
    referring.follow_all(AT)
    assert linking.make_link(shop.shop.id, PLAN_ID, "anna", at=AT).plan_id == PLAN_ID


# --- two numbers, one person ------------------------------------------------------------------------------


def test_two_numbers_of_one_person_keep_the_earlier_parent_and_all_their_friends():
    shop = referring_shop()
    for referrer, friend in (("anna", "b1"), ("cleo", "b2"), ("b1", "dora"), ("b2", "emil")):
        shop.click(referrer, friend)
    for number, friend in enumerate(("b2", "b1", "dora", "emil")):
        shop.buy(number, friend, hours=number)
    ended = shop.referral("b1")
    kept = reviewing.merge_customers(shop.shop.id, gone="b2", kept="b1", actor=WHO, at=AT)
    assert kept is not None
    assert (kept.friend_id, kept.referrer_id) == ("b1", "cleo")
    found = {(each.friend_id, each.referrer_id, each.state) for each in shop.referrals()}
    assert found == {
        ("b1", "cleo", State.PENDING),
        ("b1", "anna", State.MERGED),
        ("dora", "b1", State.PENDING),
        ("emil", "b1", State.PENDING),
    }
    assert {each.state for each in shop.rewards(ended).values()} == {OccasionState.LET_GO}
    assert reviewing.merge_customers(shop.shop.id, gone="b2", kept="b1", actor=WHO, at=AT) == kept


def test_a_person_cannot_be_brought_by_their_own_second_number():
    shop = referring_shop()
    shop.click("b2", "b1")
    shop.buy(1, "b1")
    assert reviewing.merge_customers(shop.shop.id, gone="b2", kept="b1", actor=WHO, at=AT) is None
    assert [each.state for each in shop.referrals()] == [State.MERGED]
    shop.click("b1", "b2", hours=2)
    assert [each.state for each in shop.referrals()] == [State.MERGED]


# --- the database's own guards ----------------------------------------------------------------------------


def test_the_database_itself_refuses_a_second_parent_and_another_one():
    shop = referring_shop()
    shop.click("anna", "ben")
    shop.buy(1, "ben")
    found = shop.referral("ben")
    with pytest.raises(IntegrityError, match="a_friend_has_one_parent"), transaction.atomic():
        store.add_referral(shop.shop.id, replace(found, referrer_id="cleo"), network="")
    with pytest.raises(IntegrityError, match="who brought whom is never changed"), transaction.atomic():
        Row.objects.filter(id=found.id).update(referrer_id="cleo")
    with pytest.raises(IntegrityError, match="who brought whom is never changed"), transaction.atomic():
        Row.objects.filter(id=found.id).delete()
    with pytest.raises(IntegrityError, match="nobody_brings_themselves"), transaction.atomic():
        store.add_referral(shop.shop.id, replace(found, friend_id="eve", referrer_id="eve"), network="")


# --- files, and other systems -----------------------------------------------------------------------------


def settle_files(shop, *, at):
    """What `jiacan run` does with orders that files brought."""
    running.settle_recorded(shop.shop.id, rules(shop.shop), on_progress=lambda *_: None, now=lambda: at)


def test_orders_from_files_bring_friends_as_those_that_come_one_by_one_do():
    shop = referring_shop()
    for referrer, friend in (("anna", "ben"), ("ben", "cleo"), ("cleo", "anna"), ("anna", "dora")):
        shop.click(referrer, friend)
    bought = [
        replace(order(number, customer=friend, after=number), received_at=AT)
        for number, friend in enumerate(("ben", "cleo", "anna", "dora"))
    ]
    orders.take(shop.shop.id, bought, [refund(3, of=3)], currency="GBP")
    settle_files(shop, at=AT + timedelta(days=2))
    assert refusals(shop) == {
        "ben": (State.PENDING, None),
        "cleo": (State.PENDING, None),
        "anna": (State.REFUSED, Reason.CYCLE),
        "dora": (State.VOIDED, None),
    }
    settle_files(shop, at=AT + timedelta(days=8))
    settle_files(shop, at=AT + timedelta(days=9))
    assert {each.state for each in shop.referrals()} == {State.COMPLETED, State.REFUSED, State.VOIDED}
    assert_books_add_up(shop.shop)


def test_rewards_are_announced_when_they_are_given_and_when_they_are_taken_back():
    shop = referring_shop()
    listener = Listener(shop.shop, EventKind.AWARD_GRANTED, EventKind.AWARD_CLAWED_BACK)
    shop.click("anna", "ben")
    shop.buy(1, "ben", received_days=1)
    before = listener.heard()
    assert [subject for _, subject in before if "referral" in subject] == []
    shop.pass_time(days=9)
    shop.bring_back(1, days=20)
    number = shop.referral("ben").id
    of_rewards = [each for each in listener.heard() if "~referral" in each[1]]
    assert of_rewards == [
        *(
            ("award.clawed_back", f"{PLAN_ID}/~referral/{PLAN_ID}/{number}/{side}/refer-a-friend/returned")
            for side in ("friend", "referrer")
        ),
        *(
            ("award.granted", f"{PLAN_ID}/~referral/{PLAN_ID}/{number}/{side}/refer-a-friend")
            for side in ("friend", "referrer")
        ),
    ]


def test_decisions_leave_only_with_their_shop():
    shop = referring_shop()
    shop.click("anna", "ben")
    shop.buy(1, "ben")
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SELECT set_config('jiacan.moved_shop', %s, true)", [str(shop.shop.id)])
        cursor.execute("DELETE FROM referrals_referral WHERE shop_id = %s", [shop.shop.id])
    assert shop.referrals() == []
