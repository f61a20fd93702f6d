"""Names that lead nowhere, and periods that cannot be."""

from __future__ import annotations

import pytest

from tests.core.test_plan_base import broken, edited, found

BROKEN = [
    broken(
        "a gift not in stock",
        "give: [{gift: mug}]",
        "give: [{gift: mgu}]",
        "error 30:44 offers[0].rungs[0].give[0].gift: There is no stock item mgu. Did you mean mug?",
    ),
    broken(
        "a service not in stock",
        "give: [{gift: mug}]",
        "give: [{service: wrapping}]",
        "error 30:47 offers[0].rungs[0].give[0].service: There is no stock item wrapping. There are: mug, cup.",
    ),
    broken(
        "a coupon that is not there",
        "[{coupon: ten-off}]",
        "[{coupon: ten-of}]",
        "error 31:46 offers[0].rungs[1].give[0].coupon: There is no coupon ten-of. Did you mean ten-off?",
    ),
    broken(
        "a draw that is not there",
        "ticket: wheel",
        "ticket: whel",
        "error 38:21 offers[1].give[0].ticket: There is no draw whel. Did you mean wheel?",
    ),
    broken(
        "a tier that is not there",
        "give: [{ticket: wheel}]",
        "give: [{tier: golden}]",
        "error 38:19 offers[1].give[0].tier: There is no tier golden. Did you mean gold?",
    ),
    broken(
        "a budget line that is not there",
        "{gift: gifts, coupon: coupons}",
        "{gift: gift, coupon: coupons}",
        "error 33:20 offers[0].budget.gift: There is no budget line gift. Did you mean gifts?",
    ),
    broken(
        "a draw's budget line that is not there",
        "    budget: {gift: gifts}\n",
        "    budget: {gift: prizes}\n",
        "error 45:20 draws[0].budget.gift: There is no budget line prizes. There are: gifts, coupons.",
    ),
    broken(
        "a task that is not there",
        "needs: [team]",
        "needs: [teams]",
        "error 49:63 tasks[1].needs[0]: There is no task teams. Did you mean team?",
    ),
    broken(
        "a watched stock item that is not there",
        "stock(mug)",
        "stock(mugs)",
        "error 51:24 risks[0].watch: There is no stock item mugs. Did you mean mug?",
    ),
    broken(
        "a watched budget line that is not there",
        "stock(mug) < 10%",
        "budget(gift) < 50",
        "error 51:24 risks[0].watch: There is no budget line gift. Did you mean gifts?",
    ),
    broken(
        "a phase that is not there",
        "during: run\n    deck",
        "during: rum\n    deck",
        "error 41:13 draws[0].during: There is no phase rum in the plan; there are: prepare, run, "
        "wrap_up. Did you mean run?",
    ),
    broken(
        "an id used twice",
        "{id: cup,",
        "{id: mug,",
        "error 21:10 stock[1].id: The id mug is taken, on line 20; give this another.",
        "error 34:24 offers[0].otherwise[0].gift: There is no stock item cup. There are: mug.",
        "error 44:27 draws[0].prizes[0].gift: There is no stock item cup. There are: mug.",
    ),
    broken(
        "an offer id used twice",
        "- id: chance",
        "- id: ladder",
        "error 35:9 offers[1].id: The id ladder is taken, on line 27; give this another.",
    ),
    broken(
        "a draw named as an offer",
        "- id: chance",
        "- id: wheel",
        "error 40:9 draws[0].id: The id wheel is taken, on line 35; give this another.",
    ),
    broken(
        "a risk that cannot be watched",
        "stock(mug) < 10%",
        "stock(mug) > 10%",
        "error 51:24 risks[0].watch: `stock(mug) > 10%` cannot be watched; write `stock(mug) < 10%` or "
        "`budget(gifts) < 500`.",
    ),
    broken(
        "a watched amount finer than the currency",
        "stock(mug) < 10%",
        "budget(gifts) < 1.001",
        "error 51:24 risks[0].watch: 1.001 is finer than CNY can be paid; write at most 2 decimals.",
    ),
    broken(
        "a watched share of all",
        "stock(mug) < 10%",
        "stock(mug) < 0%",
        "error 51:24 risks[0].watch: 0% must be above 0% and at most 100%.",
    ),
    broken(
        "a phase that ends before it begins",
        "to: 2026-03-16}\n  wrap",
        "to: 2026-03-09}\n  wrap",
        "error 9:31 phases.run.to: Phase run ends before it begins; check its dates and its neighbours'.",
    ),
    broken(
        "phases that overlap",
        "prepare: {from: 2026-03-01}",
        "prepare: {from: 2026-03-01, to: 2026-03-12}",
        "error 9:15 phases.run.from: Phase run begins before prepare ends; phases follow each other.",
    ),
    broken(
        "a first phase without a beginning",
        "prepare: {from: 2026-03-01}",
        "prepare: {to: 2026-03-09}",
        "error 8:3 phases.prepare: Phase prepare has no beginning; write its `from`.",
    ),
    broken(
        "a last phase without an end",
        "wrap_up: {to: 2026-03-31}",
        "wrap_up: {}",
        "error 10:3 phases.wrap_up: Phase wrap_up has no end; write its `to`.",
    ),
    broken(
        "a period that ends before it begins",
        "during: {from: 2026-03-10, to: 2026-03-16}",
        "during: {from: 2026-03-16, to: 2026-03-10}",
        "error 36:36 offers[1].during.to: The period ends before it begins; check `from` and `to`.",
    ),
    broken(
        "a period of no length",
        "during: {from: 2026-03-10, to: 2026-03-16}",
        'during: {from: "2026-03-10T08:00", to: "2026-03-10T08:00"}',
        "error 36:44 offers[1].during.to: The period ends before it begins; check `from` and `to`.",
    ),
    broken(
        "a period without an end",
        "during: {from: 2026-03-10, to: 2026-03-16}",
        "during: {from: 2026-03-10}",
        "error 36:5 offers[1].during: A period needs `from` and `to`, or the name of a phase.",
    ),
    broken(
        "a period outside all phases",
        "during: {from: 2026-03-10, to: 2026-03-16}\n    when: {weekdays: [sat, sun]}\n    give: [{ticket: wheel}]",
        "during: {from: 2026-03-10, to: 2026-04-16}\n    give: [{tier: gold}]",
        "warning 36:5 offers[1].during: chance is open outside all phases of the plan; check its dates, "
        "or the phases.",
    ),
    broken(
        "weekdays that never come",
        "during: {from: 2026-03-10, to: 2026-03-16}",
        "during: {from: 2026-03-10, to: 2026-03-11}",
        "error 37:5 offers[1].when: No order can meet all of this together; check it against itself and `during`.",
    ),
]


@pytest.mark.parametrize(("old", "new", "problems"), BROKEN)
def test_a_broken_plan_is_told_what_where_and_what_to_do(old, new, problems):
    assert found(edited(old, new)) == problems
