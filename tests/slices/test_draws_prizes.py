"""What becomes of prizes: claimed, shipped and settled, given up, lost with their order, or owed."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from jiacan.campaigns.facade import awards
from jiacan.draws.contracts.errors import NotClaimable, NotDrawable
from jiacan.draws.contracts.kept import TicketState, Win, WinFilter, WinState
from jiacan.draws.facade import prizes, reading
from jiacan.ledger import facade as ledger
from jiacan.offers.contracts.occasions import OccasionState
from jiacan.offers.facade import occasions
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import AuditQuery
from jiacan.webhooks import facade as webhooks
from jiacan.webhooks.contracts import EventKind
from tests.slices.drawing_shop import AT, DAILY, PLAN_ID, WHO, Drawing, drawing_shop, go_live, plan_text

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
KETTLES = DAILY.replace("{id: second, gift: cup, per_day: 2}", "{id: second, gift: kettle, per_day: 5}")


def drawn_shop(draw: str = DAILY) -> Drawing:
    """A shop whose first day's deck is drawn."""
    shop = drawing_shop(draw)
    for number in range(6):
        shop.draw(shop.buy(number))
    return shop


def win_of(shop: Drawing, prize: str) -> Win:
    return next(win for win in shop.wins if win.prize == prize)


def number_of(win: Win) -> int:
    return int(win.ticket.order_id.removeprefix("o-"))


def test_a_claimed_prize_is_given_shipped_and_settled_each_with_its_moment():
    shop = drawn_shop()
    won = win_of(shop, "first")
    claimed = prizes.claim(shop.shop.id, won.ticket.issued, at=AT + DAY)
    assert (claimed.state, claimed.claimed_at) == (WinState.CLAIMED, AT + DAY)
    assert prizes.claim(shop.shop.id, won.ticket.issued, at=AT + 2 * DAY) == claimed
    name = f"~draw/spring/wheel/{won.ticket.issued}"
    assert occasions.answers_of(shop.shop.id, PLAN_ID, [name])[name].state is OccasionState.SETTLED
    asked = {"actor": WHO, "at": AT + 3 * DAY}
    assert prizes.ship(shop.shop.id, [win.id for win in shop.wins], note="SF 123", **asked) == 1
    assert prizes.settle(shop.shop.id, [won.id], note="", **asked) == 1
    settled = win_of(shop, "first")
    assert (settled.state, settled.shipped_at, settled.note) == (WinState.SETTLED, AT + 3 * DAY, "SF 123")
    found = [line.action for line in tenancy.walk_audit(shop.shop.id, AuditQuery()) if "prize" in line.action]
    assert sorted(found) == ["prizes settled", "prizes shipped"]


def test_a_prize_is_not_claimed_twice_late_or_by_a_ticket_that_won_none():
    shop = drawn_shop()
    lost = next(shop.ticket(n) for n in range(6) if not shop.ticket(n).result.prize)
    with pytest.raises(NotClaimable):
        prizes.claim(shop.shop.id, lost.issued, at=AT)
    with pytest.raises(NotClaimable):
        prizes.claim(shop.shop.id, win_of(shop, "first").ticket.issued, at=AT + 7 * DAY)
    assert Counter(win.state for win in shop.wins) == {WinState.WON: 4}


def test_a_prize_given_up_brings_the_consolation_where_the_plan_says_so():
    shop = drawn_shop(DAILY.replace("claim_within: 7d", "claim_within: 7d\n    unclaimed: consolation"))
    won = win_of(shop, "first")
    shop.follow(AT + 7 * DAY)
    assert Counter(win.state for win in shop.wins) == {WinState.GIVEN_UP: 4}
    name = f"~draw/spring/wheel/{won.ticket.issued}/c"
    (award,) = occasions.answers_of(shop.shop.id, PLAN_ID, [name])[name].awards
    assert [(item.kind, item.quantity) for item in award.items] == [("points", 5)]
    assert shop.left() == {"kettle": 5, "cup": 20}


def test_an_unused_chance_goes_with_its_order_and_so_does_an_unclaimed_prize():
    shop = drawn_shop()
    unused = shop.buy(7)
    shop.bring_back(7)
    assert shop.ticket(7).state is TicketState.TAKEN_BACK
    with pytest.raises(NotDrawable):
        shop.draw(unused)
    first, second = win_of(shop, "first"), win_of(shop, "second")
    prizes.claim(shop.shop.id, second.ticket.issued, at=AT)
    shop.bring_back(number_of(first))
    shop.bring_back(number_of(second))
    assert (win_of(shop, "first").state, win_of(shop, "second").state) == (WinState.LOST, WinState.CLAIMED)
    assert shop.left() == {"kettle": 5, "cup": 18}
    assert shop.ticket(number_of(first)).state is TicketState.DRAWN
    assert ledger.audit(shop.shop.id).clean


