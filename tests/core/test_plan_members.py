"""Points and tiers in a plan: their terms, and what is wrong with them, where."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jiacan.kernel.messages import Name
from jiacan.offers.contracts.points import AT_ONCE_AND_FOR_EVER, PointsTerms
from jiacan.offers.contracts.tiers import Measure, Privilege
from jiacan.plans.contracts.problems import Severity
from jiacan.plans.core.check import check
from tests.core.test_plan_base import BASE

TIERS = """\
tiers:
  - {id: silver, needs: {spend: 100}}
  - {id: gold, needs: {spend: 300}}
membership: {within: 90d, grace: 48h}
"""


BASE_TIERS = "tiers:\n  - {id: gold}\n"


def base(more):
    """The plan that the text is added to; without its own tiers where the text has some."""
    assert BASE_TIERS in BASE
    return BASE.replace(BASE_TIERS, "") if more.startswith("tiers:") else BASE


def checked(more):
    return check(base(more) + more, source="plan")


def wrong(more):
    """The line that each problem is at, counted from the first that is added, and what it says."""
    first = base(more).count("\n")
    return [(one.line - first, str(one.message)) for one in checked(more).problems if one.line > first]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("{expire: 12m}", PointsTerms(months=12)),
        ("{expire: 90d}", PointsTerms(days=90)),
        ("{expire: end_of_year}", PointsTerms(to_year_end=True)),
        ("{expire: never}", AT_ONCE_AND_FOR_EVER),
        ("{pending_until: paid}", AT_ONCE_AND_FOR_EVER),
    ],
)
def test_a_plan_says_how_long_points_last(text, terms):
    rules = checked(f"points: {text}\n").rules
    assert rules is not None
    assert (
        rules.points.months,
        rules.points.days,
        rules.points.to_year_end,
        rules.points.until_received,
    ) == (terms.months, terms.days, terms.to_year_end, terms.until_received)


def test_a_plan_that_says_nothing_gives_points_at_once_and_for_ever():
    rules = check(BASE, source="plan").rules
    assert rules is not None
    assert rules.points == AT_ONCE_AND_FOR_EVER


@pytest.mark.parametrize("text", ["0d", "12", "12y", "soon"])
def test_what_is_no_time_is_said_at_its_place(text):
    assert wrong(f"points: {{expire: {text}}}\n") == [
        (
            1,
            f"`{text}` is not a number of months or days such as 12m or 90d, or end_of_year, or never.",
        )
    ]


def test_points_that_could_pend_for_ever_are_warned_of():
    ((line, says),) = wrong("points: {pending_until: received}\n")
    assert (line, "pend for ever" in says) == (1, True)
    assert wrong("points: {pending_until: received}\nassume_received_after: 7d\n") == []


def test_a_plan_says_its_ladder():
    document = checked(TIERS).document
    assert document is not None
    assert document.ladder is not None
    assert [(tier.id, tier.needs) for tier in document.ladder.tiers] == [("silver", 10_000), ("gold", 30_000)]
    assert (document.ladder.measure, document.ladder.within, document.ladder.grace) == (
        *(Measure.SPEND, timedelta(days=90), timedelta(hours=48)),
    )
    year = checked(TIERS.replace("90d", "calendar_year")).document
    assert year is not None
    assert year.ladder is not None
    assert year.ladder.within is None
    bare = check(BASE, source="plan").document
    assert bare is not None
    assert bare.ladder is None


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("needs: {spend: 300}", "needs: {spend: 100}", 3, "list tiers from the lowest up"),
        ("needs: {spend: 300}", "needs: {orders: 3}", 3, "counts otherwise than silver"),
        ("needs: {spend: 300}", "needs: {}", 3, "one of `spend` and `orders`"),
        ("needs: {spend: 300}", "needs: {spend: 300, orders: 2}", 3, "and not both"),
        (", needs: {spend: 300}", "", 3, "says no `needs`"),
        ("within: 90d", "within: 0d", 4, "an hour at least"),
        ("grace: 48h", "grace: 9999d", 4, "3660 days at most"),
        ("within: 90d", "within: long", 4, "a number of days"),
    ],
)
def test_what_is_wrong_with_a_ladder_is_said_at_its_place(old, new, line, says):
    assert old in TIERS
    ((at, said),) = wrong(TIERS.replace(old, new))
    assert (at, says in said) == (line, True), said


def test_a_membership_without_a_ladder_is_warned_of():
    ((line, says),) = wrong("membership: {grace: 30d}\n")
    assert (line, "nobody goes up or down" in says) == (1, True)


PRIVILEGED = """\
tiers:
  - {id: silver, needs: {spend: 100}}
  - id: gold
    needs: {spend: 300}
    privileges:
      - {name: {zh: 专属顾问, en: An adviser}}
      - {name: Free pens, by: pens}
"""
PENS = """\
  - id: pens
    during: run
    when: {tier: TIER}
    give: [{gift: mug}]
    limit: {total: 3}
    budget: {gift: gifts}
"""


def privileged(tier):
    """What is said of the plan whose gold customers have pens, by an offer that asks for the tier."""
    asked = PENS.replace("TIER", tier) if tier else PENS.replace("    when: {tier: TIER}\n", "")
    text = base(PRIVILEGED).replace("\noffers:\n", "\noffers:\n" + asked)
    return check(text + PRIVILEGED, source="plan")


@pytest.mark.parametrize("tier", ["gold", "{at_least: silver}", "[silver, gold]"])
def test_a_tier_says_what_its_customers_have_and_which_offer_gives_it(tier):
    rules = privileged(tier).rules
    assert rules is not None
    assert rules.ladder.find("silver").privileges == ()
    assert rules.ladder.find("gold").privileges == (
        Privilege(Name(zh="专属顾问", en="An adviser"), None),
        Privilege(Name(zh="Free pens", en="Free pens"), "pens"),
    )


def test_what_gives_a_privilege_must_be_there_and_ask_for_the_tier():
    assert (7, "There is no offer and no item of the mall pens.") in wrong(PRIVILEGED)
    assert "pens gives nothing to customers of gold." in [str(each.message) for each in privileged("silver").errors]
    told = [(each.severity, str(each.message)) for each in privileged("").problems]
    assert (Severity.WARNING, "pens asks for no tier, so that it is no privilege of gold.") in told
