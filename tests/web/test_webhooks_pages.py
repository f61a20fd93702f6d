"""The settings pages of webhooks and jobs: what they show, what they change, and to whom they are open."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from jiacan.tenancy.contracts import Actor, AuditQuery, Role
from jiacan.tenancy.facade import search_audit
from jiacan.webhooks import facade, jobs
from jiacan.webhooks.contracts import EventKind, JobState, WebhookEvent
from tests.slices.webhook_receiver import Receiver
from tests.web.pages import member_of, shop_of, signed_in

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 11, 12, tzinfo=UTC)
ANN = Actor("ann@shop.example", "console 203.0.113.9")
HOOKS = "/s/gifts/settings/webhooks/"
JOBS = "/s/gifts/settings/jobs/"
SECRET = re.compile(r"whsec_[\w-]{40,}")


@pytest.fixture
def shop():
    return shop_of("gifts")


@pytest.fixture
def owner(shop):
    return signed_in(member_of(shop, Role.OWNER))


@pytest.fixture
def endpoint(shop, settings):
    settings.PRIVATE_WEBHOOKS = True
    added, _ = facade.add_endpoint(
        shop.id, url="http://127.0.0.1:9/hooks", kinds=[EventKind.STOCK_LOW], actor=ANN, at=AT
    )
    return added


def announce(shop, plan="p"):
    facade.announce(shop.id, [WebhookEvent(EventKind.STOCK_LOW, f"{plan}/mug", AT, {"left": 3})])


def deliver(shop, endpoint):
    """Try what waits, as a worker would."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'webhooks.deliver' RETURNING args")
        rows = cursor.fetchall()
    for _ in rows:
        numbers = [*range(1, 10_000)]
        jobs.deliver(shop.id, endpoint.id, numbers)


def test_an_empty_page_teaches_and_offers_to_begin(owner):
    text = owner.get(HOOKS).content.decode()
    assert "Nothing is told yet" in text
    assert "Jiacan-Signature: v1=" in text
    assert "Award granted (award.granted)" in text


def test_a_webhook_is_added_and_its_secret_shown_once(shop, owner, settings):
    settings.PRIVATE_WEBHOOKS = True
    chosen = {"url": "http://127.0.0.1:9/hooks", "kinds": ["stock.low", "campaign.live"]}
    answer = owner.post(f"{HOOKS}add", chosen)
    (secret,) = set(SECRET.findall(answer.content.decode()))
    assert "no-store" in answer["Cache-Control"]
    (added,) = facade.endpoints_of(shop.id)
    assert (added.url, added.kinds) == (chosen["url"], {EventKind.STOCK_LOW, EventKind.CAMPAIGN_LIVE})
    assert added.created_by == "owner@example.com"
    for path in (HOOKS, f"{HOOKS}{added.id}/"):
        assert secret not in owner.get(path).content.decode()


@pytest.mark.parametrize(
    ("url", "kinds", "said"),
    [
        ("http://127.0.0.1/", ["stock.low"], "private network"),
        ("http://169.254.169.254/", ["stock.low"], "own affairs"),
        ("ftp://shop.example/", ["stock.low"], "must begin with https://"),
        ("https://a:b@shop.example/", ["stock.low"], "user or password"),
        ("https://shop.example/", [], "required"),
        ("https://shop.example/", ["nonsense"], "nonsense"),
    ],
)
def test_what_cannot_be_added_says_why_and_loses_nothing_that_was_typed(shop, owner, url, kinds, said):
    answer = owner.post(f"{HOOKS}add", {"url": url, "kinds": kinds})
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert url in answer.content.decode()
    assert facade.endpoints_of(shop.id) == ()


def test_a_webhook_is_changed_switched_off_and_on_and_removed(shop, owner, endpoint):
    here = f"{HOOKS}{endpoint.id}/"
    changed = {"url": "http://127.0.0.1:9/other", "kinds": ["award.refused"]}
    assert owner.post(f"{here}change", changed).status_code == 302
    found = facade.find_endpoint(shop.id, endpoint.id)
    assert (found.url, found.kinds) == (changed["url"], {EventKind.AWARD_REFUSED})
    owner.post(f"{here}switch", {"active": "off"})
    assert not facade.find_endpoint(shop.id, endpoint.id).active
    assert "switched off" in owner.get(here).content.decode()
    owner.post(f"{here}switch", {"active": "on"})
    assert facade.find_endpoint(shop.id, endpoint.id).active
    owner.post(f"{here}remove")
    assert facade.endpoints_of(shop.id) == ()
    lines = search_audit(shop.id, AuditQuery(actor="owner@example.com"))
    assert [line.action for line in lines] == ["webhook removed", *["webhook changed"] * 3]


def test_a_new_secret_is_shown_once(owner, endpoint):
    answer = owner.post(f"{HOOKS}{endpoint.id}/secret")
    (secret,) = set(SECRET.findall(answer.content.decode()))
    assert secret not in owner.get(f"{HOOKS}{endpoint.id}/").content.decode()


def test_the_log_shows_each_delivery_its_answer_and_its_next_try_and_replays(shop, owner, settings):
    settings.PRIVATE_WEBHOOKS = True
    with Receiver(answers=[500], text="<b>out of order</b>") as receiver:
        added, _ = facade.add_endpoint(shop.id, url=receiver.url, kinds=[EventKind.STOCK_LOW], actor=ANN, at=AT)
        announce(shop)
        here = f"{HOOKS}{added.id}/"
        assert "not tried yet" in owner.get(here).content.decode()
        deliver(shop, added)
        (delivery,) = facade.deliveries_of(shop.id, added.id)
        log = owner.get(here).content.decode()
        assert "answered 500; only 200 to 299 count as accepted" in log
        assert "on its way" in log
        assert delivery.next_try_at.isoformat(timespec="seconds") in log
        detail = owner.get(f"{HOOKS}deliveries/{delivery.id}/").content.decode()
        assert "&lt;b&gt;out of order&lt;/b&gt;" in detail
        assert owner.post(f"{HOOKS}deliveries/{delivery.id}/replay").status_code == 302
        deliver(shop, added)
        assert "accepted with 200" in owner.get(here).content.decode()
        assert len({received.headers["Jiacan-Delivery"] for received in receiver.received}) == 1


