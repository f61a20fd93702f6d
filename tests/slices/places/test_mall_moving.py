"""A shop with a mall and gifts for birthdays moves: what was redeemed goes on, codes and gifts are given once."""

from __future__ import annotations

import pytest

from jiacan.campaigns.facade import mall
from jiacan.kernel.places import at_place
from jiacan.members.contracts.mall import State
from jiacan.project.places.moving import move_shop
from tests.slices.birthday_shop import OFFER, born, look, moment, told
from tests.slices.mall_shop import MALL, MallShop
from tests.slices.online_shop import AT, go_live, mugs_left
from tests.slices.places.looking import rows_of

pytestmark = pytest.mark.django_db

OF_THE_MALL = {"members_redemption", "members_mallcode"}
MUG = ("granted", ["Custom mug"])
LATER = MALL.replace("during: run", "during: {from: 2097-01-01, to: 2099-12-31}")


def days_to(month: int, day: int) -> float:
    """From when the shop's other tests happen."""
    return (moment(month, day) - AT).total_seconds() / 86_400


def seen(shop: MallShop) -> dict[str, object]:
    """What a customer sees of the mall, and what is left of everything."""
    return {
        "mall": shop.shown(days=days_to(3, 6)),
        "redemptions": mall.redemptions_of(shop.shop.id, "anna"),
        "points": shop.has(days=days_to(3, 6)),
        "mugs": mugs_left(shop.shop),
        "birthdays": told(shop.shop, "anna"),
    }


def test_redemptions_codes_and_birthdays_go_on_where_their_shop_has_moved(servers):
    shop = MallShop(go_live("gifts", ("\noffers:\n", OFFER), ("\ndraws:\n", LATER)))
    before_day, day, after = days_to(3, 4), days_to(3, 6), days_to(3, 11)
    shop.give_points(3000, days=before_day)
    shop.upload("FILM-0001\nFILM-0002")
    born(shop.shop, 3, 5, "anna")
    born(shop.shop, 3, 10, "bo")
    mug = shop.redeem(key="mug", days=before_day)
    film = shop.redeem("mall-cinema", key="film", days=before_day)
    code = shop.show_code(film, days=before_day)
    look(shop.shop, 3, 6)
    tablet = shop.redeem("mall-tablet", key="tablet", days=day)
    before, rows = seen(shop), rows_of(servers["main"], shop.shop.id)
    assert set(rows) >= OF_THE_MALL

    move_shop(shop.shop, servers["east"], tuple(servers.values()), on_progress=lambda *_: None)

    assert rows_of(servers["east"], shop.shop.id) == rows
    assert OF_THE_MALL & set(rows_of(servers["main"], shop.shop.id)) == set()
    with at_place(shop.shop.id):
        assert seen(shop) == before
        assert shop.redeem(key="mug", days=day) == mug
        assert shop.show_code(film, days=day) == code
        assert shop.pay(tablet, days=day).redemption.state is State.TO_SHIP
        assert shop.ship(mug, days=day).redemption.state is State.SHIPPED
        other = shop.redeem("mall-cinema", key="other", days=day)
        assert {code, shop.show_code(other, days=day)} == {"FILM-0001", "FILM-0002"}
        points = shop.has(days=day)
        assert shop.cancel(tablet, days=day).redemption.state is State.CANCELLED
        assert shop.has(days=day) == points + 300
        look(shop.shop, 3, 11)
        assert [told(shop.shop, each) for each in ("anna", "bo")] == [
            [("2097-03-05", *MUG)],
            [("2097-03-10", *MUG)],
        ]
        assert mugs_left(shop.shop) == before["mugs"] - 1
        assert shop.redeem(key="last", days=after).redemption.state is State.TO_SHIP
        shop.assert_agreed()
