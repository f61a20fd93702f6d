"""What a plan can say of referrals, and what is wrong with it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jiacan.plans.core.check import check
from jiacan.referrals.contracts.terms import Attribution, ReferralTerms
from tests.core.test_plan_base import BASE, found

OFFER = """\
  - id: refer
    trigger: referral_completed
    during: run
    give: {to_referrer: [{points: 5}], to_friend: [{coupon: ten-off}]}
"""
TERMS = "referral:\n  window: 30d\n  return_window: 7d\n"


def plan(terms: str = TERMS, offer: str = OFFER) -> str:
    return BASE.replace("draws:\n", f"{offer}draws:\n", 1) + terms


def test_terms_left_out_bound_nothing_and_the_last_click_counts():
    document = check(plan(), source="plan").document
    assert document is not None
    assert document.referral == ReferralTerms(timedelta(days=30), timedelta(days=7))
    assert document.referral.attribution is Attribution.LAST_TOUCH


def test_every_term_is_read():
    more = (
        "  attribution: first_touch\n  per_referrer: 20\n  per_network_per_day: 3\n  landing: https://shop.example/\n"
    )
    document = check(plan(f"{TERMS}{more}assume_received_after: 5d\n"), source="plan").document
    assert document is not None
    assert document.referral == ReferralTerms(
        timedelta(days=30),
        timedelta(days=7),
        Attribution.FIRST_TOUCH,
        per_referrer=20,
        per_network_per_day=3,
        landing="https://shop.example/",
        assume_received_after=timedelta(days=5),
    )


@pytest.mark.parametrize(
    ("term", "says"),
    [
        ("  landing: shop.example\n", "is no address of a shop"),
        ('  landing: "javascript:alert(1)"\n', "is no address of a shop"),
        ("  landing: https://shop example/\n", "is no address of a shop"),
        ("  attribution: any_touch\n", "any_touch"),
        ("  per_referrer: 0\n", "0"),
    ],
)
def test_a_wrong_term_is_an_error_at_its_place(term, says):
    text = plan(TERMS + term)
    line = text.count("\n")
    (error,) = check(text, source="plan").errors
    assert (error.line, says in str(error.message)) == (line, True)
    assert error.column > 1


@pytest.mark.parametrize("wrong", ["window: 0d", "window: 400d"])
def test_a_window_of_nothing_or_of_years_is_an_error(wrong):
    (error,) = check(plan(TERMS.replace("window: 30d", wrong, 1)), source="plan").errors
    assert "A click counts" in str(error.message)


def test_terms_without_rewards_are_a_warning():
    rows = found(plan(offer=""))
    assert [row for row in rows if "nobody is rewarded" in row and row.startswith("warning")]
