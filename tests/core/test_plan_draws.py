"""Draws in a plan: their modes, decks and claims, and what they announce."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from jiacan.draws.contracts.terms import Announced, Deck, Mode, PrizeUnits
from jiacan.draws.core.announcing import announce
from jiacan.plans import facade
from jiacan.plans.contracts.document import Unclaimed
from jiacan.plans.core.check import check
from jiacan.plans.core.worst_case import worst_cases
from tests.core.test_plan_base import BASE, found

PLAIN = BASE[BASE.index("draws:") : BASE.index("holdout:")]
WHOLE = """\
draws:
  - id: wheel
    during: run
    deck: {tickets: 200}
    prizes:
      - {id: first, gift: cup, units: 2}
      - {id: second, coupon: ten-off, units: 5}
    guarantee: {id: third, after: 3, gift: mug, units: 4}
    wins_per_customer: 2
    claim_within: 7d
    unclaimed: consolation
    consolation: [{points: 5}]
    budget: {gift: gifts, coupon: coupons, points: coupons}
"""
LIVE = """\
draws:
  - id: wheel
    mode: live
    during: run
    at: 2026-03-18T20:00
    public: drand quicknet, round 12345678
    prizes:
      - {id: first, gift: cup, units: 1}
      - {id: second, gift: cup, units: 3}
    budget: {gift: gifts}
