"""Several processes with one link, one token, many guesses: each lets in once, and no guess is beyond the limit.

A child process imports this file by its name, so everything it runs stands at the top level.
"""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Barrier

import pytest
from django.db import connection

import jiacan.project.start  # noqa: F401 - readies the models in a child process, before the facades are imported
from jiacan.members.contracts.sign_in import TRIES_A_MINUTE, TokenRefused, TooManyTries
from jiacan.members.facade import sign_in
from jiacan.members.models.sign_in import EntrySecret
from jiacan.project import database
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor, LinkSpent, Shop
from tests.core.test_entry_tokens import token
from tests.slices.processes import at_once

pytestmark = pytest.mark.django_db(transaction=True)

PROCESSES, ROUNDS = 4, 6
PATIENCE_SECONDS = 120
AT = datetime(2026, 11, 11, 12, tzinfo=UTC)
WHO = Actor("lead@example.com", "console")
SECRET = "jim_known"
LINKS = [f"link-{number}" for number in range(ROUNDS)]
TOKENS = [
    token(
        {"sub": "anna", "iat": int(AT.timestamp()), "exp": int(AT.timestamp()) + 60, "jti": f"nonce-{number:04}"},
        secret=SECRET,
    )
    for number in range(ROUNDS)
]
GUESSES = TRIES_A_MINUTE


def begin(url: str, barrier: Barrier) -> Shop:
    """The shop, in a child process that begins with the others."""
    database.connect(url)
    shop = tenancy.get_shop("gifts")
    barrier.wait(PATIENCE_SECONDS)
    return shop


def come_in(url: str, barrier: Barrier, number: int) -> tuple[int, int]:
    """How many of the links and of the tokens let this process in."""
    shop, links, tokens = begin(url, barrier), 0, 0
    for place in range(ROUNDS):
        barrier.wait(PATIENCE_SECONDS)
        links += _let_in(
            lambda at=place: sign_in.enter_by_link(shop.id, LINKS[at], address=f"10.0.0.{number}", at=AT)
        )
        barrier.wait(PATIENCE_SECONDS)
        tokens += _let_in(
            lambda at=place: sign_in.enter_by_token(shop.id, TOKENS[at], address=f"10.0.1.{number}", at=AT)
        )
    connection.close()
    return links, tokens


def _let_in(enter) -> bool:
    try:
        return bool(enter() == "anna")
    except (LinkSpent, TokenRefused):
        return False


def guess(url: str, barrier: Barrier, number: int) -> tuple[int, int]:
    """How many guesses were looked at, and how many were sent away."""
    shop, looked, away = begin(url, barrier), 0, 0
    for _ in range(GUESSES):
        try:
            sign_in.enter_by_link(shop.id, "guess", address="10.0.2.1", at=AT)
        except TooManyTries:
            away += 1
        except LinkSpent:
            looked += 1
    connection.close()
    return looked, away


def make_secrets(url: str, barrier: Barrier, number: int) -> None:
    """Each process makes a few secrets."""
    shop = begin(url, barrier)
    for _ in range(3):
        sign_in.make_secret(shop.id, actor=WHO, at=AT)
    connection.close()


@pytest.fixture
def shop(monkeypatch) -> Shop:
    made = tenancy.open_shop("gifts")
    given = iter(LINKS)
    monkeypatch.setattr(sign_in.secrets, "token_urlsafe", lambda _: next(given))
    for _ in LINKS:
        sign_in.make_link(made.id, "anna", made_by="till", at=AT)
    monkeypatch.setattr(sign_in.secrets, "token_urlsafe", lambda _: SECRET.removeprefix(sign_in.PREFIX))
    sign_in.make_secret(made.id, actor=WHO, at=AT)
    monkeypatch.undo()
    return made


def test_of_processes_that_race_one_comes_in_by_each_link_and_each_token(shop, processes, test_database_url):
    found = at_once(processes, come_in, test_database_url)
    assert (sum(links for links, _ in found), sum(tokens for _, tokens in found)) == (ROUNDS, ROUNDS)


def test_without_the_key_of_used_tokens_one_would_come_in_more_than_once(shop, processes, test_database_url):
    key = "members_usedtoken_pkey"
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE members_usedtoken DROP CONSTRAINT {key}")
    try:
        found = at_once(processes, come_in, test_database_url)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE members_usedtoken")
            cursor.execute(f"ALTER TABLE members_usedtoken ADD CONSTRAINT {key} PRIMARY KEY (shop_id, nonce_hash)")
    assert sum(tokens for _, tokens in found) == ROUNDS * PROCESSES


def test_guesses_of_many_processes_are_limited_as_those_of_one(shop, processes, test_database_url):
    found = at_once(processes, guess, test_database_url)
    assert sum(looked for looked, _ in found) == TRIES_A_MINUTE
    assert sum(away for _, away in found) == PROCESSES * GUESSES - TRIES_A_MINUTE


def test_processes_that_make_secrets_leave_two_in_force(shop, processes, test_database_url):
    at_once(processes, make_secrets, test_database_url)
    assert len(sign_in.secrets_of(shop.id)) == 2
    assert EntrySecret.objects.count() == 1 + 3 * PROCESSES
