"""Customers of a shop that moved come in at their page as before: sessions, links and secrets move with it."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from jiacan.campaigns.web.member.guard import COOKIE
from jiacan.kernel.places import at_place
from jiacan.members.facade import sign_in
from jiacan.project.places.moving import move_shop
from tests.core.test_entry_tokens import token
from tests.slices.places.looking import rows_of
from tests.web.member_shop import PLAN_ID, WHO, member_shop

pytestmark = pytest.mark.django_db

OF_DOORS = {"members_entrysecret", "members_signinlink", "members_usedtoken", "members_signedout", "members_entrytry"}


def test_customers_come_in_and_stay_in_where_their_shop_has_moved(servers):
    shop, now = member_shop(), timezone.now()
    shop.sell(160)
    secret = sign_in.make_secret(shop.shop.id, actor=WHO, at=now)[1].value
    links = [sign_in.make_link(shop.shop.id, "anna", made_by="till", at=now).value for _ in range(2)]
    seconds = int(now.timestamp())
    texts = [
        token({"sub": "anna", "iat": seconds, "exp": seconds + 300, "jti": uuid4().hex}, secret=secret)
        for _ in range(2)
    ]
    stays = shop.browser()
    sign_in.sign_out_everywhere(shop.shop.id, "berta")
    berta = Client()
    berta.cookies[COOKIE] = sign_in.open_session(shop.shop.id, "berta", at=now)
    sign_in.sign_out_everywhere(shop.shop.id, "berta")
    assert Client().post(f"/m/gifts/link/{links[0]}").status_code == 302
    assert Client().get(f"/m/gifts/enter?token={texts[0]}").status_code == 302

    move_shop(shop.shop, servers["east"], tuple(servers.values()), on_progress=lambda *_: None)

    assert set(rows_of(servers["east"], shop.shop.id)) >= OF_DOORS
    assert OF_DOORS & set(rows_of(servers["main"], shop.shop.id)) == set()
    assert "CN¥160.00 of CN¥500.00" in stays.see()
    assert berta.get("/m/gifts/").status_code == 403
    assert [Client().post(f"/m/gifts/link/{each}").status_code for each in links] == [410, 302]
    assert [Client().get(f"/m/gifts/enter?token={each}").status_code for each in texts] == [403, 302]
    shop_id = shop.shop.id
    with at_place(shop_id):
        shop.give_points(300)
    stays.send(f"mall/items/{PLAN_ID}/cup", key="k-1")
    assert "You have 360 points to spend." in stays.see("mall")
