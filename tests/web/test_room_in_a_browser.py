"""The room in a real browser: it moves by itself, can be read by everyone, and fits a phone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from jiacan.tenancy.contracts import Role
from tests.slices.rooms import Running, eight_weeks_before, moved_plan, under_way, without_holdout
from tests.web.pages import Pages, member_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campaign() -> Running:
    """The reference plan in its run now, with weeks before it and its hampers gone."""
    now = datetime.now(UTC)
    made = under_way(now, text=without_holdout(moved_plan((now - timedelta(days=5)).date())))
    made.record(eight_weeks_before(now, an_hour=1))
    made.sell(now - timedelta(minutes=40), spend_minor=90_000, times=25)
    return made


def address(campaign: Running, path: str = "room") -> str:
    return f"/s/{campaign.shop.slug}/campaigns/{campaign.plan_id}/{path}"


def test_the_room_moves_when_an_order_comes_and_says_that_it_is_live(campaign, pages: Pages):
    page = pages.open(address(campaign), person=member_of(campaign.shop, Role.OWNER))
    orders = page.locator('[data-fragment="figures"] .value').first
    assert orders.inner_text() == "25"
    page.wait_for_selector('.live[data-state="fresh"]')
    page.wait_for_selector(".chart-place svg:visible")
    campaign.sell(datetime.now(UTC) - timedelta(minutes=1), times=2)
    expect(orders).to_have_text("27")
    pages.axe(page)
    pages.shoot(page, "room")


def test_on_a_phone_figures_come_first_then_what_runs_out_then_alarms(campaign, pages: Pages):
    page = pages.open(address(campaign), person=member_of(campaign.shop, Role.OWNER), width=390)
    page.wait_for_selector(".chart-place svg:visible")
    pages.fits(page)
    parts = (".figures", ".room-burns", ".room-alarms", ".room-chart", ".room-goals", ".room-ticker")
    tops = [page.locator(part).bounding_box()["y"] for part in parts]
    assert tops == sorted(tops)


def test_the_room_says_everything_without_script(campaign, pages: Pages):
    page = pages.open(address(campaign), person=member_of(campaign.shop, Role.OWNER), scripts=False)
    assert page.locator('[data-fragment="figures"] .value').first.inner_text() == "25"
    assert "Hamper: nothing is left" in page.locator(".room-alarms").inner_text()


def test_an_alarm_is_taken_in_two_clicks(campaign, pages: Pages):
    page = pages.open(address(campaign), person=member_of(campaign.shop, Role.WAREHOUSE))
    page.locator(".alarm.is-act a.button").first.click()
    pages.axe(page)
    page.get_by_role("button", name="Take it").click()
    assert "taken by warehouse@example.com" in page.locator(".room-alarms").inner_text()


@pytest.mark.parametrize("path", ["room?wall", "budget", "budget/transfers?account=stock/hamper", "report"])
def test_the_campaigns_other_pages_can_be_read_by_everyone_and_fit(campaign, pages: Pages, path):
    page = pages.read(address(campaign, path), person=member_of(campaign.shop, Role.OWNER), widths=[390])
    pages.shoot(page, path.split("?")[0].replace("/", "-") + ("-wall" if "wall" in path else ""))


@pytest.mark.parametrize("path", ["/s/gifts/", "/s/gifts/campaigns/"])
def test_home_and_campaigns_can_be_read_by_everyone_and_fit(campaign, pages: Pages, path):
    page = pages.read(path, person=member_of(campaign.shop, Role.OWNER), widths=[390])
    pages.shoot(page, "home" if path == "/s/gifts/" else "campaigns")
