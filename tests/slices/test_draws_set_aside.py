"""Prizes that are set aside are there for their winners, whatever else takes of their stock and budget.

A child process imports this file by its name, so everything it runs stands at the top level.
"""

from __future__ import annotations

from collections import Counter
from threading import Barrier

import pytest
from django.db import connection

import jiacan.project.start  # readies the models in a child process, before the facades are imported
from jiacan.draws.contracts.errors import DrawChanged
from jiacan.draws.contracts.kept import DrawState, WinState
from jiacan.draws.facade import drawing, holding
from jiacan.draws.models import Draw, Ticket
from jiacan.ledger import facade as ledger
from jiacan.offers.contracts.set_aside import NotEnoughToSetAside
from jiacan.offers.contracts.settled import Means
from jiacan.offers.facade import reading
from jiacan.plans import facade as plans
from jiacan.project import database
from jiacan.tenancy import facade as tenancy
from tests.slices.commands import jiacan
from tests.slices.drawing_shop import AT, DAILY, HELD, OVER, PLAN_ID, WHO, Drawing, go_live, plan_text
from tests.slices.processes import at_once

pytestmark = pytest.mark.django_db

PROCESSES, PATIENCE_SECONDS = 8, 120
CARDS = 16
CHANCE = "on_refund: {ticket: reverse}}\n"
OTHERS = """\
  - {id: cup, during: run, give: [{gift: cup}], budget: {gift: prizes}}
  - {id: kettle, during: run, give: [{gift: kettle}], budget: {gift: prizes}}
  - {id: coupon, during: run, give: [{coupon: ten-off}], budget: {coupon: prizes}}
"""
"""Every order takes of what prizes are made of."""

DECK = f"""\
    deck: {{tickets: {CARDS}}}
    prizes:
      - {{id: first, gift: kettle, units: 2}}
      - {{id: second, gift: cup, units: 4}}
      - {{id: third, coupon: ten-off, units: 3}}
    guarantee: {{id: comfort, after: 3, gift: cup, units: 2}}
    claim_within: 7d
    consolation: [{{points: 5}}]
    budget: {{gift: prizes, coupon: prizes}}
    set_aside: true
"""
TAKES = {"kettle": 2, "cup": 6}
PRIZES_MINOR = 2 * 6_000 + 6 * 400 + 3 * 1_000


def text_of(draw: str = DECK) -> str:
    """The plan with that draw and the other offers."""
    return plan_text(draw).replace(CHANCE, CHANCE + OTHERS)


def shop_of(draw: str = DECK) -> Drawing:
    return Drawing(go_live(text_of(draw)))


def budget(shop: Drawing) -> tuple[int, int]:
    """What the line has left, and what it holds."""
    balance = reading.budget_balances(shop.shop.id, shop.rules)["prizes"]
    return balance.available or 0, balance.held


def states(shop: Drawing) -> Counter[WinState]:
    return Counter(win.state for win in shop.wins)


def drawn(draw: str) -> Drawing:
    """Every order takes what it can get, then everyone draws."""
    shop = shop_of(draw)
    for number in range(CARDS):
        shop.buy(number)
    for number in range(CARDS):
        shop.draw(shop.ticket(number))
    return shop


def test_what_prizes_take_is_held_from_the_announcement_on():
    shop = shop_of()
    assert shop.left() == {"kettle": 5 - 2, "cup": 20 - 6}
    assert budget(shop) == (100_000 - PRIZES_MINOR, PRIZES_MINOR)
    assert ledger.audit(shop.shop.id).clean


def test_the_decks_of_all_days_are_set_aside():
    shop = shop_of(DAILY + "    set_aside: true\n")
    assert shop.left() == {"kettle": 5 - 1, "cup": 20 - 3 * 2}
    assert budget(shop)[1] == 6_000 + 6 * 400 + 3 * 1_000


def test_every_prize_that_is_drawn_is_there_although_orders_took_all_they_could():
    shop = drawn(DECK)
    assert shop.left()["kettle"] == 0
    assert len(shop.wins) >= 9
    assert set(states(shop)) <= {WinState.WON, WinState.CLAIMED}
    assert ledger.audit(shop.shop.id).clean


def test_without_setting_aside_the_same_orders_leave_winners_without_their_prizes():
    shop = drawn(DECK.replace("    set_aside: true\n", ""))
    assert states(shop)[WinState.OWED] == 2


def test_what_nobody_drew_is_free_when_the_draw_is_over():
    shop = shop_of()
    ticket = shop.buy(1)
    left, before = shop.left(), budget(shop)
    shop.draw(ticket)
    taken = Counter(win.prize for win in shop.wins)
    assert (shop.left(), budget(shop)[0]) == (left, before[0])
    shop.follow(OVER)
    assert shop.wheel.state is DrawState.OVER
    prizes = {"first": ("kettle", 6_000), "second": ("cup", 400), "comfort": ("cup", 400), "third": ("", 1_000)}
    kept = Counter(prizes[prize][0] for prize in taken.elements())
    assert shop.left() == {item: left[item] + TAKES[item] - kept[item] for item in left}
    assert budget(shop)[0] == before[0] + PRIZES_MINOR - sum(prizes[prize][1] for prize in taken.elements())
    assert ledger.audit(shop.shop.id).clean


