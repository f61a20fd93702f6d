"""From the first start to a room that moves: a new server, its first owner, a plan, going live, an order by the API.

The server runs in processes of its own, as its operators run it; a browser and a shop's program meet it from outside.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

import httpx
import pytest

from tests.slices.served import Served, serving
from tests.web.pages import Pages

SHOP = "/s/corner-shop"
CAMPAIGN = f"{SHOP}/campaigns/first-campaign"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A server that has never run before."""
    with serving(tmp_path_factory.mktemp("home")) as running:
        yield running


def secret_said(served: Served) -> str:
    """The path of the one-time link that was printed."""
    (link,) = (found[0] for line in served.said if (found := re.search(r"/start/\S+", line)))
    return link


def test_from_the_first_start_to_a_room_that_moves(browser, served):
    pages = Pages(browser, served.url)
    page = pages.open(secret_said(served))
    page.get_by_label("E-mail address").fill("owner@example.com")
    page.get_by_label("Your name").fill("Owner")
    page.get_by_label("Password", exact=True).fill("a long enough sentence")
    page.get_by_label("The shop's short name").fill("corner-shop")
    page.get_by_role("button").last.click()
    page.wait_for_url(f"**{SHOP}/")

    page.goto(f"{served.url}{SHOP}/campaigns/new")
    page.get_by_label("Order bonus").check()
    page.get_by_label("The plan's id").first.fill("first-campaign")
    page.get_by_label("The campaign runs from").fill(datetime.now(UTC).date().isoformat())
    page.get_by_role("button", name="Write this plan").click()
    page.wait_for_url(f"**{CAMPAIGN}/plan*")

    page.goto(f"{served.url}{CAMPAIGN}/plan/ask")
    page.get_by_label("Person").select_option(index=0)
    page.get_by_role("button", name="Ask for revision 1").click()
    page.goto(f"{served.url}{CAMPAIGN}/plan/approve")
    reason = page.get_by_label("Why it goes live although gates are open")
    if reason.count():
        reason.fill("the shop opens today")
    page.get_by_label("Type first-campaign to go on").fill("first-campaign")
    page.get_by_role("button", name="Let it go live as version 1").click()
    page.wait_for_load_state()

    page.goto(f"{served.url}{SHOP}/settings/tokens")
    page.locator("input[name='name']").fill("checkout")
    page.locator("input[value='orders.send']").check()
    page.get_by_role("button", name="Make the token").click()
    token = page.locator("[data-copied-text]").first.inner_text()

    page.goto(f"{served.url}{CAMPAIGN}/room")
    orders = page.locator("[data-fragment='figures']").get_by_text("0", exact=True).first
    orders.wait_for()
    paid = datetime.now(UTC).isoformat()
    lines = [{"sku": "tea", "quantity": 1, "unit_price": "260.00"}]
    answer = httpx.post(
        f"{served.url}/api/v1/orders",
        headers={"Authorization": f"Bearer {token}"},
        json={"order_id": "1001", "customer_id": "c1", "currency": "CNY", "paid_at": paid, "lines": lines},
        trust_env=False,
        timeout=60,
    )
    assert answer.status_code in {200, 201}, answer.text
    ticker = page.locator("[data-fragment='ticker']").get_by_text("1001").first
    ticker.wait_for(timeout=15_000)
    pages.close()
    assert pages.complaints == []


def test_the_first_owners_link_is_spent(browser, served):
    assert served.get(secret_said(served)).status_code in {404, 410}
