"""Statements that the server prepares, and those that are sent without waiting for their answers."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from jiacan.kernel.statements import Prepared
from jiacan.tenancy.models import Shop

pytestmark = pytest.mark.django_db(transaction=True)

FIND = Prepared("SELECT slug FROM tenancy_shop WHERE slug = ANY(%(slugs)s::text[]) ORDER BY slug")
ADD = Prepared("INSERT INTO tenancy_shop (slug, name, zone, currency) VALUES (%(slug)s::text, '', '', '')")


def add(slug: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(ADD, {"slug": slug})


def found(*slugs: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(FIND, {"slugs": list(slugs)})
        return [slug for (slug,) in cursor.fetchall()]


def add_together(*slugs: str, then_find: bool = False) -> None:
    with transaction.atomic():
        for slug in slugs:
            add(slug)
        if then_find:
            found(*slugs)


def prepared(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", [f"{statement[:20]}%"])
        return cursor.fetchone()[0]


def test_a_prepared_statement_is_planned_once_and_asked_again():
    add("a")
    assert [found("a"), found("b"), found("a", "b")] == [["a"], [], ["a"]]
    assert (prepared(FIND), prepared(ADD)) == (1, 1)


def test_what_was_sent_ahead_is_there_for_whatever_comes_after_it():
    with transaction.atomic():
        add("a")
        assert found("a") == ["a"]
        add("b")
        assert sorted(Shop.objects.values_list("slug", flat=True)) == ["a", "b"]
        add("c")
        with (
            connection.cursor() as cursor,
            cursor.copy("COPY tenancy_shop (slug, name, zone, currency) FROM STDIN") as copy,
        ):
            copy.write_row(("d", "", "", ""))
        add("e")
        assert [shop.slug for shop in Shop.objects.order_by("slug").iterator()] == ["a", "b", "c", "d", "e"]
        add("f")
    assert Shop.objects.count() == 6


def test_what_went_wrong_is_told_by_the_next_answer_and_nothing_stays():
    add("a")
    with pytest.raises(IntegrityError):
        add_together("b", "a", then_find=True)
    assert found("a", "b") == ["a"]


def test_what_went_wrong_is_told_by_the_commit_and_nothing_stays():
    add("a")
    with pytest.raises(IntegrityError):
        add_together("b", "a")
    assert found("a", "b") == ["a"]


def test_what_went_wrong_is_told_by_the_end_of_a_savepoint_and_the_rest_stays():
    add("a")
    with transaction.atomic():
        add("b")
        with pytest.raises(IntegrityError):
            add_together("c", "a")
        with pytest.raises(IntegrityError):
            add_together("c", "a", then_find=True)
        add("d")
    assert found("a", "b", "c", "d") == ["a", "b", "d"]


def test_what_is_given_up_leaves_a_connection_to_go_on_with():
    with transaction.atomic():
        add("a")
        transaction.set_rollback(True)
    assert found("a") == []


def test_outside_a_transaction_a_statement_is_answered_at_once():
    add("a")
    with pytest.raises(IntegrityError):
        add("a")


def test_statements_that_are_written_down_work_the_same():
    with CaptureQueriesContext(connection) as written, transaction.atomic():
        add("a")
        assert found("a") == ["a"]
    assert [query["sql"][:6] for query in written.captured_queries if query["sql"][:5] != "BEGIN"][:2] == [
        "INSERT",
        "SELECT",
    ]
