"""What a plan can say of check-in challenges, what becomes of it, and what is wrong with it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from jiacan.kernel.messages import Name
from jiacan.kernel.periods import Period
from jiacan.members.contracts.check_in import Asks, Challenge, MakeUp, Question, Reward, Task, TaskKind
from jiacan.offers.contracts.benefits import CouponBenefit, GiftBenefit, Kind, PointsBenefit
from jiacan.offers.contracts.rules import Trigger
from jiacan.offers.core.words import offer_words
from jiacan.plans.core.check import check
from tests.core.test_plan_base import BASE, found

CHALLENGE = """\
challenges:
  - id: tea-days
    name: {zh: 七日打卡, en: Tea days}
    during: run
    tasks:
      - sign_in
      - {id: poster, do: share_poster}
      - do: answer
        questions:
          - {ask: {zh: 泡绿茶多少度？, en: How hot for green tea?}, answers: ["80", 80 degrees]}
    done_by: any
    again: true
    make_up: {days: 2, within: 3d, points: 20}
    rewards:
      - {day: 3, give: [{points: 10}]}
      - {day: 7, give: [{coupon: ten-off}, {gift: cup}]}
    budget: {coupon: coupons, gift: gifts}
"""


def plan(*edits: tuple[str, str]) -> str:
    text = BASE.replace("draws:\n", f"{CHALLENGE}draws:\n", 1)
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def test_every_term_is_read():
    document = check(plan(), source="plan").document
    assert document is not None
    assert document.challenges == (
        Challenge(
            id="tea-days",
            name=Name("七日打卡", "Tea days"),
            during=Period(*(document.phases["run"].starts_at, document.phases["run"].ends_at)),
            zone=ZoneInfo("Asia/Shanghai"),
            tasks=(
                Task("sign_in", TaskKind.SIGN_IN),
                Task("poster", TaskKind.SHARE_POSTER),
                Task(
                    "answer",
                    TaskKind.ANSWER,
                    (Question(Name("泡绿茶多少度？", "How hot for green tea?"), ("80", "80 degrees")),),
                ),
            ),
            asks=Asks.ANY,
            again=True,
            make_up=MakeUp(2, 3, 20),
            rewards=(
                Reward(3, (PointsBenefit(10),)),
                Reward(7, (CouponBenefit("ten-off", 1), GiftBenefit("cup", 1))),
            ),
            budget={Kind.COUPON: "coupons", Kind.GIFT: "gifts"},
        ),
    )


def test_what_is_left_out_asks_all_tasks_gives_once_and_lets_nobody_make_up():
    short = plan(
        ("    done_by: any\n", ""),
        ("    again: true\n", ""),
        ("    make_up: {days: 2, within: 3d, points: 20}\n", ""),
    )
    document = check(short, source="plan").document
    assert document is not None
    (challenge,) = document.challenges
    assert (challenge.asks, challenge.again, challenge.make_up) == (Asks.ALL, False, None)


def test_a_challenge_is_an_offer_whose_rungs_are_its_days():
    rules = check(plan(), source="plan").rules
    assert rules is not None
    offer = rules.offers[-1]
    assert (offer.id, offer.trigger, [rung.number for rung in offer.rungs]) == (
        *("tea-days", Trigger.CHECK_IN),
        [3, 7],
    )
    words = offer_words(offer, rules)
    assert [[str(each) for each in rung.asks] for rung in words.rungs] == [["3 days in a row"], ["7 days in a row"]]
    assert (words.ladder, words.on_refund) == (None, ())


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("      - sign_in\n", "      - dance\n", "dance"),
        ("{id: poster, do: share_poster}", "{do: sign_in}", "is on line"),
        ("{id: poster, do: share_poster}", "{do: answer, id: more}", "nothing to answer"),
        ('answers: ["80", 80 degrees]', "answers: []", "No answer is right"),
        ("{day: 3, give: [{points: 10}]}", "{day: 3, give: []}", "gives nothing"),
        ("{day: 3, give: [{points: 10}]}", "{day: 7, give: [{points: 10}]}", "7 days do not come after 7"),
        ("{day: 3, give: [{points: 10}]}", "{day: 3, give: [{points: {per: 1, points: 1}}]}", "no spend"),
        ("{day: 7, give: [{coupon", "{day: 8, give: [{coupon", "8 days in a row never come"),
        ("{coupon: ten-off}, {gift: cup}", "{coupon: ten-of}", "There is no coupon ten-of"),
        ("{coupon: coupons, gift", "{coupon: coupon, gift", "There is no budget line coupon"),
        ("  - id: tea-days\n", "  - id: wheel\n", "The id wheel is taken"),
        ("    during: run\n    tasks", "    during: runs\n    tasks", "runs"),
        ("within: 3d", "within: 3h", "whole number of days"),
        ("    done_by: any\n", "    done_by: some\n", "some"),
    ],
)
def test_what_is_wrong_is_an_error_at_its_place(old, new, says):
    errors = check(plan((old, new)), source="plan").errors
    assert says in " ".join(str(error.message) for error in errors)
    assert all(error.line > 1 and error.column > 0 for error in errors)


@pytest.mark.parametrize("empty", ["tasks", "rewards"])
def test_a_challenge_without_tasks_or_rewards_is_an_error(empty):
    bare = "challenges: [{id: bare, during: run, tasks: [sign_in], rewards: [{day: 1, give: [{points: 1}]}]}]\n"
    text = BASE.replace("draws:\n", f"{bare}draws:\n", 1)
    assert check(text, source="plan").errors == ()
    emptied = (
        text.replace("tasks: [sign_in]", "tasks: []")
        if empty == "tasks"
        else text.replace("rewards: [{day: 1, give: [{points: 1}]}]", "rewards: []")
    )
    (error,) = check(emptied, source="plan").errors
    assert error.path == f"challenges[0].{empty}"


def test_days_that_are_made_up_should_not_reach_a_reward_alone():
    assert any("without doing a task" in row for row in found(plan(("days: 2, within", "days: 3, within"))))


def test_a_line_of_the_budget_for_what_is_not_given_is_a_warning():
    rows = found(
        plan(("{coupon: coupons, gift: gifts}\ndraws", "{coupon: coupons, gift: gifts, cash: gifts}\ndraws"))
    )
    assert any("tea-days gives no cash" in row for row in rows)
