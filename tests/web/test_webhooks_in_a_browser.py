"""Webhooks and jobs in a real browser: readable, without faults, and nothing leaves the machine."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from jiacan.tenancy.contracts import Actor, Role
from jiacan.webhooks import facade
from jiacan.webhooks.contracts import Answer, EventKind, JobState, Outcome, Trouble, WebhookEvent
from jiacan.webhooks.store import deliveries, endpoints
from tests.web.pages import member_of, shop_of

AT = datetime(2026, 11, 11, 12, tzinfo=UTC)
ANN = Actor("ann@shop.example", "console 203.0.113.9")
HOOKS = "/s/gifts/settings/webhooks/"
OUTCOMES: list[Outcome] = [
    Answer(200, "ok"),
    Answer(503, "<html>The shop's system is being mended</html>" * 20),
    Answer(302, ""),
    Trouble.TIMEOUT,
    Trouble.HELD_BACK,
]


@pytest.fixture
def shop(transactional_db, settings):
    """A shop with a webhook that has seen much, one that was switched off, and one with a very long address."""
    settings.PRIVATE_WEBHOOKS = True
    made = shop_of("gifts")
    busy, off, _ = (
        facade.add_endpoint(made.id, url=url, kinds=list(EventKind), actor=ANN, at=AT)[0]
        for url in ("http://127.0.0.1:9/hooks", "http://127.0.0.1:9/old", f"http://127.0.0.1:9/{'long-' * 60}")
    )
    facade.update_endpoint(made.id, off.id, active=False, actor=ANN)
    events = [WebhookEvent(kind, f"spring/{kind}", AT, {"left": 3}) for kind in EventKind]
    facade.announce(made.id, events)
    due = deliveries.find_due(made.id, busy.id, range(1, 1000), now=timezone.now())
    for parcel, outcome in zip(due, OUTCOMES, strict=False):
        wait = None if outcome == Answer(200, "ok") else timezone.now() + timedelta(minutes=1)
        with transaction.atomic():
            deliveries.add_attempt(
                made.id, parcel, outcome=outcome, at=timezone.now(), milliseconds=31, next_try_at=wait
            )
    endpoints.mark_failing(made.id, busy.id, since=timezone.now() - timedelta(days=3))
    return made, busy


def test_webhooks_can_be_read_by_everyone_who_may(shop, pages):
    made, busy = shop
    delivery = facade.deliveries_of(made.id, busy.id)[-2]
    owner = member_of(made, Role.OWNER)
    for name, path in (
        ("webhooks", HOOKS),
        ("webhook", f"{HOOKS}{busy.id}/"),
        ("webhook-delivery", f"{HOOKS}deliveries/{delivery.id}/"),
        ("jobs", "/s/gifts/settings/jobs/"),
    ):
        pages.shoot(pages.read(path, person=owner, widths=[1280]), name)
        pages.fits(pages.open(path, person=owner, width=390, language="zh", theme="dark"))


def test_pages_without_anything_teach(transactional_db, pages):
    owner = member_of(shop_of("gifts"), Role.OWNER)
    for name, path in (("webhooks-empty", HOOKS), ("jobs-empty", "/s/gifts/settings/jobs/?state=running")):
        pages.shoot(pages.read(path, person=owner, widths=[1280]), name)


def test_a_webhook_is_added_tested_and_removed(transactional_db, pages, settings):
    settings.PRIVATE_WEBHOOKS = True
    made = shop_of("gifts")
    page = pages.open(HOOKS, person=member_of(made, Role.OPERATIONS))
    page.get_by_label("Address").fill("http://127.0.0.1:9/hooks")
    page.get_by_label("Stock runs low").check()
    page.get_by_role("button", name="Add the webhook").click()
    assert page.locator("[data-copied-text]").inner_text().startswith("whsec_")
    pages.axe(page)
    page.get_by_role("button", name="Send a test delivery").click()
    assert page.get_by_role("link", name="Test delivery").is_visible()
    assert page.get_by_text("whsec_").count() == 0
    (endpoint,) = facade.endpoints_of(made.id)
    assert [job.of_shop for job in facade.jobs_of(made.id, state=JobState.WAITING) if job.task == "webhooks.deliver"]
    page.get_by_role("button", name="Remove the webhook").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Remove the webhook").click()
    page.get_by_text("it is told nothing more").wait_for()
    assert facade.find_endpoint(made.id, endpoint.id) is None
