"""What pages draw and how they write figures."""

from __future__ import annotations

import doctest
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiacan.console.core import browsers, drawing, words
from jiacan.console.core.drawing import HEIGHT, WIDTH, spark_of, without_styles
from jiacan.kernel.messages import tell
from jiacan.kernel.money import Money

figures = st.one_of(st.none(), st.floats(-1e12, 1e12, allow_nan=False))


@pytest.mark.parametrize("module", [browsers, drawing, words])
def test_the_examples_of_the_module_hold(module):
    tried = doctest.testmod(module)
    assert (tried.attempted > 0, tried.failed) == (True, 0)


@given(st.lists(figures, max_size=200))
def test_a_spark_line_stays_in_its_box(values):
    spark = spark_of(values)
    if spark is None:
        assert all(value is None for value in values)
        return
    points = [(float(x), float(y)) for x, y in re.findall(r"([\d.-]+) ([\d.-]+)", spark.line + spark.area)]
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)


def test_an_unknown_hour_breaks_the_line_and_is_not_drawn_as_nothing():
    assert spark_of([1, None, 1]).line == "M0 2M120 2"


def test_a_flat_line_at_zero_lies_on_the_floor():
    assert spark_of([0, 0]).line == "M0 26L120 26"


def test_styles_become_attributes_that_a_strict_policy_lets_through():
    drawn = without_styles('<svg style="max-width: 10px;"><style>text{fill:red}</style><g/></svg>')
    assert "style" not in drawn
    assert 'max-width="10px"' in drawn


def test_money_in_a_sentence_is_written_as_in_a_table():
    book = words.PageWords("zh", lambda text: text, None)
    assert book.say(tell("{cost} is left", cost=Money(123450, "CNY"))) == "¥1,234.50 is left"
    assert book.word((Money(100, "GBP"), Money(-5, "GBP"))) == "£1.00、-£0.05"
