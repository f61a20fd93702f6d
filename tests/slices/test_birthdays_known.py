"""Customers' birthdays as a shop knows them."""

from datetime import UTC, datetime, timedelta

import pytest

from jiacan.customers import facade as customers
from jiacan.customers.contracts import BirthDate, Birthday, BirthdaysRecorded, BirthdayWrong
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor, AuditQuery

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
LATER = AT + timedelta(days=30)
ANNA = Actor("anna@shop.example", "console")


@pytest.fixture
def shop_id():
    return tenancy.open_shop("tea-shop").id


def audited(shop_id):
    lines = tenancy.search_audit(shop_id, AuditQuery())
    return [(line.action, line.subject, line.before, line.after) for line in reversed(lines)]


def test_a_birthday_is_kept_and_audited_without_saying_which(shop_id):
    known = customers.record_birthday(shop_id, "c1", BirthDate(2, 14), by=ANNA, at=AT)
    assert known == Birthday(2, 14, AT)
    assert customers.birthdays_of(shop_id, ["c1", "c2"]) == {"c1": known}
    assert audited(shop_id) == [("birthday recorded", "c1", None, None)]


def test_the_same_again_changes_nothing(shop_id):
    customers.record_birthday(shop_id, "c1", BirthDate(2, 14, 1990), by=ANNA, at=AT)
    again = customers.record_birthday(shop_id, "c1", BirthDate(2, 14, 1990), by=ANNA, at=LATER)
    without_year = customers.record_birthday(shop_id, "c1", BirthDate(2, 14), by=ANNA, at=LATER)
    assert again == without_year == Birthday(2, 14, AT, 1990)
    assert len(audited(shop_id)) == 1


def test_a_birthday_that_becomes_another_day_stands_since_then(shop_id):
    customers.record_birthday(shop_id, "c1", BirthDate(2, 14, 1990), by=ANNA, at=AT)
    changed = customers.record_birthday(shop_id, "c1", BirthDate(2, 15), by=ANNA, at=LATER)
    assert changed == Birthday(2, 15, AT, None, LATER)
    assert changed.stands_since == LATER
    assert audited(shop_id)[1] == ("birthday changed", "c1", None, None)


def test_a_year_that_is_told_later_leaves_the_day_known_since_before(shop_id):
    customers.record_birthday(shop_id, "c1", BirthDate(2, 14), by=ANNA, at=AT)
    told = customers.record_birthday(shop_id, "c1", BirthDate(2, 14, 1990), by=ANNA, at=LATER)
    assert told == Birthday(2, 14, AT, 1990)


def test_what_is_deleted_and_told_again_is_known_since_then(shop_id):
    customers.record_birthday(shop_id, "c1", BirthDate(2, 14), by=ANNA, at=AT)
    assert customers.forget_birthday(shop_id, "c1", by=ANNA)
    assert not customers.forget_birthday(shop_id, "c1", by=ANNA)
    assert customers.birthdays_of(shop_id, ["c1"]) == {}
    assert customers.record_birthday(shop_id, "c1", BirthDate(2, 14), by=ANNA, at=LATER).stands_since == LATER
    assert [action for action, *_ in audited(shop_id)] == [
        *("birthday recorded", "birthday deleted", "birthday recorded")
    ]


def test_a_shop_knows_nothing_of_another_shops_customers(shop_id):
    other = tenancy.open_shop("coffee-shop").id
    customers.record_birthday(shop_id, "c1", BirthDate(2, 14), by=ANNA, at=AT)
    assert customers.birthdays_of(other, ["c1"]) == {}
    assert not customers.forget_birthday(other, "c1", by=ANNA)
    assert customers.birthdays_of(shop_id, ["c1"]) == {"c1": Birthday(2, 14, AT)}


def test_many_are_recorded_together_and_counted(shop_id):
    customers.record_birthdays(
        shop_id, {"c1": BirthDate(2, 14), "c2": BirthDate(2, 29)}, source="a.csv", by=ANNA, at=AT
    )
    told = {"c1": BirthDate(2, 14), "c2": BirthDate(3, 1), "c3": BirthDate(12, 31, 2000)}
    done = customers.record_birthdays(shop_id, told, source="b.csv", by=ANNA, at=LATER)
    assert done == BirthdaysRecorded(new=1, changed=1, same=1)
    assert audited(shop_id)[1] == ("birthdays imported", "b.csv", None, {"new": 1, "changed": 1})


def test_none_of_many_is_recorded_where_one_is_wrong(shop_id):
    with pytest.raises(BirthdayWrong):
        customers.record_birthdays(
            shop_id, {"c1": BirthDate(2, 14), "c2": BirthDate(2, 30)}, source="a.csv", by=ANNA, at=AT
        )
    assert customers.birthdays_of(shop_id, ["c1", "c2"]) == {}
    assert audited(shop_id) == []


def test_birthdays_of_some_days_come_page_by_page(shop_id):
    told = {f"c{n:02}": BirthDate(2, day) for n, day in enumerate((27, 28, 29, 28, 29, 1))}
    customers.record_birthdays(shop_id, told, source="a.csv", by=ANNA, at=AT)
    customers.record_birthday(shop_id, "late", BirthDate(2, 28), by=ANNA, at=LATER)
    pages, after = [], ""
    while page := customers.birthdays_between(shop_id, 2, 28, 29, known_by=LATER, after=after, limit=3):
        pages.append([customer for customer, _ in page])
        after = page[-1][0]
    assert pages == [["c01", "c02", "c03"], ["c04"]]