"""


def plan(draws, *edits):
    for old, new in edits:
        assert old in draws, old
        draws = draws.replace(old, new, 1)
    return BASE.replace(PLAIN, draws)


def the_draw(draws):
    checked = check(plan(draws), source="plan.yaml")
    assert not checked.errors, checked.errors
    (draw,) = checked.document.draws
    return draw, checked


def announced(draws, rules="Rules."):
    _, checked = the_draw(draws)
    return facade.announced(checked, "wheel", version=3, rules=rules)


def test_each_days_deck_has_the_prizes_of_its_day():
    made = announced(PLAIN)
    days = [f"2026-03-{day}" for day in range(10, 17)]
    assert [deck.id for deck in made.decks] == days
    assert [deck.prizes for deck in made.decks if deck.prizes] == [(PrizeUnits("first", 2),)] * 2
    assert [deck.id for deck in made.decks if deck.prizes] == [days[0], days[6]]
    assert {deck.cards for deck in made.decks} == {20}
    assert (made.mode, made.source, made.plan_version) == (Mode.INSTANT, "", 3)


def test_one_deck_for_all_days_with_a_guarantee():
    assert announced(WHOLE) == Announced(
        draw="wheel",
        mode=Mode.INSTANT,
        plan_id="spring",
        plan_version=3,
        rules="Rules.",
        source="",
        wins_per_customer=2,
        guarantee_after=3,
        guaranteed=(PrizeUnits("third", 4),),
        decks=(Deck("whole", 200, (PrizeUnits("first", 2), PrizeUnits("second", 5))),),
    )


def test_a_live_draw_has_a_deck_of_its_prizes_alone():
    made = announced(LIVE)
    assert made.decks == (Deck("whole", 4, (PrizeUnits("first", 1), PrizeUnits("second", 3))),)
    assert (made.mode, made.source) == (Mode.LIVE, "drand quicknet, round 12345678")


@pytest.mark.parametrize("draws", [PLAIN, WHOLE, LIVE, LIVE.replace("live", "scheduled")])
def test_what_a_plan_announces_can_be_sealed(draws):
    assert announce(announced(draws), bytes(32)).draw == "wheel"


def test_when_it_is_held_and_what_becomes_of_prizes():
    live, _ = the_draw(LIVE)
    assert (live.held_at, live.claim_within, live.unclaimed) == (
        datetime(2026, 3, 18, 12, tzinfo=UTC),
        None,
        Unclaimed.RETURN,
    )
    whole, _ = the_draw(WHOLE)
    assert (whole.claim_within, whole.unclaimed) == (timedelta(days=7), Unclaimed.CONSOLATION)


def test_every_prize_has_its_rung_the_guaranteed_one_after_the_others_and_the_consolation_last():
    draw, checked = the_draw(WHOLE)
    (offer,) = (offer for offer in checked.rules.offers if offer.id == "wheel")
    assert [prize.id for prize in draw.all_prizes] == ["first", "second", "third"]
    assert [rung.benefits for rung in offer.rungs] == [
        *((prize.benefit,) for prize in draw.all_prizes),
        draw.consolation,
    ]


def test_guaranteed_prizes_count_in_the_worst_case():
    _, checked = the_draw(WHOLE)
    gifts, _ = worst_cases(checked.document, checked.rules)
    assert {(demand.stock, demand.awards) for demand in gifts.demands if demand.source == "wheel"} == {
        ("cup", 2),
        ("mug", 4),
    }


@pytest.mark.parametrize(
    ("draws", "edit", "problem"),
    [
        (WHOLE, ("    deck: {tickets: 200}\n", ""), "error 40:9 draws[0].id: The draw wheel needs `deck`."),
        (
            WHOLE,
            ("{tickets: 200}", "{tickets: 200, tickets_per_day: 2}"),
            "draws[0].deck: A deck has either `tickets_per_day`, for a deck of each day, or `tickets`, for one",
        ),
        (WHOLE, ("{tickets: 200}", "{}"), "draws[0].deck"),
        (
            WHOLE,
            ("tickets: 200", "tickets: 6"),
            "draws[0].deck.tickets: The deck of 6 tickets would hold 7 prizes; add tickets.",
        ),
        (
            WHOLE,
            ("during: run", "during: run\n    at: 2026-03-18T20:00"),
            "draws[0].at: `at` does not go with instant draws; remove it.",
        ),
        (
            WHOLE,
            ("gift: cup, units: 2", "gift: cup, per_day: 2"),
            "draws[0].prizes[0].id: The prize first needs `units`: how many there are.",
        ),
        (
            WHOLE,
            ("gift: cup, units: 2", "gift: cup, units: 2, days: [1]"),
            "draws[0].prizes[0].days: `days` has no meaning for the decks of wheel; remove it.",
        ),
        (
            PLAIN,
            ("per_day: 2,", "units: 2,"),
            "draws[0].prizes[0].id: The prize first needs `per_day`: how many there are.",
        ),
        (WHOLE, ("id: third", "id: first"), "draws[0].guarantee.id: The id first is taken, on line 44"),
        (
            WHOLE,
            ("gift: mug, units: 4", "gift: vase, units: 4"),
            "draws[0].guarantee.gift: There is no stock item vase.",
        ),
        (WHOLE, ("gift: mug, units: 4", "units: 4"), "draws[0].guarantee: This gives nothing"),
        (WHOLE, ("units: 4", "units: 101"), "draws[0].guarantee.gift: Over all days the prizes promise 101 of mug"),
        (WHOLE, ("    claim_within: 7d\n", ""), "draws[0].unclaimed: Without `claim_within` prizes wait for good"),
        (
            WHOLE,
            ("claim_within: 7d", "claim_within: 0d"),
            "draws[0].claim_within: Nobody can claim a prize in no time",
        ),
        (WHOLE, ("    consolation: [{points: 5}]\n", ""), "draws[0].unclaimed: There is no `consolation` to give"),
        (LIVE, ("    at: 2026-03-18T20:00\n", ""), "draws[0].id: The draw wheel needs `at`."),
        (LIVE, ("    public: drand quicknet, round 12345678\n", ""), "draws[0].id: The draw wheel needs `public`."),
        (LIVE, ("2026-03-18T20:00", "2026-03-18"), "draws[0].at: Write the hour too, as in 2026-11-11T20:00."),
        (
            LIVE,
            ("2026-03-18T20:00", "2026-03-16T20:00"),
            "draws[0].at: The draw is held before its last tickets come",
        ),
        (LIVE, ("during: run", "during: run\n    deck: {tickets: 9}"), "draws[0].deck: `deck` does not go with live"),
        (LIVE, ("drand quicknet, round 12345678", '"a\\nb"'), "draws[0].public: Name the public value in one line"),
        (LIVE, ("units: 3", "units: 2000000"), "draws[0].prizes: A deck of 2,000,001 cannot be sealed"),
        (WHOLE, ("tickets: 200", "tickets: 2000001"), "draws[0].deck.tickets: A deck of 2,000,001 cannot be sealed"),
        (WHOLE, ("units: 4", "units: 2000001"), "draws[0].guarantee.units: A deck of 2,000,001 cannot be sealed"),
        (LIVE, ("mode: live", "mode: lively"), "draws[0].mode: `lively` is not one of instant, scheduled, live."),
    ],
)
def test_what_does_not_go_together_is_said_where_it_stands(draws, edit, problem):
    said = found(plan(draws, edit))
    assert any(problem in line for line in said), said
