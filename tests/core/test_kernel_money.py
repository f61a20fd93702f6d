"""Money: each rounding, and shares whose sum is exact."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiacan.kernel.money import (
    Money,
    allocate,
    divide_half_up,
    format_money,
    micros_to_minor,
    minor_digits,
    to_major,
    to_micros,
    to_minor,
)

CURRENCIES = st.sampled_from(["CNY", "GBP", "JPY", "KWD"])
weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=12)
amounts = st.integers(-(10**12), 10**12)


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**6))
def test_division_rounds_halves_away_from_zero_as_decimals_do(numerator, denominator):
    exact = Fraction(numerator, denominator)
    rounded = divide_half_up(numerator, denominator)
    assert abs(exact - rounded) <= Fraction(1, 2)
    if abs(exact - rounded) == Fraction(1, 2):
        assert abs(rounded) > abs(exact)


@given(st.decimals(-(10**9), 10**9, places=5), CURRENCIES)
def test_amounts_are_rounded_to_minor_units_halves_up(amount, currency):
    step = Decimal(1).scaleb(-minor_digits(currency))
    assert to_major(to_minor(amount, currency), currency) == amount.quantize(step, ROUND_HALF_UP)


@given(amounts, CURRENCIES)
def test_minor_units_go_to_major_and_back_unchanged(minor, currency):
    assert to_minor(to_major(minor, currency), currency) == minor


@given(st.decimals(-(10**9), 10**9, places=6), CURRENCIES)
def test_micros_round_to_minor_units_as_the_amount_itself_does(amount, currency):
    assert micros_to_minor(to_micros(amount), currency) == to_minor(amount, currency)


def test_currencies_have_the_decimals_of_iso_4217():
    assert [minor_digits(code) for code in ("CNY", "GBP", "JPY", "KRW", "KWD", "BHD")] == [2, 2, 0, 0, 3, 3]


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (Money(0, "CNY"), "0.00 CNY"),
        (Money(5, "CNY"), "0.05 CNY"),
        (Money(-123_456, "GBP"), "-1,234.56 GBP"),
        (Money(1_234_567, "JPY"), "1,234,567 JPY"),
        (Money(1_234_567, "KWD"), "1,234.567 KWD"),
    ],
)
def test_money_is_written_with_thousands_decimals_and_currency(money, text):
    assert format_money(money) == text


@given(amounts, weights)
def test_shares_add_up_exactly(total, of):
    shares = allocate(total, of)
    assert len(shares) == len(of)
    assert sum(shares) == total


@given(amounts, weights.filter(any))
def test_each_share_is_within_one_unit_of_its_proportion(total, of):
    for share, weight in zip(allocate(total, of), of, strict=True):
        assert abs(share - Fraction(total * weight, sum(of))) < 1
        assert weight or share == 0


@given(amounts, st.integers(1, 12))
def test_between_equals_the_earlier_gets_the_unit_that_is_left(total, count):
    shares = [abs(share) for share in allocate(total, [7] * count)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] - shares[-1] <= 1


@given(st.integers(0, 10**12), weights)
def test_what_is_taken_back_is_shared_as_what_was_given(total, of):
    assert allocate(-total, of) == tuple(-share for share in allocate(total, of))


def test_a_share_of_nothing_goes_to_the_first_when_no_line_has_weight():
    assert allocate(5, [0, 0]) == (5, 0)
    assert allocate(0, [1, 2]) == (0, 0)


@pytest.mark.parametrize("of", [[], [1, -1]])
def test_there_is_no_sharing_over_nothing_or_over_less_than_nothing(of):
    with pytest.raises(ValueError):
        allocate(1, of)
