"""What an announcement says: ids and amounts, of an award, a claw-back, and what is running low."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from jiacan.campaigns.core.announcing import announcements
from jiacan.offers.contracts.awards import Award, ClawBack, Item, Outcome, StockEmpty
from jiacan.offers.contracts.benefits import Kind
from jiacan.offers.contracts.settled import Level, Means, Settled
from jiacan.plans.core.check import check
from jiacan.webhooks.contracts import EventKind
from tests.slices.histories import PLAN

AT, NOW = datetime(2011, 11, 15, tzinfo=UTC), datetime(2011, 11, 16, tzinfo=UTC)
DOCUMENT = check(PLAN.read_text(), source="plan").document
MUG, COUPON = Item(Kind.GIFT, "mug", 1, 320), Item(Kind.COUPON, "next-20", 1, 2000, 30)


def award(outcome, *items, refusal=None):
    return Award("o", "c", "spend-ladder", 1, 3, AT, 16000, outcome, items, refusal)


def say(settled, wanted=tuple(EventKind)):
    assert DOCUMENT is not None
    return list(announcements(DOCUMENT, settled, frozenset(wanted), at=NOW))


def test_an_award_says_what_was_given_and_why_not_the_first_choice():
    given = award(Outcome.OTHERWISE, MUG, COUPON, refusal=StockEmpty("hamper", 1, 0, None))
    (said,) = say(Settled(events=1, awards=(given,)))
    assert (said.kind, said.subject, said.at) == (EventKind.AWARD_GRANTED, "order-bonus-2011/o/spend-ladder", AT)
    assert said.data == {
        "plan": "order-bonus-2011",
        "plan_version": 3,
        "order": "o",
        "customer": "c",
        "offer": "spend-ladder",
        "rung": 1,
        "outcome": "otherwise",
        "reason": "stock:hamper",
        "currency": "GBP",
        "items": [
            {"kind": "gift", "item": "mug", "quantity": 1, "amount": "3.20"},
            {"kind": "coupon", "item": "next-20", "quantity": 1, "amount": "20.00"},
        ],
    }


def test_a_claw_back_names_its_refund():
    (said,) = say(Settled(claw_backs=(ClawBack("o", "c", "spend-ladder", 1, "r", NOW, (MUG,)),)))
    assert (said.kind, said.subject) == (EventKind.AWARD_CLAWED_BACK, "order-bonus-2011/o/spend-ladder/r")
    assert (said.data["refund"], said.data["items"]) == (
        "r",
        [{"kind": "gift", "item": "mug", "quantity": 1, "amount": "3.20"}],
    )


def test_who_was_held_out_and_what_nobody_asked_for_is_not_announced():
    awards = (award(Outcome.HELD_OUT, MUG), award(Outcome.REFUSED, MUG), award(Outcome.GRANTED, MUG))
    assert [said.kind for said in say(Settled(events=3, awards=awards))] == [
        EventKind.AWARD_REFUSED,
        EventKind.AWARD_GRANTED,
    ]
    assert say(Settled(events=3, awards=awards), (EventKind.STOCK_LOW,)) == []


@pytest.mark.parametrize(
    ("level", "said"),
    [
        (Level(Means.STOCK, "mug", 15, 14), {"stock": "mug", "risk": "gift-short", "left": 14, "planned": 150}),
        (Level(Means.STOCK, "mug", 16, 15), None),
        (Level(Means.STOCK, "mug", 14, 13), None),
        (Level(Means.STOCK, "mug", 14, 20), None),
        (Level(Means.STOCK, "hamper", 3, 1), {"stock": "hamper", "risk": "", "left": 1, "planned": 20}),
        (
            Level(Means.BUDGET, "gifts", 90_00, 89_99),
            {"budget": "gifts", "risk": "", "left": "89.99", "planned": "900.00"},
        ),
        (Level(Means.BUDGET, "gone", 5, 0), None),
    ],
)
def test_what_falls_below_its_watch_or_a_tenth_is_low_once(level, said):
    found = say(Settled(levels=(level,)))
    assert [each.data for each in found] == ([] if said is None else [{"plan": "order-bonus-2011", **said}])
    assert all(each.at == NOW for each in found)
