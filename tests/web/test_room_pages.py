"""Home, campaigns, the room, the books and the report, as members of the shop see them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone, translation

from jiacan.campaigns.facade import room
from jiacan.campaigns.report import keeping
from jiacan.campaigns.web import live
from jiacan.console.facade import words
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Role
from jiacan.tenancy.models import Member
from tests.slices.rooms import Running, moved_plan, under_way, without_holdout
from tests.web.pages import member_of, shop_of, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Running:
    """The reference plan in its run now, with its hampers gone."""
    now = datetime.now(UTC)
    made = under_way(now, text=without_holdout(moved_plan((now - timedelta(days=5)).date())))
    made.sell(now - timedelta(minutes=40), spend_minor=90_000, times=25)
    return made


def visitor(campaign: Running, role: Role = Role.OWNER):
    return signed_in(member_of(campaign.shop, role))


def page(campaign: Running, path: str, role: Role = Role.OWNER, **asked) -> str:
    answer = visitor(campaign, role).get(f"/s/{campaign.shop.slug}/campaigns/{campaign.plan_id}/{path}", asked)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def test_the_room_says_who_where_and_what_runs_out(campaign):
    said = page(campaign, "room")
    assert "<h1>Order bonus</h1>" in said
    assert "Hamper: nothing is left" in said
    assert 'data-fragment="figures"' in said
    assert f'data-live="/s/gifts/campaigns/{campaign.plan_id}/live"' in said
    assert f"/campaigns/{campaign.plan_id}/awards?reason=stock%3Ahamper" in said


def test_the_ticker_leads_to_the_awards_of_that_order_alone(campaign):
    leads_to = re.search(r'<li>.*?href="([^"]*/awards\?q=([^"]+))"', page(campaign, "room"))
    found = visitor(campaign).get(leads_to[1]).content.decode()
    assert set(re.findall(r"A-[0-9]{6}", found)) == {leads_to[2]}


def test_money_is_shown_only_to_those_who_may_see_the_budget(campaign):
    assert "Money at risk" in page(campaign, "room", Role.FINANCE)
    agent = page(campaign, "room", Role.SERVICE_AGENT)
    assert "Money at risk" not in agent
    assert "Custom mug" in agent
    assert "Coupons" not in agent.partition("<main")[2]


def test_the_wall_has_figures_and_alarms_and_no_way_to_wander_off(campaign):
    said = page(campaign, "room", wall="")
    assert 'data-fragment="figures"' in said
    assert 'data-fragment="ticker"' not in said
    assert "Settings" not in said


def test_a_campaign_of_another_shop_is_not_there(campaign):
    other = shop_of("other")
    client = signed_in(member_of(other, Role.OWNER))
    assert client.get(f"/s/other/campaigns/{campaign.plan_id}/room").status_code == 404
    assert client.get(f"/s/gifts/campaigns/{campaign.plan_id}/room").status_code == 404


def test_an_alarm_is_taken_and_closed_on_its_page(campaign):
    client = visitor(campaign, Role.WAREHOUSE)
    alarm = room.read(campaign.shop.id, campaign.plan_id, at=datetime.now(UTC)).alarms[0].noticed
    address = f"/s/gifts/campaigns/{campaign.plan_id}/alarms/{alarm.id}"
    assert "Take it" in client.get(address).content.decode()
    assert client.post(f"{address}/take").status_code == 302
    assert "taken by warehouse@example.com" in page(campaign, "room")
    refused = client.post(f"{address}/close", {"note": "  "}, follow=True).content.decode()
    assert "Say how it was seen to" in refused
    client.post(f"{address}/close", {"note": "The sample set takes over"})
    assert "closed by warehouse@example.com" in page(campaign, "room")
    assert "The sample set takes over" in client.get(address).content.decode()


def test_a_role_that_may_not_take_alarms_is_told_so(campaign):
    alarm = room.read(campaign.shop.id, campaign.plan_id, at=datetime.now(UTC)).alarms[0].noticed
    client = visitor(campaign, Role.ANALYST)
    address = f"/s/gifts/campaigns/{campaign.plan_id}/alarms/{alarm.id}"
    assert "Your role cannot take alarms" in client.get(address).content.decode()
    assert client.post(f"{address}/take").status_code == 403
    assert room.read(campaign.shop.id, campaign.plan_id, at=datetime.now(UTC)).alarms[0].noticed.taken_by == ""


def test_the_chart_has_its_figures_as_a_table_and_no_style_of_its_own(campaign):
    said = page(campaign, "chart")
    assert said.count("<svg") == 2
    assert "style=" not in said
    assert "<style" not in said
    assert said.count('<th scope="row">') == 24


# --- the stream -------------------------------------------------------------------------------------------


def viewer(campaign: Running, role: Role = Role.OWNER) -> live.Viewer:
    client = visitor(campaign, role)
    answer = client.get(f"/s/gifts/campaigns/{campaign.plan_id}/live")
    assert answer["Content-Type"] == "text/event-stream; charset=utf-8"
    assert next(answer.streaming_content) == live.RETRY.encode()
    membership = tenancy.find_membership(member_of(campaign.shop, role).pk, "gifts")
    return live.Viewer(
        shop_id=campaign.shop.id,
        plan_id=campaign.plan_id,
        eyes=live.eyes_of(membership, language="en", wall=False),
        person_id=membership.person.id,
        session=client.session.session_key,
        store=type(client.session),
    )


def look_again(campaign: Running) -> None:
    """The next reading is a new one."""
    room.forget(campaign.shop.id, campaign.plan_id)


def test_a_stream_sends_what_changed_and_else_a_beat(campaign):
    watching = viewer(campaign)
    first = watching.next_event()
    assert first.startswith("data: ")
    assert first.endswith("\n\n")
    assert first.count("data-fragment=") == len(watching.eyes.fragments)
    look_again(campaign)
    assert watching.next_event() == live.BEAT
    campaign.sell(datetime.now(UTC) - timedelta(minutes=3))
    look_again(campaign)
    changed = watching.next_event()
    assert 'data-fragment="figures"' in changed
    assert 'data-fragment="reasons"' not in changed


def test_fifty_viewers_cost_one_reading(campaign, django_assert_num_queries):
    first = viewer(campaign)
    others = [replace(first, seen={}) for _ in range(49)]
    look_again(campaign)
    first.next_event()
    with django_assert_num_queries(0):
        events = [each.next_event() for each in others]
    assert all(event.startswith("data: ") for event in events)


def test_a_member_who_was_removed_sees_no_more_within_a_minute(campaign):
    watching = viewer(campaign, Role.FINANCE)
    assert watching.next_event() not in {None, live.OVER}
    Member.objects.filter(person_id=watching.person_id).delete()
    watching.checked_at -= live.ACCESS_SECONDS + 1
    assert watching.next_event() == live.OVER


def test_whoever_signs_out_sees_no_more_within_a_minute(campaign):
    watching = viewer(campaign)
    watching.store(watching.session).delete()
    watching.checked_at -= live.ACCESS_SECONDS + 1
    assert watching.next_event() == live.OVER


def test_a_changed_role_ends_the_stream_so_that_the_next_one_has_its_eyes(campaign):
    watching = viewer(campaign, Role.FINANCE)
    Member.objects.filter(person_id=watching.person_id).update(role=Role.SERVICE_AGENT)
    watching.checked_at -= live.ACCESS_SECONDS + 1
    assert watching.next_event() is None


def test_a_stream_ends_by_itself_and_the_browser_comes_back(campaign):
    watching = viewer(campaign)
    watching.began_at -= live.LIFE_SECONDS + 1
    assert list(live._events(watching)) == [live.RETRY]


# --- home and campaigns -----------------------------------------------------------------------------------


def test_home_says_what_needs_each_role(campaign):
    said = visitor(campaign, Role.WAREHOUSE).get("/s/gifts/").content.decode()
    assert "What needs you now" in said
    assert "Hamper: nothing is left" in said
    assert said.index("Full stocktake") < said.index("Name the team")  # the warehouse's own task first


def test_an_empty_shop_teaches_how_to_begin():
    owner = signed_in(member_of(shop_of("new"), Role.OWNER))
    for path in ("/s/new/", "/s/new/campaigns/"):
        said = owner.get(path).content.decode()
        assert "No campaign yet" in said
        assert "jiacan plan new" in said
    agent = signed_in(member_of(shop_of("new"), Role.SERVICE_AGENT))
    assert "jiacan plan new" not in agent.get("/s/new/").content.decode()


def test_campaigns_are_filtered_by_the_address(campaign):
    client = visitor(campaign)
    assert "Order bonus" in client.get("/s/gifts/campaigns/", {"q": "BONUS", "state": "live"}).content.decode()
    other = client.get("/s/gifts/campaigns/", {"state": "over"}).content.decode()
    assert "No campaign is like that" in other
    assert "order-bonus-2011" not in other


# --- the books --------------------------------------------------------------------------------------------


def test_the_budget_page_leads_to_the_transfers_behind_its_figures(campaign):
    assert "budget/transfers?account=budget/gifts" in page(campaign, "budget")
    said = page(campaign, "budget/transfers", account="stock/hamper")
    assert said.count("spend-ladder") == 20
    client = visitor(campaign)
    assert client.get(f"/s/gifts/campaigns/{campaign.plan_id}/budget/transfers?account=nothing").status_code == 404


def test_the_export_has_every_line_and_its_sums(campaign):
    said = page(campaign, "budget/export", Role.FINANCE)
    rows = [line.split(",") for line in said.lstrip("\ufeff").splitlines()]
    assert rows[0][:4] == ["Kind", "Id", "Name", "Unit"]
    assert ["Stock", "hamper", "Hamper", "pieces", "20", "0", "20", "0", ""] in rows
    assert len(rows) == 1 + 6 + 5


# --- the report -------------------------------------------------------------------------------------------


def write(campaign: Running) -> None:
    """What the worker does with the job."""
    last, _ = keeping.find_last(campaign.shop.id, campaign.plan_id, "en")
    with translation.override("en"):
        keeping.write(campaign.shop.id, last.id, words, timezone.now)


def test_a_report_is_asked_for_written_and_read(campaign):
    client = visitor(campaign)
    address = f"/s/gifts/campaigns/{campaign.plan_id}/report"
    assert "No report yet" in client.get(address).content.decode()
    client.post(f"{address}/ask")
    client.post(f"{address}/ask")
    assert "Waiting for the worker" in client.get(address).content.decode()
    assert len(keeping.store.find_reports(campaign.shop.id, campaign.plan_id, "en")) == 1
    write(campaign)
    said = client.get(address).content.decode()
    assert "What to look at" in said
    assert "Waiting for the worker" not in said


def test_the_document_may_run_nothing_and_the_workbook_is_one(campaign):
    client = visitor(campaign)
    address = f"/s/gifts/campaigns/{campaign.plan_id}/report"
    assert client.get(f"{address}/document").status_code == 404
    client.post(f"{address}/ask")
    write(campaign)
    document = client.get(f"{address}/document")
    policy = document["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script" not in policy
    assert "<h1>" in document.content.decode()
    assert client.get(f"{address}/file/xlsx").content[:2] == b"PK"
    assert client.get(f"{address}/file/exe").status_code == 404


def test_a_report_that_cannot_be_written_says_why():
    now = datetime.now(UTC)
    made = under_way(now, text=without_holdout(moved_plan((now - timedelta(days=5)).date())))
    client = visitor(made)
    asked = keeping.ask(made.shop.id, "never-ran", "en", actor=member_actor(), at=now)
    keeping.write(made.shop.id, asked.id, words, timezone.now)
    last, written = keeping.find_last(made.shop.id, "never-ran", "en")
    assert written is None
    assert "has not gone live" in last.failed
    assert client.get("/s/gifts/campaigns/never-ran/report").status_code == 404


def member_actor():
    return tenancy.Actor("owner@example.com", "test")
