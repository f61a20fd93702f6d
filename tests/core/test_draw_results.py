"""What tickets get: each card once, win limits, guarantees, rankings; one by one and in bulk."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from jiacan.draws.contracts.terms import PrizeUnits, Standing, Ticket
from jiacan.draws.core.announcing import announce
from jiacan.draws.core.file import results_of
from jiacan.draws.core.hashing import mac
from jiacan.draws.core.instant import deal, guarantee_of, may_win, pile_of, settle, slot_of
from jiacan.draws.core.log import customer_word, head_after, heads_of, is_nonce, ticket_id
from jiacan.draws.core.ranking import rank
from jiacan.draws.core.terms import commitment_of
from tests.core.small_draws import SEED, deck, drawn, instant, prizes, scheduled, tickets

CUSTOMERS = st.lists(st.sampled_from("abcde"), max_size=40)
ONE_EACH = [f"c{number}" for number in range(100)]


def seeds(count):
    return [hashlib.sha256(f"seed {number}".encode()).digest() for number in range(count)]


# --- instant ----------------------------------------------------------------------------------------------


@given(st.integers(1, 50), st.integers(0, 60), st.binary(min_size=32, max_size=32))
@settings(max_examples=60)
def test_each_card_is_taken_once_and_later_tickets_take_none(cards, count, seed):
    file = drawn(instant(deck("day", cards, first=1)), tickets(f"c{i}" for i in range(count)), seed=seed)
    taken = [each.result.card for each in file.tickets]
    assert len(set(taken[:cards])) == min(cards, count)
    assert set(taken[cards:]) <= {None}
    assert count < cards or (sorted(taken[:cards]) == list(range(cards)) and prizes(file).count("first") == 1)


@given(
    CUSTOMERS, st.integers(1, 30), st.one_of(st.none(), st.integers(1, 3)), st.one_of(st.none(), st.integers(1, 4))
)
@settings(max_examples=60)
def test_one_ticket_at_a_time_gives_what_a_whole_log_gives(customers, cards, wins, after):
    # As a shop does it: every ticket is drawn from what is stored, and knows nothing of those after it.
    announced = instant(
        deck("day", cards, first=min(cards, 3)),
        wins_per_customer=wins,
        guarantee_after=after,
        guaranteed=(PrizeUnits("cup", 2),) if after else (),
    )
    terms = announce(announced, SEED)
    pile, guarantee = pile_of(SEED, terms, terms.decks[0]), guarantee_of(SEED, terms)
    head, standings, guaranteed, found = commitment_of(terms), {}, 0, []
    for number, ticket in enumerate(tickets(customers), start=1):
        head = head_after(head, number, ticket)
        standing = standings.get(ticket.customer, Standing())
        card = pile.take(slot_of(SEED, head, pile.left)) if pile.left and may_win(terms, standing) else None
        prize = "" if card is None else pile.layout.get(card, "")
        settled = settle(terms, standing, card=card, prize=prize, guaranteed=guaranteed, guarantee=guarantee)
        standings[ticket.customer], guaranteed = settled.standing, settled.guaranteed
        found.append(settled.result)
    assert found == [each.result for each in drawn(announced, tickets(customers)).tickets]


@given(CUSTOMERS, st.integers(1, 3))
@settings(max_examples=60)
def test_nobody_wins_more_often_than_allowed_and_whoever_may_not_win_takes_no_card(customers, wins):
    file = drawn(instant(deck("day", 20, first=15), wins_per_customer=wins), tickets(customers))
    won = Counter()
    for each in file.tickets:
        if won[each.ticket.customer] == wins:
            assert each.result.card is None
            assert each.result.prize == ""
        won[each.ticket.customer] += bool(each.result.prize)
    assert max(won.values(), default=0) <= wins


def test_what_a_customer_may_not_win_stays_for_others():
    file = drawn(instant(deck("day", 3, first=3), wins_per_customer=1), tickets("aaabc"))
    assert prizes(file) == ["first", "", "", "first", "first"]


def test_a_guarantee_comes_with_the_nth_miss_while_it_lasts():
    announced = instant(deck("day", 9), guarantee_after=3, guaranteed=(PrizeUnits("cup", 1), PrizeUnits("tea", 1)))
    file = drawn(announced, tickets("aabaaaaaaaaaaa"))
    assert prizes(file) == ["", "", "", "cup", "", "", "tea", *[""] * 7]
    assert [each.result.guaranteed for each in file.tickets if each.result.prize] == [0, 1]


def test_a_prize_begins_the_count_of_misses_anew():
    announced = instant(deck("day", 1, first=1), guarantee_after=2, guaranteed=(PrizeUnits("cup", 9),))
    assert prizes(drawn(announced, tickets("aaaaa"))) == ["first", "", "cup", "", "cup"]


def test_a_guaranteed_prize_counts_as_a_win():
    announced = instant(deck("day", 9), guarantee_after=1, guaranteed=(PrizeUnits("cup", 9),), wins_per_customer=2)
    assert prizes(drawn(announced, tickets("aaaa"))) == ["cup", "cup", "", ""]


def test_every_ticket_has_the_same_chance_whenever_it_comes():
    # 20 places, 4,000 fixed seeds; passed by chance once in 10,000 choices of seeds.
    found = Counter()
    for seed in seeds(4000):
        found[prizes(drawn(instant(deck("day", 20, first=1)), tickets(ONE_EACH[:20]), seed=seed)).index("first")] += 1
    assert stats.chisquare([found[place] for place in range(20)]).pvalue > 0.0001


def test_another_seed_another_customer_or_another_nonce_gives_other_cards():
    announced = instant(deck("day", 100, first=1))
    log = tickets(ONE_EACH)
    plain = [each.result.card for each in drawn(announced, log).tickets]
    assert plain == [each.result.card for each in drawn(announced, log).tickets]
    assert plain != [each.result.card for each in drawn(announced, log, seed=bytes(32)).tickets]
    for first in (Ticket("t1.m", "c0", "day"), Ticket("t1.n", "d0", "day")):
        other = [each.result.card for each in drawn(announced, [first, *log[1:]]).tickets]
        assert sum(a == b for a, b in zip(plain, other, strict=True)) < 10  # all after it change: one in 100 agrees


def test_the_hash_of_a_ticket_seals_everything_before_it():
    log = tickets("abc")
    heads = list(heads_of("0" * 64, log))
    swapped = list(heads_of("0" * 64, [log[1], log[0], log[2]]))
    assert not set(heads) & set(swapped)
    assert [head_after(a, n, t) for (a, b), n, t in zip(pairwise(heads), (2, 3), log[1:], strict=True)] == heads[1:]


def test_a_customer_is_a_word_that_says_nothing_without_the_key():
    assert customer_word(b"key", "anna") == customer_word(b"key", "anna")
    assert len({customer_word(b"key", "anna"), customer_word(b"key", "ben"), customer_word(b"other", "anna")}) == 3
    assert "anna" not in customer_word(b"key", "anna")


@pytest.mark.parametrize("nonce", ["", "short", "a" * 65, "a" * 15 + "\n", "a" * 16 + ".", "礼" * 16])
def test_what_could_be_mistaken_for_something_else_is_no_nonce(nonce):
    assert not is_nonce(nonce)


def test_a_nonce_becomes_part_of_the_tickets_id():
    assert ticket_id("order-17-1", "A" * 16) == "order-17-1.AAAAAAAAAAAAAAAA"


# --- scheduled and live -----------------------------------------------------------------------------------


def test_prizes_go_down_the_ranking():
    announced = scheduled(PrizeUnits("car", 1), PrizeUnits("cup", 3))
    file = drawn(announced, tickets(ONE_EACH, "whole"))
    heads = [each.head for each in file.tickets]
    key = mac(SEED, f"public\n{heads[-1]}\n{file.public_value}")
    obvious = sorted(range(100), key=lambda place: mac(key, f"rank\n{heads[place]}"))
    assert rank(SEED, heads[-1], file.public_value, heads) == obvious
    assert [file.tickets[place].result.prize for place in obvious[:5]] == ["car", "cup", "cup", "cup", ""]
    assert Counter(prizes(file)) == {"car": 1, "cup": 3, "": 96}


@given(st.lists(st.sampled_from("abcde"), max_size=40), st.integers(1, 3), st.integers(1, 12))
@settings(max_examples=60)
def test_a_prize_that_a_customer_may_not_win_goes_to_the_next_in_rank(customers, wins, units):
    file = drawn(scheduled(PrizeUnits("cup", units), wins_per_customer=wins), tickets(customers, "whole"))
    could = sum(min(wins, count) for count in Counter(customers).values())
    won = Counter(each.ticket.customer for each in file.tickets if each.result.prize)
    assert sum(won.values()) == min(units, could)
    assert max(won.values(), default=0) <= wins
    cards = [each.result.card for each in file.tickets if each.result.prize]
    assert sorted(cards) == list(range(len(cards)))


def test_the_public_value_decides_and_cannot_be_foreseen_from_the_seed():
    announced = scheduled(PrizeUnits("cup", 10))
    winners = [
        {
            place
            for place, prize in enumerate(prizes(drawn(announced, tickets(ONE_EACH, "whole"), value=value)))
            if prize
        }
        for value in ("a", "b", "c")
    ]
    assert len({frozenset(each) for each in winners}) == 3


def test_every_ticket_of_a_ranking_wins_as_often():
    found = Counter()
    for number in range(4000):
        file = drawn(scheduled(PrizeUnits("cup", 1)), tickets(ONE_EACH[:20], "whole"), value=f"round {number}")
        found[prizes(file).index("cup")] += 1
    assert stats.chisquare([found[place] for place in range(20)]).pvalue > 0.0001


def test_a_ranking_without_tickets_gives_nothing():
    assert drawn(scheduled(PrizeUnits("cup", 1)), []).tickets == ()


# --- a million --------------------------------------------------------------------------------------------


def test_a_million_tickets_get_every_prize_of_every_day_exactly_once():
    days = [deck(f"day-{n}", 50_000, first=1 if n % 4 == 0 else 0, second=30, third=500) for n in range(20)]
    days = [replace(day, prizes=tuple(prize for prize in day.prizes if prize.units)) for day in days]
    # Roots are of no account here, and a million cards' would take their time.
    plain = announce(instant(deck("day", 1)), SEED)
    terms = replace(plain, decks=tuple(replace(plain.decks[0], deck=day) for day in days))
    log = [Ticket(f"t{n}.n", f"c{n}", f"day-{n % 20}") for n in range(1_000_100)]
    by_day = {day.id: Counter() for day in days}
    cards = {day.id: set() for day in days}
    empty = 0
    for ticket, result in zip(log, deal(SEED, terms, zip(log, heads_of("0" * 64, log), strict=True)), strict=True):
        by_day[ticket.deck][result.prize] += 1
        empty += result.card is None
        cards[ticket.deck].add(result.card)
    assert empty == 100
    for day in days:
        promised = {prize.id: prize.units for prize in day.prizes}
        assert by_day[day.id] == {**promised, "": 50_005 - sum(promised.values())}
        assert cards[day.id] - {None} == set(range(50_000))


def test_results_come_from_the_file_alone():
    file = drawn(instant(deck("day", 30, first=3), wins_per_customer=1), tickets("abcabcabc"))
    assert results_of(file) == [each.result for each in file.tickets]