def test_an_award_taken_back_by_hand_takes_its_chance():
    shop = drawing_shop()
    shop.buy(1)
    awards.take_back(shop.shop, PLAN_ID, "o-1", "chance", reason="test", actor=WHO, at=AT)
    assert shop.ticket(1).state is TicketState.TAKEN_BACK


def test_a_prize_that_stock_is_short_of_is_owed_and_given_when_there_is_more():
    shop = drawn_shop(KETTLES.replace("third, coupon: ten-off", "third, gift: cup").replace("6}", "7}"))
    shop.draw(shop.buy(6))
    assert Counter(win.state for win in shop.wins) == {WinState.WON: 6, WinState.OWED: 1}
    owed = next(win for win in shop.wins if win.state is WinState.OWED)
    assert owed.prize in ("first", "second")
    assert prizes.give_owed(shop.shop.id, [owed.id], actor=WHO, at=AT) == 0
    text = plan_text(KETTLES.replace("third, coupon: ten-off", "third, gift: cup").replace("6}", "7}"))
    go_live(text.replace("kettle, units: 5", "kettle, units: 6"))
    assert prizes.give_owed(shop.shop.id, [win.id for win in shop.wins], actor=WHO, at=AT + DAY) == 1
    given = next(win for win in shop.wins if win.id == owed.id)
    assert (given.state, given.claim_by) == (WinState.WON, AT + 8 * DAY)
    prizes.claim(shop.shop.id, given.ticket.issued, at=AT + DAY)
    assert ledger.audit(shop.shop.id).clean


def test_goods_without_a_time_to_claim_wait_for_good_and_the_rest_is_given_at_once():
    shop = drawn_shop(DAILY.replace("    claim_within: 7d\n", ""))
    assert {win.prize: (win.state, win.claim_by) for win in shop.wins} == {
        "first": (WinState.WON, None),
        "second": (WinState.WON, None),
        "third": (WinState.CLAIMED, None),
    }


def test_whoever_asked_is_told_of_prizes_won_and_soon_given_up_once():
    shop = drawing_shop()
    endpoint, _ = webhooks.add_endpoint(
        shop.shop.id,
        url="https://8.8.8.8/hook",
        kinds=[EventKind.DRAW_WON, EventKind.PRIZE_UNCLAIMED],
        actor=WHO,
        at=AT,
    )
    for number in range(6):
        shop.draw(shop.buy(number))
    prizes.claim(shop.shop.id, win_of(shop, "first").ticket.issued, at=AT)
    for days in (1, 5.5, 6):
        shop.follow(AT + days * DAY)
    told = Counter(each.kind for each in webhooks.deliveries_of(shop.shop.id, endpoint.id))
    assert told == {"draw.won": 4, "prize.unclaimed": 3}


def test_wins_are_looked_for_by_prize_state_customer_and_page():
    shop = drawn_shop()
    won = win_of(shop, "first")
    ask = reading.wins_of
    assert [win.id for win in ask(shop.shop.id, WinFilter(prize="first"))] == [won.id]
    assert [win.id for win in ask(shop.shop.id, WinFilter(text=won.customer_id))] == [won.id]
    assert ask(shop.shop.id, WinFilter(state=WinState.LOST)) == ()
    first = ask(shop.shop.id, WinFilter(plan_id=PLAN_ID, draw_id="wheel"), limit=3)
    rest = ask(shop.shop.id, WinFilter(), after=first[-1].id)
    assert (len(first), len(rest)) == (3, 1)
    assert reading.count_wins(shop.shop.id, WinFilter()) == {WinState.WON: 4}


def test_the_link_of_a_ticket_opens_it_and_no_other_text_does():
    shop = drawing_shop()
    ticket = shop.buy(1)
    secret = reading.ticket_secret(ticket)
    found = reading.find_ticket(secret)
    assert (found[0].id, found[1].draw_id, found[2]) == (shop.shop.id, "wheel", ticket)
    assert reading.find_ticket(ticket.issued + "0" * 32) is None
    assert reading.find_ticket(ticket.issued) is None
    assert reading.find_public(shop.wheel.code)[1].draw_id == "wheel"
