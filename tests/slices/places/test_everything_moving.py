"""A shop with coupons, points, tiers, check-ins, referrals and an open draw moves: nothing changes, all goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jiacan.campaigns.facade import standing
from jiacan.draws import jobs as draw_jobs
from jiacan.draws.contracts.kept import DrawState
from jiacan.draws.contracts.photographs import PhotoKind
from jiacan.draws.core.file import verify
from jiacan.draws.core.receipts import check_receipt
from jiacan.draws.facade import drawing, photographs, revealing
from jiacan.draws.facade import reading as draws
from jiacan.kernel.places import at_place
from jiacan.members.contracts.coupons import CouponUsed, State
from jiacan.members.facade import reading as members
from jiacan.members.facade import spending
from jiacan.offers.contracts.occasions import is_occasion
from jiacan.project.places.moving import move_shop
from jiacan.referrals.contracts import referrals
from tests.core.small_photographs import png
from tests.slices.check_in_shop import EDIT as CHALLENGE
from tests.slices.check_in_shop import CheckInShop, rewards
from tests.slices.coupon_shop import TWO_EACH, asked, earn, made, make, mine, money, undo, use
from tests.slices.online_shop import AT, PLAN_ID, WHO, assert_books_add_up, go_live
from tests.slices.places.looking import rows_of
from tests.slices.referring_shop import Referring
from tests.slices.test_member_tiers import TIERS

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
POINTS = ("points_value: 0.01", "points_value: 0.01\npoints: {expire: 90d}")
NONCE = "n" * 22


def seen(shop) -> dict[str, object]:
    """What a customer, their friend and the shop see of everything that was promised."""
    draw = draws.get_draw(shop.id, PLAN_ID, "lucky-draw")
    return {
        "coupons": [(each.code, each.state) for each in mine(shop)],
        "line": money(shop),
        "points": members.points_of(shop.id, "c-1", AT),
        "statement": members.statement(shop.id, "c-1"),
        "disagreements": members.disagreements(shop.id),
        "tiers": standing.tiers_of(shop.id, "c-1", at=AT),
        "challenge": CheckInShop(shop).seen(2, customer="c-1"),
        "referrals": Referring(shop).referrals(),
        "draw": draw,
        "tickets": [draws.tickets_of(shop.id, customer) for customer in ("c-1", "ben")],
        "photographs": photographs.photographs_of(draw),
        "left": draws.left_of(shop.id, draw),
    }


def ticket_of(shop, customer: str) -> str:
    ((_, ticket),) = draws.tickets_of(shop.id, customer)
    return ticket.issued


def fill(shop) -> None:
    """Something of everything: given, used, pending and drawn."""
    first, _ = earn(shop)
    made(shop, make(shop, 1))
    use(shop, first)
    spending.spend_points(shop.id, "c-1", 40, reference="mall-1", reason="A cup", at=AT)
    CheckInShop(shop).do(1, customer="c-1")
    CheckInShop(shop).do(2, customer="c-1")
    Referring(shop).click("c-1", "ben")
    Referring(shop).buy(2, "ben")
    photographs.take_photograph(shop.id, PLAN_ID, "lucky-draw", "first", png(), actor=WHO, at=AT)
    drawing.draw_ticket(shop.id, ticket_of(shop, "c-1"), NONCE, at=AT)


def test_a_shop_with_everything_moves_and_goes_on_there(servers):
    shop = go_live("gifts", POINTS, ("offers:\n", TIERS), CHALLENGE, TWO_EACH)
    fill(shop)
    before, rows = seen(shop), rows_of(servers["main"], shop.id)
    (_, drawn) = before["tickets"][0][0]
    move_shop(shop, servers["east"], tuple(servers.values()), on_progress=lambda *_: None)
    assert rows_of(servers["east"], shop.id) == rows
    found = draws.find_ticket(draws.ticket_secret(drawn))
    assert found is not None
    assert (found[0].id, found[2]) == (shop.id, drawn)
    with at_place(shop.id):
        assert seen(shop) == before
        (photograph,) = before["photographs"].values()
        assert photographs.find_bytes(found[1], photograph.sha256) == (PhotoKind.PNG, png())
        go_on_with_coupons(shop)
        go_on_with_points(shop)
        go_on_with_draws(shop, drawn)
        Referring(shop).pass_time(days=20)
        assert Referring(shop).referral("ben").state is referrals.State.COMPLETED
        assert members.disagreements(shop.id) == ()
        assert_books_add_up(shop)


def go_on_with_coupons(shop) -> None:
    """What was used stays used, what is open is used once, and a use is undone."""
    first, second = (each for each in mine(shop) if not is_occasion(each.given.order_id))  # a draw may give another
    before = money(shop)
    with pytest.raises(CouponUsed):
        use(shop, first, asked("n-2"))
    use(shop, second, asked("n-4"))
    assert undo(shop, first).state is State.OPEN
    assert money(shop) == before


def go_on_with_points(shop) -> None:
    """The same spending counts once, and the third day of a challenge is rewarded."""
    had = members.points_of(shop.id, "c-1", AT).balance
    spending.spend_points(shop.id, "c-1", 40, reference="mall-1", reason="A cup", at=AT)
    assert members.points_of(shop.id, "c-1", AT).balance == had
    challenge = CheckInShop(shop).do(3, customer="c-1")
    assert rewards(challenge)[0][:2] == (3, "granted")
    assert members.points_of(shop.id, "c-1", AT).balance == had + 10


def go_on_with_draws(shop, drawn) -> None:
    """A drawn ticket keeps its result, the log goes on from its head, and the file proves both."""
    assert drawing.draw_ticket(shop.id, ticket_of(shop, "c-1"), "m" * 22, at=AT) == drawn
    second = drawing.draw_ticket(shop.id, ticket_of(shop, "ben"), NONCE, at=AT)
    assert (second.number, second.before) == (2, drawn.head)
    draw_jobs.follow_shop(shop.id, AT + 30 * DAY)
    assert draws.get_draw(shop.id, PLAN_ID, "lucky-draw").state is DrawState.OVER
    verdict = verify(revealing.file_of(shop.id, PLAN_ID, "lucky-draw"))
    assert (verdict.ok, verdict.checked) == (True, 2)
    assert check_receipt(revealing.receipt_of(shop.id, drawn.issued)).ok
