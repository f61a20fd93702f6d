"""Birthdays of a shop that moved: what was given for is not given for again, and the next ones come."""

from __future__ import annotations

import pytest

from jiacan.customers import facade as customers
from jiacan.kernel.places import at_place
from jiacan.project.places.moving import move_shop
from tests.slices.birthday_shop import birthday_shop, born, look, told
from tests.slices.online_shop import assert_books_add_up
from tests.slices.places.looking import rows_of

pytestmark = pytest.mark.django_db

OF_BIRTHDAYS = {"customers_birthday", "members_birthdaycard", "members_birthdayturn", "members_birthdayprogress"}
MUG = ("granted", ["Custom mug"])


def test_birthdays_go_on_where_their_shop_has_moved(servers):
    shop = birthday_shop()
    born(shop, 3, 5, "anna")
    born(shop, 3, 9, "bo")
    look(shop, 3, 6)

    move_shop(shop, servers["east"], tuple(servers.values()), on_progress=lambda *_: None)

    assert set(rows_of(servers["east"], shop.id)) >= OF_BIRTHDAYS
    assert OF_BIRTHDAYS & set(rows_of(servers["main"], shop.id)) == set()
    with at_place(shop.id):
        assert set(customers.birthdays_of(shop.id, ["anna", "bo"])) == {"anna", "bo"}
        born(shop, 3, 10, "chen")
        look(shop, 3, 11)
        assert [told(shop, each) for each in ("anna", "bo", "chen")] == [
            *([("2097-03-05", *MUG)], [("2097-03-09", *MUG)], [("2097-03-10", *MUG)])
        ]
        assert_books_add_up(shop)