def test_a_test_delivery_is_sent_from_the_page(shop, owner, endpoint):
    owner.post(f"{HOOKS}{endpoint.id}/ping")
    assert [delivery.kind for delivery in facade.deliveries_of(shop.id, endpoint.id)] == ["ping"]
    assert "Test delivery" in owner.get(f"{HOOKS}{endpoint.id}/").content.decode()


def test_after_days_of_failure_the_page_says_so(shop, owner, endpoint):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE webhooks_endpoint SET failing_since = %s", [timezone.now() - timedelta(days=3, hours=1)]
        )
    for path in (HOOKS, f"{HOOKS}{endpoint.id}/"):
        assert "nothing accepted for 3 days" in owner.get(path).content.decode()


def test_a_long_log_is_read_page_by_page(shop, owner, endpoint):
    for number in range(60):
        announce(shop, f"plan-{number:02}")
    first = owner.get(f"{HOOKS}{endpoint.id}/").content.decode()
    assert ("plan-59/" in first, "plan-10/" in first, "plan-09/" in first) == (True, True, False)
    (older,) = re.findall(r'href="([^"]+)" rel="next"', first)
    second = owner.get(older).content.decode()
    assert ("plan-10/" in second, "plan-09/" in second, "plan-00/" in second) == (False, True, True)


@pytest.mark.parametrize("role", Role)
def test_only_those_who_manage_webhooks_see_or_change_them(shop, endpoint, role):
    client = signed_in(member_of(shop, role))
    allowed = role in {Role.OWNER, Role.OPERATIONS}
    here = f"{HOOKS}{endpoint.id}/"
    assert client.get(HOOKS).status_code == (200 if allowed else 403)
    assert client.get(here).status_code == (200 if allowed else 403)
    for step in ("ping", "secret", "switch", "remove"):
        assert (client.post(here + step).status_code == 403) != allowed
    assert (facade.find_endpoint(shop.id, endpoint.id) is None) == allowed


def test_another_shop_s_webhooks_do_not_exist(shop, endpoint):
    announce(shop)
    (delivery,) = facade.deliveries_of(shop.id, endpoint.id)
    other = signed_in(member_of(shop_of("other"), Role.OWNER, email="other@example.com"))
    assert other.get(f"{HOOKS}{endpoint.id}/").status_code == 404
    there = "/s/other/settings/webhooks/"
    for path in (f"{there}{endpoint.id}/", f"{there}deliveries/{delivery.id}/"):
        assert other.get(path).status_code == 404
    for path in (f"{there}{endpoint.id}/remove", f"{there}deliveries/{delivery.id}/replay"):
        assert other.post(path).status_code == 404
    assert facade.find_endpoint(shop.id, endpoint.id) == endpoint


# --- jobs -------------------------------------------------------------------------------------------------


@pytest.fixture
def failed(shop):
    """A job of the shop that has failed."""
    facade.defer("campaigns.rehearse", [{"shop_id": shop.id}], queue_name="default")
    (job,) = facade.jobs_of(shop.id, state=JobState.WAITING)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed', attempts = 1 WHERE id = %s", [job.id])
    facade.note_failure(job.id, "ValueError: the file is <empty>")
    return job.id


def test_the_queue_shows_what_failed_why_and_runs_it_again(shop, owner, failed):
    text = owner.get(f"{JOBS}?state=failed").content.decode()
    assert "ValueError: the file is &lt;empty&gt;" in text
    assert "No worker has run on this database yet" in text
    owner.post(f"{JOBS}{failed}/retry")
    assert [job.id for job in facade.jobs_of(shop.id, state=JobState.WAITING)] == [failed]
    assert "No jobs here" in owner.get(f"{JOBS}?state=failed").content.decode()
    assert "may have been retried already" in owner.post(f"{JOBS}{failed}/retry", follow=True).content.decode()


def test_another_shop_s_jobs_are_neither_seen_nor_run_again(shop, failed):
    other = signed_in(member_of(shop_of("other"), Role.OWNER, email="other@example.com"))
    assert "campaigns.rehearse" not in other.get("/s/other/settings/jobs/").content.decode()
    other.post(f"/s/other/settings/jobs/{failed}/retry")
    assert [job.id for job in facade.jobs_of(shop.id, state=JobState.FAILED)] == [failed]


@pytest.mark.parametrize(
    ("role", "sees", "retries"),
    [
        (Role.OWNER, True, True),
        (Role.OPERATIONS, True, True),
        (Role.AUDITOR, True, False),
        (Role.MARKETING, False, False),
        (Role.FINANCE, False, False),
    ],
)
def test_whoever_sees_jobs_may_not_always_run_them_again(shop, failed, role, sees, retries):
    client = signed_in(member_of(shop, role))
    answer = client.get(JOBS)
    assert answer.status_code == (200 if sees else 403)
    assert ("Run again" in answer.content.decode()) == retries
    assert (client.post(f"{JOBS}{failed}/retry").status_code != 403) == retries


def test_a_state_that_does_not_exist_is_refused_in_the_page(owner):
    assert owner.get(f"{JOBS}?state=nonsense").status_code == 400
    assert owner.get(f"{JOBS}?before=x").status_code == 400
