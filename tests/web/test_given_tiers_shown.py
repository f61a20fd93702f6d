"""A tier that an offer gave, on the customer's page, the staff's and by API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from jiacan.campaigns.facade import standing
from jiacan.members.contracts.tiers import last_day
from jiacan.tenancy.contracts import Permission, Role
from tests.web.api_caller import caller
from tests.web.member_shop import ZONE, member_shop
from tests.web.pages import member_of, signed_in
from tests.web.test_member_page import section, words_of

pytestmark = pytest.mark.django_db

LIFT = (
    "offers:\n",
    """\
offers:
  - id: lift
    during: run
    when:
      spend: 200
    give:
      - tier: gold
        for: 30d
""",
)


@pytest.fixture
def shop():
    """Anna was given gold for an order of 220, which reached silver."""
    found = member_shop(LIFT)
    found.sell(220)
    return found


@pytest.fixture
def ends(shop):
    (tier,) = standing.tiers_of(shop.shop.id, "anna", at=datetime.now(UTC))
    assert tier.gift.ends_at - datetime.now(UTC) > timedelta(days=29)
    return last_day(tier.gift.ends_at, ZONE)


def test_the_customers_page_says_until_when_what_for_and_where_their_orders_put_them(shop, ends):
    page = shop.browser().see()
    told = section(page, "tier-1")
    assert told.startswith(
        f"Your tier: Gold Given to you up to and including {ends} for order A-0001 By your orders: Silver"
    )
    assert "CN¥220.00 of CN¥500.00 Still CN¥280.00 to Gold" in told
    assert "What your tier gives you An adviser A seat kept" in told
    assert "What Gold gives" not in told


def test_who_stands_by_their_orders_is_told_of_nothing_given(shop):
    shop.sell(120, customer="berta")
    told = section(shop.browser("berta").see(), "tier-1")
    assert told.startswith("Your tier: Silver CN¥120.00")
    assert "What Gold gives" in told


def test_staff_see_by_which_offer_and_why_each_step_was_taken(shop, ends):
    agent = signed_in(member_of(shop.shop, Role.SERVICE_AGENT))
    told = words_of(agent.get("/s/gifts/members/?q=anna", headers={"Accept-Language": "en"}).content.decode())
    assert f"Given up to and including {ends} lift · A-0001 By their orders Silver" in told
    assert f"up to Gold given by lift up to and including {ends} CN¥220.00" in told
    assert "up to Silver by their orders CN¥220.00" in told


def test_a_program_is_told_both_and_the_cause_of_each_step(shop):
    found = caller(shop.shop, Permission.SEE_POINTS).get("tiers/customers/anna").json()
    (tier,) = found["tiers"]
    assert (tier["tier"]["id"], tier["by_orders"]["id"], tier["next"]["id"]) == ("gold", "silver", "gold")
    given = tier["given"]
    assert (given["tier"], given["offer_id"], given["order_id"]) == ("gold", "lift", "A-0001")
    assert [(each["after"], each["cause"], each["offer_id"], each["until"]) for each in tier["history"]] == [
        ("gold", "given", "lift", given["until"]),
        ("silver", "orders", None, None),
    ]
