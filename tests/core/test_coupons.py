"""Coupons without a shop: codes that nobody guesses or mistypes, what they take off, and what is taken back."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from jiacan.kernel.messages import Name
from jiacan.members.contracts.coupons import Asked, Coupon, Ending, State, Terms
from jiacan.members.core.coupons import (
    ALPHABET,
    BODY,
    brought_up_to_date,
    codes_in,
    place_of,
    read_code,
    take_off,
    worth,
)
from jiacan.members.facade.coupons import new_codes
from jiacan.offers.contracts.coupons import GivenCoupons, GivenRef, TakenBack

AT = datetime(2026, 11, 16, tzinfo=UTC)
REF = GivenRef("spring", "A1", "fixed", "ten-off")
NAME = Name("券", "Coupon")
FIFTH = Terms(NAME, None, 20, 3_000, 0, "CNY")
TEN_OFF = Terms(NAME, 1_000, None, None, 5_000, "CNY")


def coupon(part: int = 0, *, state: State = State.OPEN) -> Coupon:
    return Coupon(
        id=part,
        code=f"code-{part}",
        plan_id="spring",
        plan_version=1,
        coupon="ten-off",
        customer_id="anna",
        given=REF,
        part=part,
        batch_id=None,
        line="",
        hold_key="",
        given_at=AT,
        expires_at=None,
        state=state,
    )


def given_of(*, left: int, used: int = 0, backs: tuple[TakenBack, ...] = (), lapsed: bool = False) -> GivenCoupons:
    return GivenCoupons(REF, 1, "anna", AT, 4, left, used, 0, lapsed, AT, backs)


# --- codes ------------------------------------------------------------------------------------------------


def test_of_a_million_codes_no_two_are_alike_and_every_character_is_as_likely():
    chance = random.Random(2026)
    found: set[str] = set()
    counts: Counter[str] = Counter()
    for _ in range(100):
        some = list(codes_in(chance.randbytes(145_000)))
        counts.update("".join(each.replace("-", "")[:BODY] for each in some[:1_000]))
        found.update(some[:10_000])
    assert len(found) == 1_000_000
    assert set(counts) == set(ALPHABET)
    assert chisquare(list(counts.values())).pvalue > 0.001


def test_codes_are_made_by_the_machines_own_chance():
    made = [next(codes) for codes in (new_codes(), new_codes())]
    assert made[0] != made[1]
    assert [read_code(each) for each in made] == made


def test_the_alphabet_has_no_two_that_look_alike():
    assert len(ALPHABET) == len(set(ALPHABET)) == 31
    assert not set("01ILO") & set(ALPHABET)


@given(st.binary(min_size=60, max_size=60), st.integers(0, 14), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_found(chance, place, other):
    code = next(codes_in(chance), None)
    if code is None:
        return
    plain = code.replace("-", "")
    wrong = plain[:place] + other + plain[place + 1 :]
    assert read_code(wrong) == (code if wrong == plain else None)


@given(st.binary(min_size=60, max_size=60), st.integers(0, 13))
def test_two_neighbours_swapped_are_found(chance, place):
    code = next(codes_in(chance), None)
    if code is None:
        return
    plain = code.replace("-", "")
    swapped = plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]
    assert read_code(swapped) == (code if swapped == plain else None)


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_code_or_is_not(typed):
    found = read_code(typed)
    assert found is None or read_code(found) == found


# --- what they take off -----------------------------------------------------------------------------------


@given(st.integers(0, 10**9), st.integers(0, 10**6))
def test_a_coupon_takes_off_no_more_than_its_face_or_what_is_left_of_the_order(spend, taken):
    for terms, face in ((FIFTH, 3_000), (TEN_OFF, 1_000)):
        assert 0 <= worth(terms, spend) <= face
        if spend >= terms.min_spend_minor and taken < spend and worth(terms, spend) > 0:
            asked = Asked("N1", "anna", spend, "CNY")
            off = take_off(coupon(), terms, asked, taken_minor=taken, at=AT)
            assert 0 < off <= min(face, spend - taken)


@pytest.mark.parametrize(("spend", "off"), [(1_232, 246), (1_233, 247), (1, 0), (3, 1), (14_999, 3_000)])
def test_a_percentage_is_rounded_half_up(spend, off):
    assert worth(FIFTH, spend) == off


# --- those of an award ------------------------------------------------------------------------------------


def test_the_last_open_ones_are_taken_back_first_and_what_is_left_lapses():
    four = [coupon(part, state=State.USED if part == 3 else State.OPEN) for part in range(4)]
    backs = (TakenBack(AT, "R1", 1),)
    now = brought_up_to_date(four, given_of(left=2, used=1, backs=backs))
    assert [(each.state, each.ended_by) for each in now] == [
        (State.OPEN, ""),
        (State.OPEN, ""),
        (State.TAKEN_BACK, "R1"),
        (State.USED, ""),
    ]
    later = (*backs, TakenBack(AT, "R2", 1))
    then = brought_up_to_date(now, given_of(left=1, used=1, backs=later, lapsed=True))
    assert [each.state for each in then] == [State.EXPIRED, State.TAKEN_BACK, State.TAKEN_BACK, State.USED]
    assert (then[1].ended_by, then[1].ending) == ("R2", Ending.REFUND)
    assert brought_up_to_date(then, given_of(left=1, used=1, backs=later, lapsed=True)) == then


def test_what_comes_back_stands_where_it_stood():
    four = [coupon(0), coupon(1, state=State.USED), coupon(2), replace(coupon(3), state=State.TAKEN_BACK)]
    assert place_of(four[1], four) == 1
    assert place_of(four[2], four) == 1
