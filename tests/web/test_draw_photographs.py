"""Photographs of prizes: taken from staff, shown to everyone, and no part of what was promised."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jiacan.draws.facade import photographs
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import AuditQuery, Role
from tests.core.small_photographs import SECRET, png
from tests.web.draw_shop import PLAN_ID, DrawShop, draw_shop
from tests.web.pages import member_of, signed_in

pytestmark = pytest.mark.django_db

STAFF = f"/s/gifts/campaigns/{PLAN_ID}/draws/lucky"
EVERYONE = tuple(f"anna-{n:03}" for n in range(1, 9))


@pytest.fixture
def shop() -> DrawShop:
    made = draw_shop(cards=8)
    made.sell(*EVERYONE)
    return made


@pytest.fixture
def marketing(shop: DrawShop) -> Client:
    return signed_in(member_of(shop.shop, Role.MARKETING))


def upload(client: Client, data: bytes, *, prize: str = "first", name: str = "tablet.png") -> str:
    """What the page says when the file is sent."""
    sent = {"prize": prize, "photograph": SimpleUploadedFile(name, data)}
    answer = client.post(f"{STAFF}/photograph", sent, follow=True, headers={"accept-language": "en"})
    return answer.content.decode()


def pictures(address: str, client: Client | None = None) -> list[str]:
    """The photographs' tags on a page."""
    page = (client or Client()).get(address, headers={"accept-language": "en"}).content.decode()
    return re.findall(r'<img class="draw-photograph"[^>]*>', page)


def test_a_photograph_is_shown_with_its_prizes_name_and_size_and_kept_by_browsers_for_ever(shop, marketing):
    address = f"/d/{shop.draw('lucky').code}/"
    assert pictures(address) == []
    said = upload(marketing, png(30, 20, (b"tEXt", SECRET)))
    assert "The photograph is shown on the draw" in said
    (shown,) = pictures(address)
    assert re.search('alt="Tablet[^"]*"', shown)
    assert 'width="30" height="20"' in shown
    answer = Client().get(re.search(r'src="([^"]+)"', shown)[1])
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert answer.content == png(30, 20)
    assert "immutable" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert len(pictures(f"{STAFF}/page", marketing)) == 1


def test_whoever_won_sees_the_photograph_on_their_ticket(shop, marketing):
    upload(marketing, png(30, 20))
    upload(marketing, png(20, 20), prize="second")
    upload(marketing, png(10, 20), prize="third")
    shop.play(*EVERYONE)
    won = {customer: shop.ticket(customer).result.prize for customer in EVERYONE}
    wide = {"first": 30, "second": 20, "third": 10}
    for customer, prize in won.items():
        shown = [int(re.search(r'width="(\d+)"', each)[1]) for each in pictures(shop.link(customer))]
        assert shown == ([wide[prize]] if prize else []), customer


def test_another_photograph_has_another_address_and_each_change_is_in_the_audit_once(shop, marketing):
    upload(marketing, png(30, 20))
    upload(marketing, png(30, 20))
    (first,) = pictures(f"/d/{shop.draw('lucky').code}/")
    upload(marketing, png(30, 21))
    (second,) = pictures(f"/d/{shop.draw('lucky').code}/")
    assert first != second
    assert Client().get(re.search(r'src="([^"]+)"', first)[1]).status_code == 404
    marketing.post(f"{STAFF}/photograph/remove", {"prize": "first"})
    marketing.post(f"{STAFF}/photograph/remove", {"prize": "first"})
    assert pictures(f"/d/{shop.draw('lucky').code}/") == []
    told = [line.action for line in tenancy.search_audit(shop.shop.id, AuditQuery(), limit=3)]
    assert told == ["prize photograph removed", "prize photograph changed", "prize photograph changed"]


def test_what_is_no_photograph_or_of_no_prize_is_refused_with_the_reason(shop, marketing):
    assert "no JPEG, PNG or WebP" in upload(marketing, b"<svg onload=alert(1)>", name="tablet.png")
    assert "no JPEG, PNG or WebP" in upload(marketing, b"")
    assert "has no prize" in upload(marketing, png(), prize="car")
    assert photographs.photographs_of(shop.draw("lucky")) == {}


def test_whoever_may_not_edit_the_plan_sees_no_form_and_changes_nothing(shop):
    service = signed_in(member_of(shop.shop, Role.SERVICE_AGENT))
    page = service.get(f"{STAFF}/page").content.decode()
    assert 'type="file"' not in page
    answer = service.post(f"{STAFF}/photograph", {"prize": "first", "photograph": SimpleUploadedFile("a.png", png())})
    assert answer.status_code == 403
    assert photographs.photographs_of(shop.draw("lucky")) == {}


def test_a_photograph_changes_nothing_of_what_was_promised(shop, marketing):
    before = shop.draw("lucky")
    upload(marketing, png(30, 20))
    assert shop.draw("lucky") == before
