"""The room of a campaign in a real database: figures, what burns, alarms, books."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jiacan.campaigns.contracts.budget import AccountUnknown
from jiacan.campaigns.contracts.public import CampaignUnknown
from jiacan.campaigns.contracts.reported import Unknown
from jiacan.campaigns.contracts.room import AlarmOver, Empty, RunsOut, Standing
from jiacan.campaigns.facade import alarms, budget, room
from jiacan.ledger.contracts import Happening
from jiacan.offers.facade import reading as offers
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor, AuditQuery
from tests.slices.rooms import NOW, Running, eight_weeks_before, moved_plan, under_way, without_holdout

pytestmark = pytest.mark.django_db

LEAD = Actor("lead@example.com", "test")
MOST_QUERIES = 20
"""What a reading asks of the database once the day's outlook is known."""


@pytest.fixture
def campaign() -> Running:
    """The reference plan in its run and without a hold-out, before its first order."""
    return under_way(NOW, text=without_holdout(moved_plan((NOW - timedelta(days=5)).date())))


def read(campaign: Running, at=NOW):
    return room.read(campaign.shop.id, campaign.plan_id, at=at)


def figure(seen, key):
    return next(each for each in seen.figures if each.key == key)


def burn(seen, named):
    return next(each for each in seen.burns if each.id == named)


def test_six_figures_are_those_of_the_settled_orders(campaign):
    campaign.sell(NOW - timedelta(minutes=12), spend_minor=16_000, times=3)
    seen = read(campaign)
    assert [each.key for each in seen.figures] == ["orders", "sales", "awards", "at-risk", "refusals", "alarms"]
    assert (figure(seen, "orders").value, figure(seen, "sales").value.minor) == (3, 48_000)
    assert figure(seen, "awards").value == 3 * 3  # the mug, points for a hundred, and a draw chance
    assert (sum(figure(seen, "orders").spark), figure(seen, "orders").spark[-3]) == (3, 3)


def test_money_at_risk_is_what_the_budget_lines_no_longer_have(campaign):
    campaign.sell(NOW - timedelta(minutes=12), spend_minor=31_000)
    seen = read(campaign)
    books = budget.books(campaign.shop.id, campaign.plan_id, at=NOW)
    assert figure(seen, "at-risk").value.minor == books.all_lines.spent + books.all_lines.promised
    assert figure(seen, "at-risk").value.minor == 2_000  # one coupon


def test_what_is_taken_within_the_hour_is_the_pace(campaign):
    campaign.sell(NOW - timedelta(minutes=90), times=2)
    campaign.sell(NOW - timedelta(minutes=30), times=4)
    mugs = burn(read(campaign), "mug")
    assert (mugs.left, mugs.taken, mugs.an_hour, mugs.window) == (144, 4, 4.0, timedelta(hours=1))
    assert isinstance(mugs.fate, RunsOut)
    assert mugs.fate.at == NOW + timedelta(hours=36)


def test_the_course_has_the_orders_of_its_five_minutes_and_a_band_where_weeks_are_known(campaign):
    campaign.record(eight_weeks_before(NOW, an_hour=2))
    campaign.sell(NOW - timedelta(minutes=2), times=5)
    seen = read(campaign)
    assert seen.no_forecast is None
    last = seen.course[-1]
    assert (len(seen.course), last.orders) == (24, 1.0)
    assert last.expected == pytest.approx(2 / 60)
    assert last.band.low == 0.0
    assert last.band.high > last.expected


def test_without_eight_weeks_of_orders_there_is_no_forecast_and_a_reason(campaign):
    campaign.sell(NOW - timedelta(minutes=2))
    seen = read(campaign)
    assert isinstance(seen.no_forecast, Unknown)
    assert {point.expected for point in seen.course} == {None}
    assert "evenly" in str(seen.paced_by)
    (orders, _) = seen.goals
    assert isinstance(orders.target, Unknown)


def test_a_goal_against_the_forecast_is_the_forecast_and_so_much_more(campaign):
    campaign.record(eight_weeks_before(NOW, an_hour=2))
    (orders, new) = read(campaign).goals
    assert orders.target == pytest.approx(14 * 24 * 2 * 1.15)
    assert orders.by_now / orders.target == pytest.approx(new.by_now / new.target)


def test_before_the_run_figures_are_unknown_and_never_zero(campaign):
    early = campaign_at(NOW + timedelta(days=20))
    seen = read(early)
    assert seen.clock.standing is Standing.COMING
    assert {type(each.value) for each in seen.figures if each.key != "alarms"} == {Unknown}
    assert seen.course == ()


def campaign_at(begins) -> Running:
    return under_way(NOW, text=moved_plan(begins.date()).replace("order-bonus-2011", "later"))


def test_a_plan_that_has_not_gone_live_has_no_room(campaign):
    with pytest.raises(CampaignUnknown):
        room.read(campaign.shop.id, "nothing", at=NOW)


def test_the_totals_are_the_minutes_added_up(campaign):
    campaign.sell(NOW - timedelta(hours=20), spend_minor=90_000, times=23)
    campaign.sell(NOW - timedelta(minutes=7), spend_minor=16_000, times=5)
    asked = (campaign.shop.id, campaign.plan_id)
    minutes = Counter()
    for pace in offers.award_pace(*asked, NOW - timedelta(days=9), NOW):
        minutes[pace.offer_id, pace.outcome, pace.reason] += pace.awards
    assert {
        (total.offer_id, total.outcome, total.reason): total.awards for total in offers.award_totals(*asked)
    } == minutes
    paces = offers.order_pace(*asked, NOW - timedelta(days=9), NOW)
    total = offers.order_totals(*asked)
    assert (total.orders, total.spend_minor) == (28, sum(pace.spend_minor for pace in paces))


