"""A customer's own page: what stands on it, to the letter, and what they do there."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from jiacan.campaigns.facade import coupons, mall
from jiacan.campaigns.web.member.guard import COOKIE
from jiacan.draws.facade import reading as draws
from jiacan.members.facade import reading as points
from jiacan.members.facade import sign_in
from tests.web.member_shop import PLAN_ID, ZONE, MemberShop, member_shop, upload_codes

pytestmark = pytest.mark.django_db

STATIC = Path(__file__).resolve().parents[2] / "src" / "jiacan"
CHECK_IN = {"plan": PLAN_ID, "challenge": "tea-days", "task": "sign_in"}
GIFTS_ONLY = """\
format: jiacan.plan/1
id: club
name: {{zh: 送杯子, en: A mug}}
shop: {slug}
currency: CNY
timezone: Asia/Shanghai
phases:
  run: {{from: {first}, to: {last}}}
budget:
  lines: [{{id: gifts, amount: {prizes}000}}]
stock:
  - {{id: mug, name: {{zh: 马克杯, en: Mug}}, units: 60, unit_cost: 32, value: 80}}
offers:
  - {{id: mug, trigger: order_paid, during: run, give: [{{gift: mug}}], budget: {{gift: gifts}}}}
"""


@pytest.fixture
def shop() -> MemberShop:
    return member_shop()


def today() -> str:
    return datetime.now(ZONE).date().isoformat()


def words_of(page: str) -> str:
    """What a page says, without its marks."""
    main = page[page.index("<main") : page.index("</main>")]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", main))).strip()


def section(page: str, name: str) -> str:
    """What a section says."""
    found = re.search(rf'<section aria-labelledby="{name}">(.*?)</section>', page, re.DOTALL)
    assert found is not None, name
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", found[1]))).strip()


# --- what stands there ------------------------------------------------------------------------------------


def test_everything_of_a_customer_stands_on_their_page(shop):
    number = shop.sell(160)
    shop.give_points(300)
    page = shop.browser().see()
    (coupon,) = coupons.coupons_of(shop.shop.id, "anna", at=timezone.now())
    assert section(page, "tier-1").startswith("Your tier: Silver CN¥160.00 of CN¥500.00 Still CN¥340.00 to Gold")
    assert "What your tier gives you A birthday gift" in section(page, "tier-1")
    assert "What Gold gives An adviser A seat kept" in section(page, "tier-1")
    assert "Can be spent 460 Balance 460 What is lost when" in section(page, "points")
    assert re.search(r" 300 .* 160 Statement$", section(page, "points"))
    assert f"20 off CN¥20.00 off, from CN¥150.00 on {coupon.coupon.code} Copy Until" in section(page, "coupons")
    assert "Lucky cards Chances: 1, to be drawn until" in section(page, "chances")
    ((_, ticket),) = draws.tickets_of(shop.shop.id, "anna")
    assert f'href="/t/{draws.ticket_secret(ticket)}/">Draw a card now</a>' in page
    assert "You get: 500 points Your friend gets: 20 off × 1" in section(page, "friends-1")
    assert re.search(r'<img class="member-poster" src="/r/\w{10}/poster.svg"', page)
    assert "A cup for points 100 points A cinema ticket 50 points" in section(page, "mall")
    orders = section(page, "orders")
    assert number in orders
    assert "CN¥160.00 What it brought" in orders
    receipt = re.search(r'href="(/r/[\w-]+/)"[^>]*>What it brought', page)
    assert number in shop.browser().client.get(receipt[1]).content.decode()


def test_what_a_new_customer_has_not_teaches_and_nothing_of_others_is_there(shop):
    shop.sell(160)
    page = words_of(shop.browser("berta").see())
    assert "No tier yet" in page
    assert "You have none yet. Orders and what else the shop rewards bring points" in page
    assert "You have none to use now." in page
    assert "You have no chance yet." in page
    assert "No paid order of yours is known here yet." in page
    assert "A-0001" not in page


def test_what_no_plan_gives_is_absent():
    shop = member_shop(plan=GIFTS_ONLY)
    number = shop.sell(160)
    told = words_of(shop.browser().see())
    assert re.fullmatch(rf"My member page Your last orders {number} [\d: -]+ · CN¥160.00 What it brought", told)


def test_a_tier_that_is_kept_for_a_while_says_until_when():
    shop = member_shop(("within: 365d, grace: 10d", "within: 1d, grace: 10d"))
    shop.sell(160, days_ago=2)
    told = section(shop.browser().see(), "tier-1")
    assert "Your tier: Silver CN¥0.00 of CN¥500.00" in told
    assert "You keep your tier until" in told


def test_the_page_speaks_chinese_and_tells_the_shops_time(shop):
    page = shop.browser(language="zh-CN").see()
    assert '<html lang="zh-hans">' in page
    assert "Asia/Shanghai" in page


def test_a_page_of_everything_is_under_a_hundred_kilobytes_with_its_styles(shop):
    for _ in range(8):
        shop.sell(160)
    page = shop.browser().see()
    files = ("console/static/console/jiacan.css", "console/static/console/parts.css")
    own = ("campaigns/static/campaigns/member.css", "campaigns/static/campaigns/member.js")
    sizes = [len(page.encode()), *((STATIC / each).stat().st_size for each in (*files, *own))]
    assert sum(sizes) < 100_000, sizes
    assert re.findall(r"<script(?! type=\"module\")", page) == []


def test_a_customers_number_is_text_and_no_mark(shop):
    page = shop.browser("<b>anna").see()
    assert "<b>anna" not in page
    assert "&lt;b&gt;anna" in page


def test_the_statement_can_be_read_line_by_line(shop):
    shop.sell(160)
    shop.give_points(300)
    told = words_of(shop.browser().see("points"))
    assert "Can be spent 460 Balance 460" in told
    assert re.search(
        r"corrected by hand A hello [\d: -]+ \+300 then 460 earned A-0001 [\d: -]+ \+160 then 160$", told
    )
    assert "Nothing was earned or spent yet." in words_of(shop.browser("berta").see("points"))


def test_what_no_order_brought_is_told_by_what_it_was(shop):
    browser = shop.browser()
    browser.send("check-in", **CHECK_IN, day=today())
    told = words_of(browser.see("points"))
    assert "earned from a check-in challenge" in told
    assert "~" not in told


def test_a_prize_to_be_claimed_stands_first():
    shop = member_shop(("deck: {tickets: 20}", "deck: {tickets: 4}"))
    shop.sell(160)
    client = shop.browser()
    ((_, ticket),) = draws.tickets_of(shop.shop.id, "anna")
    client.client.post(f"/t/{draws.ticket_secret(ticket)}/", {"nonce": "a" * 32})
    told = words_of(client.see())
    assert told.startswith("My member page Won: Custom mug × 1")
    assert "Claim it by" in told
    assert "Chances to draw now 0" in told


# --- check-ins --------------------------------------------------------------------------------------------


def test_a_customer_signs_in_once_a_day_however_often_they_press(shop):
    browser = shop.browser()
    for _ in range(2):
        told = words_of(browser.send("check-in", **CHECK_IN, day=today()))
        assert "Done for today." in told
        assert "Tea days Days in a row: 1" in told
        assert "Today counts." in told
        assert "1 days in a row: 10 points" in told
    assert points.points_of(shop.shop.id, "anna", timezone.now()).balance == 10


def test_a_task_of_the_shops_own_pages_is_not_done_here(shop):
    told = words_of(shop.browser().send("check-in", **{**CHECK_IN, "task": "share_poster"}, day=today()))
    assert "This task is not done here" in told
    assert "Days in a row: 0" in told


@pytest.mark.parametrize(
    "wrong", [{"plan": "other"}, {"challenge": "other"}, {"task": "other"}, {"day": "2020-01-01"}]
)
def test_what_cannot_be_done_is_said_and_changes_nothing(shop, wrong):
    told = words_of(shop.browser().send("check-in", **{**CHECK_IN, "day": today(), **wrong}))
    assert "Days in a row: 0" in told
    assert "Done for today." not in told


def test_a_page_of_yesterday_counts_for_no_other_day(shop):
    yesterday = (datetime.now(ZONE).date() - timedelta(days=1)).isoformat()
    told = words_of(shop.browser().send("check-in", **CHECK_IN, day=yesterday))
    assert "The day changed while the page was open." in told
    assert "Days in a row: 0" in told


def test_a_missed_day_is_made_up_once_for_its_points(shop):
    shop.give_points(50)
    browser = shop.browser()
    missed = (datetime.now(ZONE).date() - timedelta(days=1)).isoformat()
    assert "Make it up for 20 points" in browser.see()
    for _ in range(2):
        told = words_of(browser.send("check-in/made-up", plan=PLAN_ID, challenge="tea-days", day=missed))
        assert f"{missed} counts now." in told
        assert "Points to spend 40" in told  # 50 − 20 and the 10 of the first day


def test_who_has_too_few_points_is_told_how_many_are_missing(shop):
    missed = (datetime.now(ZONE).date() - timedelta(days=1)).isoformat()
    told = words_of(shop.browser().send("check-in/made-up", plan=PLAN_ID, challenge="tea-days", day=missed))
    assert "You have 0 points to spend, and this needs 20." in told


def test_staff_see_no_challenge(shop):
    assert "Tea days" not in shop.browser("staff-1").see()


# --- the mall ---------------------------------------------------------------------------------------------


def key_on(page: str) -> str:
    found = re.search(r'name="key" value="([0-9a-f-]{36})"', page)
    assert found is not None
    return found[1]


def test_redeeming_says_what_it_costs_and_what_is_left_and_works_once(shop):
    shop.give_points(300)
    browser, there = shop.browser(), f"mall/items/{PLAN_ID}/cup"
    page = browser.see(there)
    assert "It costs 100 points You have 300 points You then have 200 points Left 60 Redeem for 100 points" in (
        words_of(page)
    )
    told = [words_of(browser.send(there, key=key_on(page))) for _ in range(2)]
    assert told[0] == told[1]
    assert "A cup for points" in told[0]
    assert "Cancel it and take 100 points back" in told[0]
    assert len(mall.redemptions_of(shop.shop.id, "anna")) == 1
    assert "You have 200 points to spend." in browser.see("mall")


def test_a_redemption_is_cancelled_once_and_its_points_come_back(shop):
    shop.give_points(300)
    browser, there = shop.browser(), f"mall/items/{PLAN_ID}/cup"
    browser.send(there, key=key_on(browser.see(there)))
    (made,) = mall.redemptions_of(shop.shop.id, "anna")
    for _ in range(2):
        told = words_of(browser.send(f"mall/redemptions/{made.redemption.id}/cancel"))
        assert "Cancel it" not in told
        assert points.points_of(shop.shop.id, "anna", timezone.now()).available == 300


def test_a_code_is_shown_to_its_customer_and_then_not_to_be_cancelled(shop):
    upload_codes(shop, "KINO-AAAA-1111")
    shop.give_points(300)
    browser, there = shop.browser(), f"mall/items/{PLAN_ID}/cinema"
    told = browser.send(there, key=key_on(browser.see(there)))
    (made,) = mall.redemptions_of(shop.shop.id, "anna")
    assert "KINO-AAAA-1111" not in told
    assert "Show my code" in told
    shown = browser.send(f"mall/redemptions/{made.redemption.id}/code")
    assert "KINO-AAAA-1111" in shown
    assert "Cancel it" not in shown
    assert "KINO-AAAA-1111" not in browser.see("mall")


def test_what_cannot_be_had_says_why_and_has_no_button(shop):
    shop.give_points(300)
    browser, there = shop.browser(), f"mall/items/{PLAN_ID}/dear"
    page = browser.see(there)
    assert "it costs 90,000 points, 89,700 more than there are to spend" in words_of(page)
    assert "Redeem for" not in page
    told = words_of(browser.send(there, key="k"))
    assert "You have 300 points to spend, and this needs 90,000." in told
    assert mall.redemptions_of(shop.shop.id, "anna") == ()


def test_another_customers_things_are_never_reached_by_their_number(shop):
    upload_codes(shop, "KINO-AAAA-1111")
    shop.give_points(300)
    anna, berta = shop.browser(), shop.browser("berta")
    there = f"mall/items/{PLAN_ID}/cinema"
    anna.send(there, key=key_on(anna.see(there)))
    (made,) = mall.redemptions_of(shop.shop.id, "anna")
    at = f"{berta.home}mall/redemptions/{made.redemption.id}"
    assert berta.client.get(at).status_code == 404
    assert berta.client.post(f"{at}/code").status_code == 404
    assert berta.client.post(f"{at}/cancel").status_code == 404
    assert mall.redemptions_of(shop.shop.id, "anna") == (made,)
    assert anna.client.get(f"{anna.home}mall/items/{PLAN_ID}/none").status_code == 404


# --- staying and leaving ----------------------------------------------------------------------------------


def test_a_session_of_one_shop_shows_nothing_of_another(shop):
    other = member_shop(slug="other")
    other.sell(160)
    client = Client()
    client.cookies[COOKIE] = sign_in.open_session(shop.shop.id, "anna", at=timezone.now())
    answer = client.get("/m/other/")
    assert answer.status_code == 403
    assert "A-0001" not in answer.content.decode()


def test_a_visit_renews_a_session_that_is_older_than_a_day_and_no_other(shop):
    client, now = Client(), timezone.now()
    client.cookies[COOKIE] = sign_in.open_session(shop.shop.id, "anna", at=now - timedelta(days=29))
    answer = client.get("/m/gifts/")
    assert answer.status_code == 200
    assert answer.cookies[COOKIE]["path"] == "/m/gifts/"
    assert sign_in.find_session(shop.shop.id, answer.cookies[COOKIE].value, at=now + timedelta(days=29)) is not None
    assert COOKIE not in shop.browser().client.get("/m/gifts/").cookies


def test_nobody_keeps_a_copy_of_the_page_and_no_search_engine_lists_it(shop):
    answer = shop.browser().client.get("/m/gifts/")
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex"


def test_signing_out_here_leaves_other_devices_and_everywhere_leaves_none(shop):
    one, two = shop.browser(), shop.browser()
    gone = one.client.post("/m/gifts/sign-out")
    assert gone.status_code == 302
    assert (gone.cookies[COOKIE].value, gone.cookies[COOKIE]["path"]) == ("", "/m/gifts/")
    assert two.client.get("/m/gifts/").status_code == 200
    three = shop.browser()
    three.client.post("/m/gifts/sign-out/everywhere")
    assert two.client.get("/m/gifts/").status_code == 403
    assert shop.browser().client.get("/m/gifts/").status_code == 200


def test_a_form_without_its_token_is_refused(shop):
    client = Client(enforce_csrf_checks=True)
    client.cookies[COOKIE] = sign_in.open_session(shop.shop.id, "anna", at=timezone.now())
    for path in ("sign-out", "sign-out/everywhere", "check-in", "check-in/made-up", f"mall/items/{PLAN_ID}/cup"):
        assert client.post(f"/m/gifts/{path}", {**CHECK_IN, "day": today()}).status_code == 403, path
    assert client.get("/m/gifts/").status_code == 200
    assert points.points_of(shop.shop.id, "anna", datetime.now(UTC)).balance == 0
