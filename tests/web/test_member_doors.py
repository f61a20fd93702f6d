"""The doors to a member's page as browsers meet them: the shop's token, the one-time link, and the staff's pages."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from jiacan.campaigns.web.member.guard import COOKIE
from jiacan.members.contracts.sign_in import TRIES_A_MINUTE
from jiacan.members.facade import sign_in
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor, AuditQuery, Role, Shop
from tests.core.test_entry_tokens import token
from tests.web.pages import member_of, shop_of, signed_in

pytestmark = pytest.mark.django_db

WHO = Actor("lead@example.com", "console")
HOME = "/m/gifts/"


@pytest.fixture
def shop() -> Shop:
    return shop_of("gifts", name="茶礼")


def link(shop: Shop) -> str:
    secret = sign_in.make_link(shop.id, "anna", made_by="till", at=timezone.now())
    return f"/m/{shop.slug}/link/{secret.value}"


def secret_of(shop: Shop) -> str:
    return sign_in.make_secret(shop.id, actor=WHO, at=timezone.now())[1].value


def entrance(secret: str, *, shop: str = "gifts", **changes: object) -> str:
    now = int(timezone.now().timestamp())
    said = {"sub": "anna", "iat": now, "exp": now + 300, "jti": uuid4().hex, **changes}
    return f"/m/{shop}/enter?token={token(said, secret=secret)}"


def refused(client: Client, address: str, status: int) -> str:
    """What a door says that lets nobody in."""
    answer = client.get(address)
    assert answer.status_code == status, answer.content[:400]
    assert COOKIE not in answer.cookies
    page = answer.content.decode()
    assert "How to come in" in page
    return html.unescape(page)


# --- the shop's token -------------------------------------------------------------------------------------


def test_a_token_leads_to_the_page_signed_in_and_away_from_its_own_address(shop):
    client, address = Client(), entrance(secret_of(shop))
    answer = client.get(address)
    assert (answer.status_code, answer["Location"]) == (302, HOME)
    kept = answer.cookies[COOKIE]
    assert (kept["path"], kept["httponly"], kept["samesite"], kept["max-age"]) == (HOME, True, "Lax", 30 * 86_400)
    assert not kept["secure"]
    assert "You are signed in as customer anna." in client.get(HOME).content.decode()
    assert "the token was used before" in refused(Client(), address, 403)


def test_a_session_that_came_by_tls_goes_by_tls_only(shop):
    answer = Client().get(entrance(secret_of(shop)), secure=True)
    assert answer.cookies[COOKIE]["secure"]


def test_where_the_server_is_reached_by_tls_every_session_goes_by_tls_only(shop, settings):
    settings.SESSION_COOKIE_SECURE = True
    assert Client().get(entrance(secret_of(shop))).cookies[COOKIE]["secure"]


def test_a_token_that_lets_nobody_in_says_why_and_what_to_do(shop):
    secret = secret_of(shop)
    other = secret_of(shop_of("other"))
    past = int((timezone.now() - timedelta(minutes=6)).timestamp())
    said = {
        entrance("jim_guess"): "not signed with a secret of this shop",
        entrance(other): "not signed with a secret of this shop",
        entrance(secret, iat=past, exp=past + 300): "the token's few minutes are over",
        entrance(secret, exp=int(timezone.now().timestamp()) + 600): "lasts longer than five minutes",
        "/m/gifts/enter?token=x": "not of the form that Jiacan takes",
        "/m/gifts/enter": "not of the form that Jiacan takes",
    }
    for address, why in said.items():
        page = refused(Client(), address, 403)
        assert why in page
        assert "Go back to the shop and open your member page from there once more." in page


def test_only_a_page_that_is_opened_uses_a_token(shop):
    address = entrance(secret_of(shop))
    assert Client().head(address).status_code == 405
    assert Client().post(address).status_code == 405
    assert Client().get(address).status_code == 302


def test_a_shop_that_is_not_there_has_no_doors(shop):
    for path in ("", "points", "enter", "link/x", "mall"):
        assert Client().get(f"/m/nowhere/{path}").status_code == 404, path


# --- the one-time link ------------------------------------------------------------------------------------


def test_a_link_asks_first_and_lets_in_once(shop):
    client, address = Client(), link(shop)
    for _ in range(2):
        answer = client.get(address)
        assert answer.status_code == 200
        assert COOKIE not in answer.cookies
    answer = client.post(address)
    assert (answer.status_code, answer["Location"]) == (302, HOME)
    assert "You are signed in as customer anna." in client.get(HOME).content.decode()
    assert "This link was used already" in refused(Client(), address, 410)
    assert Client().post(address).status_code == 410


def test_a_link_of_another_shop_opens_nothing_here(shop):
    address = link(shop_of("other")).replace("/other/", "/gifts/")
    assert "This link was used already" in refused(Client(), address, 410)


def test_too_many_guesses_are_sent_away_for_a_minute(shop):
    right = link(shop)
    for place in range(TRIES_A_MINUTE):
        refused(Client(), f"/m/gifts/link/guess-{place}", 410)
    assert "Too many tries" in refused(Client(), right, 429)
    assert Client().post(right).status_code == 429
    assert Client().get(right, REMOTE_ADDR="198.51.100.7").status_code == 200


# --- staff ------------------------------------------------------------------------------------------------


def test_a_customer_at_the_counter_scans_a_link_that_an_agent_makes(shop):
    staff = signed_in(member_of(shop, Role.SERVICE_AGENT))
    assert "Let the customer in to their own page" in staff.get("/s/gifts/members/?q=anna").content.decode()
    answer = staff.post("/s/gifts/members/sign-in-link", {"customer": "anna"})
    page = answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    found = re.search(r"http://testserver(/m/gifts/link/[\w-]{43})", page)
    assert 'src="data:image/svg+xml' in page
    client = Client()
    client.post(found[1])
    assert "You are signed in as customer anna." in client.get(HOME).content.decode()
    (line,) = tenancy.search_audit(shop.id, AuditQuery(action="member's link made"))
    assert (line.actor, line.subject) == ("service_agent@example.com", "anna")


def test_a_link_for_nobody_is_not_made(shop):
    staff = signed_in(member_of(shop, Role.OWNER))
    assert staff.post("/s/gifts/members/sign-in-link", {"customer": " "}).status_code == 302
    assert tenancy.search_audit(shop.id, AuditQuery(action="member's link made")) == ()


def test_the_settings_show_a_new_secret_once_and_keep_two(shop):
    staff, settings_page = signed_in(member_of(shop, Role.OWNER)), "/s/gifts/settings/member-page"
    assert "Your site signs nobody in yet" in staff.get(settings_page).content.decode()
    made = []
    for _ in range(3):
        page = staff.post(f"{settings_page}/make").content.decode()
        (secret,) = set(re.findall(r"jim_[\w-]{43}", page))
        made.append(secret)
        assert secret not in staff.get(settings_page).content.decode()
    assert Client().get(entrance(made[0])).status_code == 403
    assert [Client().get(entrance(each)).status_code for each in made[1:]] == [302, 302]
    newest, _ = sign_in.secrets_of(shop.id)
    staff.post(f"{settings_page}/{newest.id}/end")
    assert [Client().get(entrance(each)).status_code for each in made[1:]] == [302, 403]
    names = {line.action for line in tenancy.search_audit(shop.id, AuditQuery())}
    assert names >= {"member secret made", "member secret ended"}
