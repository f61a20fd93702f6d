"""Coupons, budgets, draws, goals and tasks that do not add up."""

from __future__ import annotations

import pytest

from tests.core.test_plan_base import broken, edited, found

BROKEN = [
    broken(
        "a coupon of neither form",
        "off: 10, min_spend: 50,",
        "min_spend: 50,",
        "error 23:5 coupons[0]: Coupon ten-off needs one of `off` and `percent`, and not both.",
    ),
    broken(
        "a coupon of both forms",
        "off: 10, min_spend",
        "off: 10, percent: 10, at_most: 5, min_spend",
        "error 23:5 coupons[0]: Coupon ten-off needs one of `off` and `percent`, and not both.",
    ),
    broken(
        "a percentage coupon without a cap",
        "off: 10, min_spend",
        "percent: 10, min_spend",
        "error 23:28 coupons[0].percent: A percentage needs `at_most`, or nobody can say what coupon "
        "ten-off may cost.",
    ),
    broken(
        "a capped amount coupon",
        "off: 10, min_spend",
        "off: 10, at_most: 10, min_spend",
        "error 23:37 coupons[0].at_most: `at_most` caps a percentage; an amount `off` needs none. Remove it.",
    ),
    broken(
        "a coupon that pays for everything",
        "min_spend: 50",
        "min_spend: 10",
        "warning 23:24 coupons[0].off: Coupon ten-off takes 10.00 CNY off a spend of 10.00 CNY, so the "
        "goods can cost nothing; raise `min_spend` if that is not meant.",
    ),
    broken(
        "all customers held out",
        "{share: 10%}",
        "{share: 100%}",
        "error 46:18 holdout.share: With all customers held out nobody is given anything; hold out fewer.",
    ),
    broken(
        "a line that can run short",
        "amount: 900",
        "amount: 200",
        "warning 17:27 budget.lines[0].amount: At worst gifts is asked for 260.00 CNY and holds 200.00 "
        "CNY: 60.00 CNY would be refused. Raise it, or lower limits or stock.",
    ),
    broken(
        "a line that alone bounds an offer",
        "limit: {total: 50, per_customer: 1}",
        "limit: {per_customer: 1}",
        "warning 33:35 offers[0].budget.coupon: Only coupons itself bounds this: its 500.00 CNY pay for "
        "50 awards of 10.00 CNY; limit it, or watch it.",
    ),
    broken(
        "points for each yuan, only bounded by a line",
        "when: {weekdays: [sat, sun]}\n    give: [{ticket: wheel}]",
        "budget: {points: gifts}\n    give: [{points: {per: 1, points: 2}}]",
        "warning 37:22 offers[1].budget.points: Only gifts itself bounds this: it holds 900.00 CNY, and "
        "one award has no most it can cost.",
    ),
    broken(
        "costs that no line pays",
        "give: [{ticket: wheel}]",
        "give: [{points: 50}]",
        "warning 35:9 offers[1].id: chance gives points, which costs money, and no budget line pays for "
        "it; name a line for points under its `budget`.",
    ),
    broken(
        "more prizes than tickets",
        "tickets_per_day: 20",
        "tickets_per_day: 1",
        "error 42:29 draws[0].deck.tickets_per_day: On day 1 the deck of 1 tickets would hold 2 prizes; add tickets.",
    ),
    broken(
        "a day that never comes",
        "days: [1, 7]",
        "days: [1, 8]",
        "error 44:54 draws[0].prizes[0].days[1]: Day 8 never comes: wheel lasts 7 days.",
    ),
    broken(
        "prizes beyond the stock",
        "per_day: 2, days: [1, 7]",
        "per_day: 10",
        "warning 44:27 draws[0].prizes[0].gift: Over all days the prizes promise 70 of cup, and its stock"
        " is 50; order more, or promise fewer.",
    ),
    broken(
        "tickets on days without the draw",
        "during: run\n    deck",
        "during: {from: 2026-03-12, to: 2026-03-20}\n    deck",
        "warning 38:21 offers[1].give[0].ticket: chance gives tickets on days on which wheel is closed.",
    ),
    broken(
        "a prize of two kinds",
        "gift: cup, per_day",
        "gift: cup, tier: gold, per_day",
        "error 44:38 draws[0].prizes[0].tier: One item gives one kind of benefit, and this gives gift, "
        "tier; make them items of their own.",
    ),
    broken(
        "prizes that share an id",
        "      - {id: first, gift",
        "      - {id: first, tier: gold, per_day: 1}\n      - {id: first, gift",
        "error 45:14 draws[0].prizes[1].id: The id first is taken, on line 44; give this another.",
    ),
    broken(
        "a due day that cannot be read",
        "run.from - 3d",
        "three days before",
        "error 49:40 tasks[1].due: `three days before` is no due day; write a date, or an anchor such as "
        "`run.from - 3d`.",
    ),
    broken(
        "an edge that is none",
        "run.from - 3d",
        "run.start - 3d",
        "error 49:40 tasks[1].due: `start` is no edge of a phase; write run.from or run.to.",
    ),
    broken(
        "a due day at a phase that is not there",
        "run.from - 3d",
        "warm_up.from - 3d",
        "error 49:40 tasks[1].due: There is no phase warm_up in the plan; there are: prepare, run, "
        "wrap_up. Did you mean wrap_up?",
    ),
    broken(
        "a due moment",
        "run.from - 3d",
        "2026-03-05T10:00",
        "error 49:40 tasks[1].due: `2026-03-05T10:00` is no due day; write a date, or an anchor such as "
        "`run.from - 3d`.",
    ),
    broken(
        "tasks that wait for each other",
        "due: prepare.from}",
        "due: prepare.from, needs: [count]}",
        "error 48:54 tasks[0].needs: These tasks wait for each other: team → count → team; remove a link.",
    ),
    broken(
        "a task due before what it needs",
        "run.from - 3d",
        "2026-02-20",
        "error 49:60 tasks[1].needs[0]: count is due on 2026-02-20 and needs team, which is due later, on"
        " 2026-03-01.",
    ),
    broken(
        "a gate after the run began",
        "run.from - 3d",
        "run.to",
        "warning 49:40 tasks[1].due: A gate must be passed before the run begins, and count is due after.",
    ),
    broken(
        "a change against nothing",
        ", against: forecast",
        "",
        "error 12:31 goals[0].target: +15% is a change; say in `against` what it is held against.",
    ),
    broken(
        "a baseline that is none",
        "against: forecast",
        "against: lastyear",
        "error 12:46 goals[0].against: `lastyear` is nothing to hold a goal against; write forecast, "
        "last_year, previous_period, or a number. Did you mean last_year?",
    ),
    broken(
        "a target that cannot be read",
        "target: +15%",
        "target: many",
        "error 12:31 goals[0].target: `many` is not a target; write a number, a share such as 30%, or a "
        "change such as +15%.",
    ),
    broken(
        "a share of orders",
        "target: +15%",
        "target: 15%",
        "error 12:31 goals[0].target: orders is no share, so 15% cannot be its level; write a number, or "
        "a change: +15%.",
    ),
    broken(
        "half an order",
        "target: +15%",
        "target: 10.5",
        "error 12:31 goals[0].target: orders are counted whole; 10.5 is not.",
    ),
    broken(
        "a rate above one",
        "measure: orders, target: +15%",
        "measure: repurchase_rate, target: 130%",
        "error 12:40 goals[0].target: 130% is above 100%; a rate cannot be. Write it as a percentage such as 30%.",
    ),
]


@pytest.mark.parametrize(("old", "new", "problems"), BROKEN)
def test_a_broken_plan_is_told_what_where_and_what_to_do(old, new, problems):
    assert found(edited(old, new)) == problems
