"""What the server writes down of requests and faults: enough to find them, nothing that belongs to a person."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import structlog
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from jiacan.project.serving.logs import formatter
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy import joining
from jiacan.tenancy.contracts import Actor, Person

pytestmark = pytest.mark.django_db

EMAIL, PASSWORD = "ann.example@shop.example", "a long enough passphrase"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Every record of the process as the server would write it, down to what it would leave out."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(structlog.processors.JSONRenderer()))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.fixture
def owner() -> Person:
    """The shop's owner."""
    now = timezone.now()
    return joining.make_owner(
        joining.new_sign_in_link(None, at=now, minutes=5).value,
        email=EMAIL,
        name="Ann Example",
        password_hash=make_password(PASSWORD),
        shop_slug="gifts",
        zone=ZoneInfo("Europe/London"),
        at=now,
        origin="test",
    )


def _requests(log: io.StringIO) -> list[dict]:
    records = [json.loads(line) for line in log.getvalue().splitlines()]
    return [record for record in records if record["logger"] == "jiacan.requests"]


def test_a_sign_in_is_written_down_by_number_and_never_by_address_or_password(log: io.StringIO, owner: Person):
    client = Client()
    wrong = client.post("/account/login/", {"login": EMAIL, "password": "not this one, sorry"})
    right = client.post("/account/login/?next=/shops&customer=7788", {"login": EMAIL, "password": PASSWORD})
    client.get("/shops")
    assert (wrong.status_code, right.status_code) == (200, 302)
    written = log.getvalue()
    for secret in (EMAIL, PASSWORD, "not this one", "Ann Example", "7788", client.cookies["sessionid"].value):
        assert secret not in written
    last = _requests(log)[-1]
    assert (last["route"], last["status"], last["person"]) == ("shops", 200, owner.id)


def test_the_secret_of_a_link_is_not_written_down_wherever_it_leads(log: io.StringIO, owner: Person):
    secret = joining.new_sign_in_link(owner.id, at=timezone.now(), minutes=5).value
    client = Client()
    assert client.get(f"/enter/{secret}").status_code == 200
    assert client.post(f"/enter/{secret}").status_code == 302
    assert client.post(f"/enter/{secret}").status_code == 410
    assert client.get("/r/a-receipt-of-nobody/").status_code == 404
    assert client.get(f"/nowhere/{secret}").status_code == 404
    assert secret not in log.getvalue()
    assert "a-receipt-of-nobody" not in log.getvalue()
    assert [record["route"] for record in _requests(log)] == ["enter/<str:secret>"] * 3 + [
        "r/<str:secret>/",
        "unmatched",
    ]


def test_of_a_fault_the_types_and_places_are_written_down_but_not_what_it_quotes(log: io.StringIO):
    def find(email: str) -> None:
        raise LookupError(f"no person {email}")

    try:
        find(EMAIL)
    except LookupError:
        logging.getLogger("jiacan.test").exception("a page broke")
    (record,) = [json.loads(line) for line in log.getvalue().splitlines()]
    assert record["event"] == "a page broke"
    assert record["fault"][-1] == "LookupError"
    assert record["fault"][-2].endswith(" find")
    assert EMAIL not in log.getvalue()


def test_what_is_too_large_is_refused_by_its_length_on_pages_and_in_the_api():
    too_long = str(settings.MAX_UPLOAD_BYTES + 1)
    page = Client().post("/account/login/", b"", content_type="text/plain", CONTENT_LENGTH=too_long)
    assert page.status_code == 413
    assert "text/html" in page.headers["Content-Type"]
    problem = Client().post("/api/v1/orders", b"", content_type="application/json", CONTENT_LENGTH=too_long)
    assert problem.status_code == 413
    assert problem.headers["Content-Type"] == "application/problem+json"
    assert problem.json()["status"] == 413


def test_the_key_of_an_invitation_is_not_written_down(log: io.StringIO, owner: Person):
    membership = tenancy.memberships_of(owner.id)[0]
    actor = Actor(owner.email, "test")
    now = timezone.now()
    _, secret = joining.invite(
        membership.shop.id, email="bea@shop.example", role=membership.role, actor=actor, at=now - timedelta(minutes=1)
    )
    assert Client().get(f"/invitation/{secret.value}").status_code == 200
    assert secret.value not in log.getvalue()
    assert "bea@shop.example" not in log.getvalue()
