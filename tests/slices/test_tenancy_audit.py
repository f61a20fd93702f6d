"""The audit: numbered, chained, searchable, and telling on whoever tampers with it."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from jiacan.tenancy import facade
from jiacan.tenancy.contracts import Actor, AuditQuery, AuditVerdict
from jiacan.tenancy.core.chain import GENESIS

pytestmark = pytest.mark.django_db

LI = Actor("li@tea.example", "console 10.0.0.7")
ROBOT = Actor("token 3", "api")


@pytest.fixture
def shop():
    """A shop with four lines in its audit, and another shop with one."""
    tea = facade.open_shop("tea")
    facade.audit(tea.id, actor=LI, action="role changed", subject="wu@tea.example", after={"role": "finance"})
    facade.audit(tea.id, actor=ROBOT, action="stock changed", subject="杯子", before={"units": 1}, after={"units": 2})
    facade.audit(facade.open_shop("coffee").id, actor=LI, action="stock changed", subject="mug")
    facade.audit(tea.id, actor=LI, action="stock changed", subject="mug 100%", after={"reason": "中秋 restock"})
    facade.audit(tea.id, actor=LI, action="token made", subject="token 3", after={"scopes": ["orders.send"]})
    return tea


@contextmanager
def tampering():
    """The trigger off, as only whoever owns the database can."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE tenancy_auditentry DISABLE TRIGGER audit_append_only")
        yield cursor
        cursor.execute("ALTER TABLE tenancy_auditentry ENABLE TRIGGER audit_append_only")


def numbers(shop, query=None, **page):
    return [line.number for line in facade.search_audit(shop.id, query or AuditQuery(), **page)]


def test_each_shop_counts_from_one_and_its_chain_begins_anew(shop):
    coffee = facade.get_shop("coffee")
    assert (numbers(shop), numbers(coffee)) == ([4, 3, 2, 1], [1])
    assert [facade.search_audit(one.id, AuditQuery())[-1].previous_hash for one in (shop, coffee)] == [GENESIS] * 2


def test_a_line_says_who_from_where_what_before_and_after(shop):
    line = facade.search_audit(shop.id, AuditQuery(text="杯子"))[0]
    assert (line.actor, line.origin, line.action, line.subject) == ("token 3", "api", "stock changed", "杯子")
    assert (line.before, line.after) == ({"units": 1}, {"units": 2})


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (AuditQuery(action="stock changed"), [3, 2]),
        (AuditQuery(actor="LI@"), [4, 3, 1]),
        (AuditQuery(text="中秋"), [3]),
        (AuditQuery(text="orders.send"), [4]),
        (AuditQuery(text="10.0.0.7"), [4, 3, 1]),
        (AuditQuery(text="finance", action="stock changed"), []),
        (AuditQuery(text="%"), [3]),
        (AuditQuery(text="_"), []),
    ],
)
def test_search_looks_in_every_field_and_takes_signs_literally(shop, query, found):
    assert numbers(shop, query) == found


def test_search_by_time_is_half_open(shop):
    line = facade.search_audit(shop.id, AuditQuery())[1]
    assert numbers(shop, AuditQuery(since=line.at)) == [4, 3]
    assert numbers(shop, AuditQuery(until=line.at)) == [2, 1]


def test_pages_follow_each_other_and_the_walk_gives_them_all(shop):
    assert numbers(shop, limit=3) == [4, 3, 2]
    assert numbers(shop, limit=3, before_number=2) == [1]
    assert [line.number for line in facade.walk_audit(shop.id, AuditQuery(action="stock changed"))] == [3, 2]


def test_whatever_json_can_say_is_hashed_as_the_database_keeps_it(shop):
    value = {"big": 1e22, "small": 1e-9, "zero": -0.0, "text": "“引号”\\ \n", "list": [1, 2.50, None, True]}
    at = datetime(2026, 11, 1, tzinfo=UTC)
    facade.audit(shop.id, actor=LI, action="a", subject="b", before={"share": Decimal("0.10"), "at": at}, after=value)
    assert facade.verify_audit(shop.id).broken_at is None


def test_an_untouched_audit_is_whole(shop):
    head = facade.search_audit(shop.id, AuditQuery())[0].hash
    assert facade.verify_audit(shop.id) == AuditVerdict(checked=4, broken_at=None, head=head)
    assert facade.verify_audit(facade.open_shop("empty").id) == AuditVerdict(checked=0, broken_at=None, head=GENESIS)


@pytest.mark.parametrize(
    "change",
    [
        "SET actor = 'wu@tea.example'",
        "SET origin = ''",
        "SET at = at + interval '1 microsecond'",
        "SET after = '{\"units\": 3}'",
        "SET before = NULL",
        "SET subject = 'x', hash = repeat('0', 64)",
    ],
)
def test_a_changed_line_is_found(shop, change):
    with tampering() as cursor:
        cursor.execute(f"UPDATE tenancy_auditentry {change} WHERE shop_id = %s AND number = 2", [shop.id])
    verdict = facade.verify_audit(shop.id)
    assert (verdict.checked, verdict.broken_at) == (1, 2)


def test_a_line_taken_out_is_found_even_when_the_others_are_numbered_anew(shop):
    with tampering() as cursor:
        cursor.execute("DELETE FROM tenancy_auditentry WHERE shop_id = %s AND number = 2", [shop.id])
        assert facade.verify_audit(shop.id).broken_at == 2
        for number in (3, 4):
            cursor.execute(
                "UPDATE tenancy_auditentry SET number = number - 1 WHERE shop_id = %s AND number = %s",
                [shop.id, number],
            )
    assert facade.verify_audit(shop.id).broken_at == 2


def test_a_line_cut_off_the_end_shows_by_the_head_that_was_kept_elsewhere(shop):
    kept = facade.verify_audit(shop.id).head
    with tampering() as cursor:
        cursor.execute("DELETE FROM tenancy_auditentry WHERE shop_id = %s AND number = 4", [shop.id])
    after = facade.verify_audit(shop.id)
    assert (after.broken_at, after.head == kept) == (None, False)


def test_lines_are_in_order_of_the_databases_clock(shop):
    times = [line.at for line in facade.search_audit(shop.id, AuditQuery())]
    assert times == sorted(times, reverse=True)
    assert times[0] - times[-1] < timedelta(minutes=1)