def test_a_held_draw_lets_go_of_what_fewer_tickets_than_prizes_leave():
    shop = shop_of(HELD.replace("MODE", "scheduled") + "    set_aside: true\n")
    assert shop.left() == {"kettle": 4, "cup": 18}
    shop.buy(1)
    assert shop.left() == {"kettle": 3, "cup": 17}
    shop.follow(OVER)
    assert shop.wheel.state is DrawState.CLOSED
    assert shop.left() == {"kettle": 3, "cup": 17}
    holding.enter_value(shop.shop.id, PLAN_ID, "wheel", "5f0c", note="drand", actor=WHO, at=OVER)
    shop.follow(OVER)
    assert shop.wheel.state is DrawState.OVER
    (win,) = shop.wins
    assert win.state is WinState.WON
    assert shop.left() == ({"kettle": 3, "cup": 19} if win.prize == "first" else {"kettle": 4, "cup": 18})
    assert ledger.audit(shop.shop.id).clean


@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        ("kettle, units: 5", "kettle, units: 1", (Means.STOCK, "kettle", 2, 1)),
        ("amount: 1000", "amount: 173.99", (Means.BUDGET, "prizes", PRIZES_MINOR, 17_399)),
    ],
)
def test_a_plan_that_has_less_than_its_prizes_take_does_not_go_live(old, new, fact, tmp_path):
    text = text_of().replace(old, new)
    with pytest.raises(NotEnoughToSetAside) as refused:
        go_live(text)
    error = refused.value
    assert (error.draw, error.means, error.id, error.asked, error.left) == ("wheel", *fact)
    assert (Draw.objects.count(), plans.live_plans(tenancy.get_shop("tea").id)) == (0, ())
    (tmp_path / "plan.yaml").write_text(text)
    (tmp_path / "orders.csv").write_text("order_id,customer_id,sku,quantity,unit_price,paid_at\n")
    said = " ".join(jiacan("simulate", tmp_path / "plan.yaml", "--orders", tmp_path / "orders.csv", code=2).split())
    assert f"The prizes of wheel take {fact[2]} of {fact[1]}" in said.replace(",", "")


@pytest.mark.parametrize(
    ("old", "new"), [("    set_aside: true\n", ""), ("unit_cost: 60", "unit_cost: 61"), ("{gift: prizes, c", "{c")]
)
def test_a_version_may_not_change_what_is_set_aside(old, new):
    shop_of()
    with pytest.raises(DrawChanged):
        go_live(text_of().replace(old, new))


def test_a_draw_that_was_announced_without_is_not_set_aside_later():
    shop_of(DECK.replace("    set_aside: true\n", ""))
    with pytest.raises(DrawChanged):
        go_live(text_of())


def test_a_rehearsal_leaves_alone_what_is_set_aside(tmp_path):
    shop = shop_of()
    lines = ["order_id,customer_id,sku,quantity,unit_price,paid_at"]
    for number in range(CARDS):
        shop.buy(number)
        lines.append(f"o-{number},c-{number},tea,1,100,2026-11-16T10:00:{number:02}+08:00")
    (tmp_path / "orders.csv").write_text("\n".join(lines))
    (tmp_path / "plan.yaml").write_text(text_of())
    awards = tmp_path / "awards.csv"
    jiacan("simulate", tmp_path / "plan.yaml", "--orders", tmp_path / "orders.csv", "--awards", awards)
    rehearsed = {
        tuple(row.split(",")[i] for i in (0, 2, 8, 9)) for row in awards.read_text("utf-8-sig").splitlines()[1:]
    }
    lived = {
        (row.order_id, row.offer_id, str(row.outcome), row.reason)
        for row in reading.award_rows_of(shop.shop.id, PLAN_ID)
    }
    assert rehearsed == lived
    assert ("o-3", "kettle", "refused", "stock:kettle") in lived


def buy_or_draw(url: str, barrier: Barrier, number: int) -> None:
    """Half of the processes pay orders that take all they can, the others draw."""
    database.connect(url)
    shop = Drawing(tenancy.get_shop("tea"))
    issued = list(Ticket.objects.order_by("id").values_list("issued", flat=True))
    barrier.wait(PATIENCE_SECONDS)
    for turn in range(4):
        if number % 2:
            shop.buy(1000 + 10 * number + turn)
        else:
            drawing.draw_ticket(shop.shop.id, issued[2 * number + turn], "n" * 22, at=AT)
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_orders_and_tickets_at_once_leave_no_winner_without_a_prize(processes, test_database_url):
    shop = shop_of()
    for number in range(CARDS):
        shop.buy(number)
    at_once(processes, buy_or_draw, test_database_url)
    assert len(shop.wins) >= 9
    assert set(states(shop)) <= {WinState.WON, WinState.CLAIMED}
    assert ledger.audit(shop.shop.id).clean
    shop.follow(OVER)
    assert ledger.audit(shop.shop.id).clean