# --- alarms -----------------------------------------------------------------------------------------------


@pytest.fixture
def hampers_gone(campaign) -> Running:
    """Twenty hampers went, and the next ten got the sample set instead."""
    campaign.sell(NOW - timedelta(hours=3), spend_minor=90_000, times=30)
    return campaign


def test_what_is_empty_raises_an_alarm_that_stands_since_it_was_noticed(hampers_gone):
    first = read(hampers_gone)
    again = read(hampers_gone, NOW + timedelta(minutes=5))
    assert isinstance(burn(first, "hamper").fate, Empty)
    assert [(each.alarm.key, each.noticed.since) for each in first.alarms] == [("empty:stock:hamper", NOW)]
    assert [(each.alarm.key, each.noticed.since) for each in again.alarms] == [("empty:stock:hamper", NOW)]
    assert figure(first, "alarms").value == 1


def test_an_alarm_is_taken_and_closed_by_people_and_the_audit_says_so(hampers_gone):
    shop_id, plan_id = hampers_gone.shop.id, hampers_gone.plan_id
    (raised,) = read(hampers_gone).alarms
    alarms.take(shop_id, plan_id, raised.noticed.id, actor=LEAD, at=NOW)
    assert read(hampers_gone).alarms[0].noticed.taken_by == LEAD.name
    alarms.close(shop_id, plan_id, raised.noticed.id, note="The sample takes over", actor=LEAD, at=NOW)
    seen = read(hampers_gone)
    assert (len(seen.alarms), len(seen.open_alarms), figure(seen, "alarms").value) == (1, 0, 0)
    with pytest.raises(AlarmOver):
        alarms.take(shop_id, plan_id, raised.noticed.id, actor=LEAD, at=NOW)
    written = [line.action for line in tenancy.walk_audit(shop_id, AuditQuery(text="hamper"))]
    assert {"alarm taken", "alarm closed"} <= set(written)


def test_an_alarm_whose_matter_is_over_ends_and_a_new_one_is_another(hampers_gone):
    (first,) = read(hampers_gone).alarms
    alarms.notice(hampers_gone.shop.id, hampers_gone.plan_id, (), at=NOW + timedelta(minutes=1))
    (second,) = read(hampers_gone, NOW + timedelta(minutes=2)).alarms
    assert second.noticed.id != first.noticed.id
    assert second.noticed.since == NOW + timedelta(minutes=2)


def test_the_worker_notices_alarms_where_nobody_looks(hampers_gone):
    room.forget(hampers_gone.shop.id, hampers_gone.plan_id)
    room.watch_all(NOW)
    (raised,) = read(hampers_gone, NOW + timedelta(hours=1)).alarms
    assert raised.noticed.since == NOW


# --- the books --------------------------------------------------------------------------------------------


def test_planned_is_spent_and_promised_and_left_on_every_line(hampers_gone):
    books = budget.books(hampers_gone.shop.id, hampers_gone.plan_id, at=NOW)
    for line in (*books.budget, *books.stock, books.reserve):
        assert line.planned == line.spent + line.promised + line.left
    assert books.reserve.planned == 73_200
    assert {line.id: line.left for line in books.stock}["hamper"] == 0


def test_a_statement_adds_up_to_what_was_given(hampers_gone):
    found = budget.statement(hampers_gone.shop.id, hampers_gone.plan_id, "stock/hamper", before=None, at=NOW)
    moved = [(line.comes_in, line.amount) for line in found.lines if line.happening is Happening.MOVED]
    assert sum(amount if comes_in else -amount for comes_in, amount in moved) == 0
    assert moved[-1] == (True, 20)


def test_a_statement_is_read_page_by_page_without_gap(hampers_gone):
    shop_id, plan_id = hampers_gone.shop.id, hampers_gone.plan_id
    hampers_gone.sell(NOW - timedelta(hours=2), spend_minor=31_000, times=60)
    first = budget.statement(shop_id, plan_id, "budget/coupons", before=None, at=NOW)
    second = budget.statement(shop_id, plan_id, "budget/coupons", before=first.older, at=NOW)
    numbers = [line.number for line in (*first.lines, *second.lines)]
    assert len(first.lines) == 50
    assert numbers == sorted(set(numbers), reverse=True)


def test_only_accounts_of_the_plan_have_a_statement(campaign):
    with pytest.raises(AccountUnknown):
        budget.statement(campaign.shop.id, campaign.plan_id, "customer/C-1", before=None, at=NOW)


# --- what it costs ----------------------------------------------------------------------------------------


def test_a_reading_asks_the_database_as_often_whatever_was_sold(campaign):
    campaign.sell(NOW - timedelta(minutes=9))
    read(campaign)
    with CaptureQueriesContext(
        connection,
    ) as few:
        read(campaign)
    campaign.sell(NOW - timedelta(minutes=5), times=40)
    read(campaign)
    with CaptureQueriesContext(connection) as many:
        read(campaign)
    assert len(many) == len(few) <= MOST_QUERIES


def test_whoever_looks_within_a_second_looks_at_the_same_reading(campaign):
    first = room.look(campaign.shop.id, campaign.plan_id, at=NOW)
    assert room.look(campaign.shop.id, campaign.plan_id, at=NOW + timedelta(minutes=1)) is first
    room.forget(campaign.shop.id, campaign.plan_id)
    assert room.look(campaign.shop.id, campaign.plan_id, at=NOW + timedelta(minutes=1)) is not first
