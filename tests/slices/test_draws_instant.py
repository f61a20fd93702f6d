"""An instant draw: announced when its plan goes live, each ticket answered at once and once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection

from jiacan.campaigns.facade import drawing as announcing_words
from jiacan.draws.contracts.errors import BadNonce, ChanceUnknown, DrawChanged, NotDrawable, StaffTakeNoPart
from jiacan.draws.contracts.kept import DrawState, TicketState, WinState
from jiacan.draws.contracts.terms import Mode
from jiacan.draws.core.file import verify
from jiacan.draws.core.receipts import check_receipt
from jiacan.draws.facade import drawing, reading, revealing
from jiacan.draws.store import draws as draw_store
from jiacan.kernel.messages import Name
from jiacan.ledger import facade as ledger
from jiacan.offers.contracts.occasions import OccasionState
from jiacan.offers.facade import occasions
from jiacan.plans import facade as plans
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import AuditQuery
from tests.slices.drawing_shop import AT, DAILY, OVER, PLAN_ID, drawing_shop, go_live, plan_text

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def all_texts() -> list[str]:
    """Every value of every table of the database, as a query reads it."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT row_to_json(each)::text FROM "{table}" AS each')
            found += [row for (row,) in cursor.fetchall()]
    return found


def test_going_live_publishes_the_commitment_and_the_rules():
    shop = drawing_shop()
    wheel = shop.wheel
    assert (wheel.state, wheel.tickets, wheel.head) == (DrawState.OPEN, 0, wheel.commitment)
    assert [(sealed.deck.id, sealed.deck.cards) for sealed in wheel.terms.decks] == [
        ("2026-11-16", 6),
        ("2026-11-17", 6),
        ("2026-11-18", 6),
    ]
    for said in ("Organiser: 茶铺", "service@tea.example", "kettle", "CN¥120.00", "168 hours", "Asia/Shanghai"):
        assert said in wheel.rules, said
    (line,) = tenancy.search_audit(shop.shop.id, AuditQuery(action="draw announced"))
    assert line.after == {"commitment": wheel.commitment, "version": 1}


def test_each_order_gives_one_ticket_and_a_second_delivery_none():
    shop = drawing_shop()
    ticket = shop.buy(1)
    assert ticket is not None
    assert shop.buy(1) == ticket
    assert shop.counts.given == 1
    assert ticket.ticket.deck == "2026-11-16"
    assert "o-1" not in ticket.issued


def test_a_ticket_is_drawn_once_whatever_comes_later():
    shop = drawing_shop()
    ticket = shop.buy(1)
    first = shop.draw(ticket)
    again = shop.draw(ticket, nonce="m" * 22)
    assert again == first
    assert first.state is TicketState.DRAWN
    assert shop.wheel.tickets == 1
    assert shop.counts.cards_left["2026-11-16"] == 5


def test_every_days_deck_gives_exactly_its_prizes():
    shop = drawing_shop()
    drawn = [
        shop.draw(shop.buy(number, at=AT + day * DAY), at=AT + day * DAY + timedelta(hours=1))
        for day in range(3)
        for number in range(10 * day, 10 * day + 8)
    ]
    by_day = Counter((each.ticket.deck, each.result.prize) for each in drawn)
    assert by_day == {
        ("2026-11-16", "first"): 1,
        ("2026-11-16", "second"): 2,
        ("2026-11-16", "third"): 1,
        ("2026-11-16", ""): 4,
        **{
            (day, prize): count
            for day in ("2026-11-17", "2026-11-18")
            for prize, count in (("second", 2), ("third", 1), ("", 5))
        },
    }
    assert [each.result.card for each in drawn if each.result.card is None] == [None] * 6
    assert Counter(win.state for win in shop.wins) == {WinState.WON: 10}
    assert shop.left() == {"kettle": 4, "cup": 14}
    assert ledger.audit(shop.shop.id).clean


def test_a_loser_gets_the_consolation_and_a_winner_is_held_the_prize():
    shop = drawing_shop()
    drawn = [shop.draw(shop.buy(number)) for number in range(6)]
    lost = next(each for each in drawn if not each.result.prize)
    won = next(each for each in drawn if each.result.prize == "first")
    said = occasions.answers_of(
        shop.shop.id, PLAN_ID, [f"~draw/spring/wheel/{lost.issued}/c", f"~draw/spring/wheel/{won.issued}"]
    )
    assert [each.state for each in said.values()] == [OccasionState.PENDING, OccasionState.SETTLED]
    (consolation,) = said[f"~draw/spring/wheel/{lost.issued}/c"].awards
    assert [(item.kind, item.quantity) for item in consolation.items] == [("points", 5)]
    win = reading.win_of_ticket(shop.shop.id, won.row)
    assert (win.state, win.prize, win.claim_by) == (WinState.WON, "first", AT + 7 * DAY)


