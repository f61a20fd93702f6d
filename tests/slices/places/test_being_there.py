"""Whoever works for a shop works where its rows are: pages, calls, jobs, and what the clock asks for."""

from __future__ import annotations

import re
from contextlib import contextmanager

import psycopg
import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.utils import timezone

from jiacan.api import jobs as api_jobs
from jiacan.campaigns import jobs as campaign_jobs
from jiacan.campaigns.web.member.guard import COOKIE
from jiacan.kernel import places as kernel
from jiacan.kernel.places import at_place
from jiacan.members import jobs as member_jobs
from jiacan.members.facade import sign_in
from jiacan.project import database
from jiacan.project.places.moving import move_shop
from jiacan.project.places.routing import is_of_directory
from jiacan.project.places.tables import tables_of_shops
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Role
from jiacan.webhooks import jobs as webhook_jobs
from tests.slices.places.looking import rows_of
from tests.web.api_caller import PLAN_ID, Caller, live_shop, order, token_of
from tests.web.test_access import GUARDED, OF_MEMBERS, signed_in, status
from tests.web.test_api_carts import cart
from tests.web.test_api_scopes import OPERATIONS

pytestmark = pytest.mark.django_db

TABLES = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
"""
OF_THE_DIRECTORY = {
    *("tenancy_shop", "tenancy_member", "tenancy_token", "tenancy_invitation", "project_place", "api_ratebucket"),
}


# --- nothing of a shop is asked elsewhere -----------------------------------------------------------------


class Watched:
    """One place only, which knows whether someone is there, and what of shops was asked while nobody was."""

    def __init__(self):
        with psycopg.connect(database.current_url()) as session:
            names = [table.name for table in tables_of_shops(session)]
        self.pattern = re.compile(rf"\b({'|'.join(names)})\b")
        self.depth = 0
        self.elsewhere = []

    @contextmanager
    def at_place(self, shop_id):
        self.depth += 1
        try:
            yield
        finally:
            self.depth -= 1

    long_at_place = at_place

    def each_server(self):
        yield self.at_place(0)

    def directory(self):
        return kernel.ONE_DATABASE

    def statement(self, execute, sql, params, many, context):
        if not self.depth and self.pattern.search(str(sql)):
            self.elsewhere.append(str(sql))
        return execute(sql, params, many, context)


@pytest.fixture
def watched(transactional_db):
    places = Watched()
    kernel.use(places)
    with connection.execute_wrapper(places.statement):
        yield places
    kernel.use(None)


def test_what_is_asked_of_a_shop_elsewhere_is_noticed(watched):
    shop = tenancy.open_shop("own")
    assert tenancy.audited_actions(shop.id) == ()
    assert len(watched.elsewhere) == 1


def test_every_page_of_a_shop_is_made_at_its_place(watched):
    live_shop(slug="own")
    watched.elsewhere.clear()
    client = signed_in(tenancy.get_shop("own"), Role.OWNER)
    for address in GUARDED:
        path = address.path.replace("/campaigns/something/", f"/campaigns/{PLAN_ID}/")
        for method in ("get", "post"):
            status(client, method, path)
            assert watched.elsewhere == [], (method, path)


def test_every_page_of_a_customer_is_made_at_the_shops_place(watched):
    shop = live_shop(slug="own")
    kept = sign_in.open_session(shop.id, "anna", at=timezone.now())
    link = sign_in.make_link(shop.id, "anna", made_by="till", at=timezone.now()).value
    watched.elsewhere.clear()
    for path in (*(address.path for address in OF_MEMBERS), f"/m/own/link/{link}", "/m/own/enter?token=x"):
        for method in ("get", "post"):
            client = Client()
            client.cookies[COOKIE] = kept
            status(client, method, path)
            assert watched.elsewhere == [], (method, path)


def test_long_answers_and_streams_are_made_at_the_shops_place(watched):
    live_shop(slug="own")
    watched.elsewhere.clear()
    client = signed_in(tenancy.get_shop("own"), Role.OWNER)
    for path in (f"campaigns/{PLAN_ID}/awards.csv", "settings/audit/export.csv", "settings/audit/export.ndjson"):
        assert b"".join(client.get(f"/s/own/{path}").streaming_content)
        assert watched.elsewhere == [], path
    looked = iter(client.get(f"/s/own/campaigns/{PLAN_ID}/live").streaming_content)
    assert next(looked).startswith(b"retry")
    assert next(looked).startswith(b"data")
    assert watched.elsewhere == []


def test_every_call_of_the_api_is_answered_at_its_shops_place(watched):
    shop = live_shop(slug="own")
    watched.elsewhere.clear()
    calls = Caller(token_of(shop))
    for each in OPERATIONS:
        calls.send(each.method, each.path, each.body)
        assert watched.elsewhere == [], str(each)


def test_what_the_clock_asks_for_is_done_at_each_shops_place(watched):
    live_shop(slug="own")
    watched.elsewhere.clear()
    for job in (
        api_jobs.forget_old_answers,
        campaign_jobs.announce_turns,
        campaign_jobs.expire_reservations,
        campaign_jobs.watch_rooms,
        campaign_jobs.forget_uploads,
        member_jobs.forget_tries,
        webhook_jobs.tidy,
        webhook_jobs.take_over_stalled,
    ):
        job(0)
        assert watched.elsewhere == [], job.name


def test_public_pages_are_made_at_the_shops_place(watched):
    shop = live_shop(slug="own")
    Caller(token_of(shop)).post("orders", order("o-1"))
    link = Caller(token_of(shop)).get("receipts/o-1").json()["link"]
    watched.elsewhere.clear()
    for path in (f"/c/own/{PLAN_ID}/", f"/c/own/{PLAN_ID}/qr.svg", "/r/unknown/", link):
        Client().get(path)
        assert watched.elsewhere == [], path


def test_every_table_is_of_shops_or_of_the_directory_or_the_queue(db):
    with psycopg.connect(database.current_url()) as session:
        moved = {table.name for table in tables_of_shops(session)}
        every = {row[0] for row in session.execute(TABLES)}
    of_directory = {
        each._meta.db_table for each in apps.get_models(include_auto_created=True) if is_of_directory(each)
    }
    of_queue = {table for table in every if table.startswith("procrastinate_")} | {"webhooks_jobfailure"}
    assert every - moved - of_directory - of_queue == {"django_migrations", "tenancy_cache"}
    assert moved & of_directory == set()


# --- two shops that differ in nothing but their places ----------------------------------------------------


def test_a_shop_elsewhere_is_served_as_one_at_home(servers):
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")
    shops = {slug: live_shop(slug=slug) for slug in ("heron", "kestrel")}
    everyone = tuple(servers.values())
    calls = {slug: Caller(token_of(shop)) for slug, shop in shops.items()}
    for one in calls.values():
        assert one.post("orders", order("o-1")).status_code == 200
    move_shop(shops["kestrel"], servers["east"], everyone, on_progress=lambda *_: None)
    assert_same(*(use(calls[slug], shops[slug]) for slug in shops))
    assert_same(*(look(shops[slug]) for slug in shops))
    with at_place(shops["kestrel"].id):
        assert tenancy.verify_audit(shops["kestrel"].id).broken_at is None
    at_home = rows_of(servers["main"], shops["heron"].id)
    left_at_home = rows_of(servers["main"], shops["kestrel"].id)
    away = rows_of(servers["east"], shops["kestrel"].id)
    assert set(left_at_home) <= OF_THE_DIRECTORY
    assert {table: count for table, count in at_home.items() if table not in OF_THE_DIRECTORY} == {
        table: count for table, count in away.items() if table != "tenancy_shop"
    }
    assert rows_of(servers["west"], shops["kestrel"].id) == {}


REFUND = {
    "refund_id": "r-1",
    "order_id": "o-1",
    "currency": "GBP",
    "refunded_at": "2011-11-16T10:00:00Z",
    "lines": [{"sku": "22423", "quantity": 1, "amount": "80.00"}],
}


def use(one, shop):
    """What a program is answered that does everything once."""
    reserved = one.post("reservations", cart("o-3")).json()
    hook = one.post("webhooks", {"url": "https://93.184.216.34/hooks", "kinds": ["award.granted"]})
    answers = [
        one.post("orders", order("o-2"), Idempotency_Key="k-1"),
        one.post("orders", order("o-2"), Idempotency_Key="k-1"),
        one.post("quote", cart("o-4")),
        one.post(f"reservations/{reserved['id']}/commit", {"paid_at": "2011-11-15T11:00:00Z"}),
        hook,
        one.get("webhooks"),
        one.get("campaigns"),
        one.get(f"awards?plan_id={PLAN_ID}"),
        one.get("orders/o-1"),
        one.get("receipts/o-2"),
        one.get("customers/c-o-1"),
        one.post("refunds", REFUND),
        one.get(f"plans/{PLAN_ID}/versions"),
    ]
    return {str(place): told(answer, shop) for place, answer in enumerate(answers)}


def look(shop):
    """What its owner and its customers see."""
    client = signed_in(shop, Role.OWNER)
    seen = {}
    for path in PAGES:
        seen[path] = told(client.get(path.format(shop=shop.slug)), shop)
    for path, body in POSTS.items():
        seen[path] = told(client.post(path.format(shop=shop.slug), body), shop)
    for path in PAGES:
        seen[path + " again"] = told(client.get(path.format(shop=shop.slug)), shop)
    return seen


CAMPAIGN = f"/s/{{shop}}/campaigns/{PLAN_ID}"
PAGES = (
    "/s/{shop}/",
    *(f"{CAMPAIGN}/{page}" for page in ("room", "budget", "plan", "plan/versions", "offers", "awards", "tasks")),
    f"{CAMPAIGN}/awards/o-1",
    f"{CAMPAIGN}/awards.csv",
    *(f"/s/{{shop}}/settings/{page}" for page in ("shop", "people", "tokens", "audit", "webhooks/", "jobs/")),
    f"/c/{{shop}}/{PLAN_ID}/",
)
POSTS = {
    "/s/{shop}/settings/shop": {"name": "The same name", "zone": "Europe/London"},
    "/s/{shop}/settings/people/invite": {"email": "new@example.com", "role": "analyst"},
    "/s/{shop}/settings/tokens/add": {"name": "till", "scopes": "orders.send"},
    f"{CAMPAIGN}/report/ask": {},
}
_CHANGES = re.compile(
    r"[0-9a-f]{64}|[0-9a-f]{8}-[0-9a-f-]{27}|jia_[\w-]+|whsec_[\w-]+|CSRFToken\": \"\w+|nonce=\"[^\"]+"
    r"|value=\"\w{64}\"|(?<=/d/)\w+|(invitation|r)/[\w-]{20,}|(…|ends in |hint: <ins>)[\w-]{4}|\d+"
)


def told(answer, shop):
    """The status and the words, without what must differ from one shop to the next."""
    assert answer.status_code < 400, (answer.status_code, answer.content[:500])
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    words = _CHANGES.sub("#", body.decode())
    return f"{answer.status_code} " + words.replace(shop.slug, "SHOP").replace(receipt_word(words), "LINK")


def receipt_word(words):
    """The secret in the link to a receipt, if there is one."""
    found = re.search(r"/r/([\w#-]+)/", words)
    return found[1] if found else "there is no link"


def assert_same(home, away):
    """The first that differs is shown."""
    assert home.keys() == away.keys()
    differ = {
        name: [pair for pair in zip(words.split("\n"), away[name].split("\n"), strict=False) if pair[0] != pair[1]]
        for name, words in home.items()
        if words != away[name]
    }
    assert differ == {}
