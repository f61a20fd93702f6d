"""Several real processes at one shop's owners, audit and links; and without the locks, to see that they hold it.

A child process imports this file by its name, so everything it runs stands at the top level.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from threading import Barrier
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection

import jiacan.project.start  # noqa: F401 - readies the models in a child process, before the facade is imported
from jiacan.project import database
from jiacan.tenancy import facade, joining
from jiacan.tenancy.contracts import Actor, JiacanError, LastOwner, Role, Shop
from jiacan.tenancy.models import AuditEntry
from jiacan.tenancy.models import Person as PersonRow
from jiacan.tenancy.store import audit as audit_store
from jiacan.tenancy.store import people, shops
from tests.slices.processes import Processes

PROCESSES, LINES = 8, 50
PATIENCE_SECONDS = 60
AT = datetime(2026, 11, 1, tzinfo=UTC)
TEST = Actor("test", "test")
LOCK_AUDIT, LOCK_SHOP, COUNT_OWNERS = audit_store._LOCK, shops.lock_shop, people.count_owners


def together(processes: Processes, work: Callable, url: str, arguments: list[tuple]) -> list:
    """What the work gave in each process; all begin at once."""
    pool, barrier = processes
    pending = [pool.apply_async(work, (url, barrier, *each)) for each in arguments]
    return [one.get(PATIENCE_SECONDS) for one in pending]


# --- the audit --------------------------------------------------------------------------------------------


def write_lines(url: str, barrier: Barrier, shop_id: int, number: int, locked: bool) -> int:
    """One process: its lines, each in a transaction of its own; how many were refused."""
    database.connect(url)
    audit_store._LOCK = LOCK_AUDIT if locked else "SELECT %s::bigint"
    barrier.wait(PATIENCE_SECONDS)
    refused = 0
    for line in range(LINES):
        try:
            facade.audit(shop_id, actor=TEST, action="line", subject=f"{number}-{line}")
        except IntegrityError:
            refused += 1
    connection.close()
    return refused


def test_eight_processes_number_the_audit_without_gaps(processes, test_database_url):
    shop = facade.open_shop("tea")
    arguments = [(shop.id, number, True) for number in range(PROCESSES)]
    assert together(processes, write_lines, test_database_url, arguments) == [0] * PROCESSES
    numbers = AuditEntry.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, PROCESSES * LINES + 1))
    assert facade.verify_audit(shop.id).broken_at is None


def test_without_the_lock_they_claim_the_same_numbers_and_the_database_refuses(processes, test_database_url):
    shop = facade.open_shop("tea")
    arguments = [(shop.id, number, False) for number in range(PROCESSES)]
    assert sum(together(processes, write_lines, test_database_url, arguments)) > 0
    assert facade.verify_audit(shop.id).broken_at is None


# --- owners -----------------------------------------------------------------------------------------------


def step_down(url: str, barrier: Barrier, shop_id: int, person_id: int, locked: bool) -> bool:
    """One process: an owner becomes an analyst; whether that was allowed."""
    database.connect(url)
    audit_store._LOCK = LOCK_AUDIT
    shops.lock_shop = LOCK_SHOP if locked else look_at_shop
    people.count_owners = COUNT_OWNERS if locked else partial(count_and_wait, barrier)
    barrier.wait(PATIENCE_SECONDS)
    try:
        facade.set_role(shop_id, person_id, Role.ANALYST, actor=TEST)
    except LastOwner:
        return False
    finally:
        connection.close()
    return True


def look_at_shop(shop_id: int) -> Shop:
    return next(shop for shop in facade.find_shops() if shop.id == shop_id)


def count_and_wait(barrier: Barrier, shop_id: int) -> int:
    """Count the owners, and go on when all others have counted too."""
    owners = COUNT_OWNERS(shop_id)
    barrier.wait(PATIENCE_SECONDS)
    return owners


def eight_owners() -> tuple[int, list[int]]:
    shop = facade.open_shop("tea")
    owners = [PersonRow.objects.create(email=f"{n}@tea.example").pk for n in range(PROCESSES)]
    for person_id in owners:
        people.save_role(shop.id, person_id, Role.OWNER)
    return shop.id, owners


def test_when_every_owner_steps_down_at_once_one_stays(processes, test_database_url):
    shop_id, owners = eight_owners()
    arguments = [(shop_id, person_id, True) for person_id in owners]
    assert sum(together(processes, step_down, test_database_url, arguments)) == PROCESSES - 1
    assert people.count_owners(shop_id) == 1


def test_without_the_lock_no_owner_is_left(processes, test_database_url):
    shop_id, owners = eight_owners()
    arguments = [(shop_id, person_id, False) for person_id in owners]
    together(processes, step_down, test_database_url, arguments)
    assert people.count_owners(shop_id) == 0


# --- links ------------------------------------------------------------------------------------------------


def redeem(url: str, barrier: Barrier, secret: str) -> str | None:
    """One process: whom the link signs in."""
    database.connect(url)
    barrier.wait(PATIENCE_SECONDS)
    person = joining.redeem_sign_in_link(secret, AT)
    connection.close()
    return person and person.email


def begin(url: str, barrier: Barrier, secret: str, number: int) -> bool:
    """One process: makes itself the first owner; whether it was."""
    database.connect(url)
    barrier.wait(PATIENCE_SECONDS)
    try:
        joining.make_owner(
            secret,
            email=f"{number}@tea.example",
            name="",
            password_hash="hash",
            shop_slug="tea",
            zone=ZoneInfo("UTC"),
            at=AT,
            origin="test",
        )
    except JiacanError:
        return False
    finally:
        connection.close()
    return True


def test_a_link_signs_in_once_however_many_follow_it_at_once(processes, test_database_url):
    person = PersonRow.objects.create(email="li@tea.example")
    secret = joining.new_sign_in_link(person.pk, at=AT, minutes=5)
    people_in = together(processes, redeem, test_database_url, [(secret.value,)] * PROCESSES)
    assert sorted(people_in, key=str) == [None] * (PROCESSES - 1) + ["li@tea.example"]


def test_there_is_one_first_owner_even_with_eight_open_links(processes, test_database_url):
    links = [joining.new_sign_in_link(None, at=AT, minutes=5) for _ in range(PROCESSES)]
    arguments = [(secret.value, number) for number, secret in enumerate(links)]
    assert sum(together(processes, begin, test_database_url, arguments)) == 1
    assert PersonRow.objects.count() == 1