def test_nobody_draws_what_was_not_given_or_with_a_nonce_that_is_none():
    shop = drawing_shop()
    ticket = shop.buy(1)
    with pytest.raises(ChanceUnknown):
        drawing.draw_ticket(shop.shop.id, "0" * 32, "n" * 22, at=AT)
    with pytest.raises(BadNonce):
        drawing.draw_ticket(shop.shop.id, ticket.issued, "short", at=AT)
    assert shop.wheel.tickets == 0


def test_staff_get_no_ticket_and_draw_none_that_they_had():
    shop = drawing_shop()
    ticket = shop.buy(1, "li")
    go_live(plan_text(staff="staff: [li]\n"))
    assert shop.buy(2, "li") is None
    with pytest.raises(StaffTakeNoPart):
        shop.draw(ticket)
    assert shop.wheel.tickets == 0


def test_before_and_after_its_time_nothing_is_drawn():
    shop = drawing_shop()
    ticket = shop.buy(1)
    with pytest.raises(NotDrawable):
        shop.draw(ticket, at=AT - DAY)
    with pytest.raises(NotDrawable):
        shop.draw(ticket, at=OVER)
    shop.follow(OVER)
    assert (shop.wheel.state, shop.ticket(1).state) == (DrawState.OVER, TicketState.EXPIRED)


def test_at_the_end_the_seed_is_revealed_and_everything_follows_from_it():
    shop = drawing_shop()
    drawn = [shop.draw(shop.buy(number), nonce=f"{number:022}") for number in range(8)]
    receipt = revealing.receipt_of(shop.shop.id, drawn[3].issued)
    assert check_receipt(receipt).ok
    assert revealing.file_of(shop.shop.id, PLAN_ID, "wheel") is None
    shop.follow(OVER)
    data = revealing.file_of(shop.shop.id, PLAN_ID, "wheel")
    verdict = verify(data)
    assert (verdict.ok, verdict.checked, verdict.commitment) == (True, 8, shop.wheel.commitment)
    assert not verify(data.replace(b'"card":5', b'"card":4', 1)).ok
    shop.follow(OVER + DAY)
    assert len(list(tenancy.search_audit(shop.shop.id, AuditQuery(action="draw's seed revealed")))) == 1


def test_no_table_holds_a_result_or_the_seed_before_it_is_drawn():
    shop = drawing_shop()
    shop.buy(1)
    secrets = drawing.open_secrets(shop.wheel)
    texts = all_texts()
    for hidden in (secrets.seed.hex(), secrets.key.hex()):
        assert not [text for text in texts if hidden in text]
    assert draw_store.load_seed(shop.shop.id, shop.wheel.id) == ""
    assert shop.ticket(1).result is None


def test_an_announced_draw_is_changed_only_to_give_more_time():
    shop = drawing_shop()
    before = shop.wheel
    for edit, field in (
        (("per_day: 2", "per_day: 1"), "deck"),
        (("tickets_per_day: 6", "tickets_per_day: 60"), "deck"),
        (("claim_within: 7d", "claim_within: 3d"), "claim_within"),
        (("points: 5", "points: 4"), "consolation"),
    ):
        with pytest.raises(DrawChanged) as refused:
            go_live(plan_text(DAILY.replace(*edit)))
        assert field in refused.value.fields
    assert len(plans.find_versions(shop.shop.id, PLAN_ID)) == 1
    go_live(plan_text(DAILY.replace("claim_within: 7d", "claim_within: 14d")))
    after = shop.wheel
    assert after.promise.claim_within == 14 * DAY
    assert (after.commitment, after.rules, after.terms.mode) == (before.commitment, before.rules, Mode.INSTANT)


def test_other_words_for_the_same_promise_are_no_change(monkeypatch):
    shop = drawing_shop()
    before = shop.wheel
    monkeypatch.setattr(announcing_words, "_in_both", lambda message: Name("别的话", "other words"))
    go_live(plan_text() + "# a remark\n")
    assert len(plans.find_versions(shop.shop.id, PLAN_ID)) == 2
    assert shop.wheel == before
