"""Text that a spreadsheet would run as a formula is handed over as text."""

from __future__ import annotations

import pytest

from jiacan.kernel.cells import neutral_cell


@pytest.mark.parametrize(
    "text", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "-", "+", "-1.2.3", "-²"]
)
def test_what_could_be_a_formula_is_marked_as_text(text):
    assert neutral_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "mug", "-12.50", "+3", "1=1", "马克杯", " =1"])
def test_everything_else_stays_as_it_is(text):
    assert neutral_cell(text) == text
