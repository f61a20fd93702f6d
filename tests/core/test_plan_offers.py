"""Offers that cannot be met, give nothing, or contradict themselves."""

from __future__ import annotations

import pytest

from tests.core.test_plan_base import broken, edited, found

BROKEN = [
    broken(
        "an offer that gives nothing",
        "    give: [{ticket: wheel}]\n",
        "",
        "error 35:5 offers[1]: chance gives nothing; write `give`, or `rungs`.",
    ),
    broken(
        "an empty give",
        "give: [{ticket: wheel}]",
        "give: []",
        "error 38:5 offers[1].give: This gives nothing; write at least one benefit.",
    ),
    broken(
        "give and rungs at once",
        "    rungs:",
        "    give: [{gift: mug}]\n    rungs:",
        "error 29:5 offers[0].give: An offer has either `give` or `rungs`, not both.",
    ),
    broken(
        "a ladder without rungs",
        "    give: [{ticket: wheel}]",
        "    ladder: best\n    give: [{ticket: wheel}]",
        "error 38:13 offers[1].ladder: `ladder` needs `rungs`; write them, or remove it.",
    ),
    broken(
        "a rung that gives nothing",
        "give: [{coupon: ten-off}]",
        "give: []",
        "error 31:30 offers[0].rungs[1].give: This gives nothing; write at least one benefit.",
        "warning 33:27 offers[0].budget.coupon: ladder gives no coupon, so this has no effect; remove it.",
    ),
    broken(
        "an item of two kinds",
        "give: [{gift: mug}]",
        "give: [{gift: mug, coupon: ten-off}]",
        "error 30:57 offers[0].rungs[0].give[0].coupon: One item gives one kind of benefit, and this "
        "gives gift, coupon; make them items of their own.",
    ),
    broken(
        "an item of no kind",
        "give: [{ticket: wheel}]",
        "give: [{quantity: 2}]",
        "error 38:12 offers[1].give[0]: This gives nothing; write one of gift, service, coupon, points, "
        "cash, credit, discount, ticket, tier.",
    ),
    broken(
        "a quantity of points",
        "give: [{ticket: wheel}]",
        "give: [{points: 5, quantity: 2}]",
        "error 38:34 offers[1].give[0].quantity: points takes no `quantity`; write the whole in points, "
        "or leave it out.",
    ),
    broken(
        "a discount without an amount",
        "give: [{ticket: wheel}]",
        "give: [{discount: {at_most: 5}}]",
        "error 38:23 offers[1].give[0].discount: A discount needs exactly one of off, percent, free, nth, "
        "pieces, bundle_price, shipping.",
    ),
    broken(
        "a capped amount off",
        "give: [{ticket: wheel}]",
        "give: [{discount: {off: 5, at_most: 5}}]",
        "error 38:41 offers[1].give[0].discount.at_most: `at_most` caps a percentage; an amount `off` "
        "needs none. Remove it.",
    ),
    broken(
        "a lower rung above",
        "{when: {spend: 300}",
        "{when: {spend: 90}",
        "error 31:24 offers[0].rungs[1].when.spend: Whoever reaches rung 1 reaches this rung too, so rung"
        " 1 is never given; put rungs from low to high.",
    ),
    broken(
        "a rung as high as the one below",
        "{when: {spend: 300}",
        "{when: {spend: 100}",
        "error 31:24 offers[0].rungs[1].when.spend: Whoever reaches rung 1 reaches this rung too, so rung"
        " 1 is never given; put rungs from low to high.",
    ),
    broken(
        "a rung without a condition",
        "{when: {spend: 300}, give: [{coupon",
        "{give: [{coupon",
        "error 31:9 offers[0].rungs[1]: Whoever reaches rung 1 reaches this rung too, so rung 1 is never "
        "given; put rungs from low to high.",
    ),
    broken(
        "a rung below the offer's own when",
        "    rungs:",
        "    when: {spend: 300}\n    rungs:",
        "error 32:24 offers[0].rungs[1].when.spend: Whoever reaches rung 1 reaches this rung too, so rung"
        " 1 is never given; put rungs from low to high.",
    ),
    broken(
        "a rung below one, all given",
        "    rungs:\n      - {when: {spend: 100}",
        "    ladder: all\n    rungs:\n      - {when: {spend: 500}",
        "error 32:24 offers[0].rungs[1].when.spend: This rung asks for no more than rung 1; put rungs "
        "from low to high.",
    ),
    broken(
        "every counted twice",
        "    rungs:\n      - {when: {spend: 100}",
        "    when: {spend: {every: 50}}\n    rungs:\n      - {when: {spend: {every: 100}}",
        "error 31:17 offers[0].rungs[0].when.spend: ladder counts `every` in its own `when` already; only"
        " one can multiply.",
    ),
    broken(
        "every and at_least at once",
        "{when: {spend: 100}",
        "{when: {spend: {every: 100, at_least: 100}}",
        "error 30:47 offers[0].rungs[0].when.spend.at_least: Write either `at_least` or `every`, not "
        "both; `every` needs one whole step anyway.",
    ),
    broken(
        "at_most_times without every",
        "{when: {spend: 100}",
        "{when: {spend: {at_least: 100, at_most_times: 2}}",
        "error 30:55 offers[0].rungs[0].when.spend.at_most_times: `at_most_times` goes with `every`; "
        "remove it, or write `every`.",
    ),
    broken(
        "a spend of nothing",
        "{when: {spend: 100}",
        "{when: {spend: {of: {sku: [a]}}}",
        "error 30:24 offers[0].rungs[0].when.spend: Write an amount, `at_least` or `every`; this says "
        "nothing about how much.",
    ),
    broken(
        "an empty scope",
        "{when: {spend: 100}",
        "{when: {spend: {at_least: 100, of: {}}}",
        "error 30:44 offers[0].rungs[0].when.spend.of: `of` names no goods; name some, or remove it so "
        "that all count.",
    ),
    broken(
        "goods counted and left out",
        "{when: {spend: 100}",
        "{when: {spend: {at_least: 100, of: {sku: [a], except_sku: [a]}}}",
        "error 30:68 offers[0].rungs[0].when.spend.of.except_sku[0]: a is both counted and left out; "
        "remove one of the two.",
    ),
    broken(
        "a bundle of nine parts",
        "when: {weekdays: [sat, sun]}",
        "when: {bundle: [{sku: [a]}, {sku: [a]}, {sku: [a]}, {sku: [a]}, {sku: [a]}, {sku: [a]}, {sku: "
        "[a]}, {sku: [a]}, {sku: [a]}]}",
        "error 37:12 offers[1].when.bundle: A bundle has at most 8 parts; this has 9.",
    ),
    broken(
        "a bundle without parts",
        "when: {weekdays: [sat, sun]}",
        "when: {bundle: []}",
        "error 37:12 offers[1].when.bundle: The bundle has no parts; write at least one.",
    ),
    broken(
        "a bundle part without a SKU",
        "when: {weekdays: [sat, sun]}",
        "when: {bundle: [{sku: []}]}",
        "error 37:22 offers[1].when.bundle[0].sku: This part of the bundle names no SKU; name at least one.",
    ),
    broken(
        "no weekday",
        "[sat, sun]",
        "[]",
        "error 37:12 offers[1].when.weekdays: The list is empty, so no order could meet it; fill it, or "
        "remove the key.",
    ),
    broken(
        "hours of no length",
        "when: {weekdays: [sat, sun]}",
        'when: {hours: {from: "08:00", to: "08:00"}}',
        "error 37:39 offers[1].when.hours.to: `from` and `to` are the same time; for the whole day remove `hours`.",
    ),
    broken(
        "an order number that cannot be",
        "when: {weekdays: [sat, sun]}",
        "when: {order_number: {at_least: 3, at_most: 2}}",
        "error 37:49 offers[1].when.order_number.at_most: `at_most` (2) is below `at_least` (3), so no "
        "order could meet it.",
    ),
    broken(
        "a new customer's second order",
        "when: {weekdays: [sat, sun]}",
        "when: {new_customer: true, order_number: 2}",
        "error 37:5 offers[1].when: No order can meet all of this together; check it against itself and `during`.",
    ),
    broken(
        "a rung of other channels than the offer",
        "    rungs:\n      - {when: {spend: 100}",
        "    when: {channels: [app]}\n    rungs:\n      - {when: {spend: 100, channels: [web]}",
        "error 31:10 offers[0].rungs[0].when: No order can meet this rung and the offer's own `when` together.",
    ),
    broken(
        "a daily limit above the whole",
        "total: 50",
        "total: 50, per_day: 60",
        "warning 32:33 offers[0].limit.per_day: `per_day` (60) is above `total` (50), so it never bounds anything.",
    ),
    broken(
        "a budget for a kind that is not given",
        "    give: [{ticket: wheel}]",
        "    give: [{ticket: wheel}]\n    budget: {points: gifts}",
        "warning 39:14 offers[1].budget.points: chance gives no points, so this has no effect; remove it.",
    ),
    broken(
        "a policy for a kind that is not given",
        "    give: [{ticket: wheel}]",
        "    give: [{ticket: wheel}]\n    on_refund: {points: keep}",
        "warning 39:17 offers[1].on_refund.points: chance gives no points, so this has no effect; remove it.",
    ),
    broken(
        "points that are returned or charged",
        "    give: [{ticket: wheel}]",
        "    give: [{ticket: wheel}]\n    on_refund: {ticket: return_or_charge}",
        "error 39:25 offers[1].on_refund.ticket: Only a gift or a service can be returned or charged; "
        "write reverse or keep for ticket.",
    ),
    broken(
        "otherwise that is never given",
        "    give: [{ticket: wheel}]",
        "    give: [{ticket: wheel}]\n    otherwise: [{tier: gold}]",
        "warning 39:5 offers[1].otherwise: `otherwise` is never given: no stock or budget of chance can run out.",
    ),
    broken(
        "a group of one",
        "    give: [{ticket: wheel}]",
        "    give: [{ticket: wheel}]\n    stack: {group: one, pick: best}",
        "warning 39:20 offers[1].stack.group: chance is alone in group one.",
    ),
    broken(
        "a referral given as a list",
        "    during: {from: 2026-03-10, to: 2026-03-16}",
        "    trigger: referral_completed\n    during: {from: 2026-03-10, to: 2026-03-16}",
        "warning 36:14 offers[1].trigger: The plan has no `referral` terms, so no referral is ever completed.",
        "error 38:5 offers[1].when: chance is not given for an order, so there is nothing to ask; remove it.",
        "error 39:5 offers[1].give: A referral has two sides; write `to_referrer`, `to_friend`, or both.",
    ),
    broken(
        "sides without a referral",
        "give: [{ticket: wheel}]",
        "give: {to_friend: [{ticket: wheel}]}",
        "error 38:5 offers[1].give: `to_referrer` and `to_friend` go with the trigger referral_completed;"
        " write a list.",
    ),
    broken(
        "a referral without terms",
        "    when: {weekdays: [sat, sun]}\n    give: [{ticket: wheel}]",
        "    trigger: referral_completed\n    give: {to_friend: [{tier: gold}]}",
        "warning 37:14 offers[1].trigger: The plan has no `referral` terms, so no referral is ever completed.",
    ),
    broken(
        "an offer for tickets, which is written under draws",
        "    when: {weekdays: [sat, sun]}\n    give: [{ticket: wheel}]",
        "    trigger: ticket_drawn\n    give: [{tier: gold}]",
        "error 37:14 offers[1].trigger: `ticket_drawn` is not one of order_paid, referral_completed, birthday.",
    ),
    broken(
        "a referral that reckons on goods",
        "    when: {weekdays: [sat, sun]}\n    give: [{ticket: wheel}]",
        "    trigger: referral_completed\n"
        "    give: {to_friend: [{points: {per: 1.00, points: 2}}, {discount: {off: 5}}]}",
        "warning 37:14 offers[1].trigger: The plan has no `referral` terms, so no referral is ever completed.",
        "error 38:39 offers[1].give.to_friend[0].points.per: chance is not given for an order, so no spend earns "
        "points; write a number.",
        "error 38:59 offers[1].give.to_friend[1].discount: chance is not given for an order, so no price can be "
        "reduced; give a coupon.",
    ),
    broken(
        "a prize that reckons on goods",
        "{id: first, gift: cup, per_day: 2, days: [1, 7]}",
        "{id: first, points: {per: 1.00, points: 2}, per_day: 2}",
        "error 44:35 draws[0].prizes[0].points.per: wheel is not given for an order, so no spend earns points; "
        "write a number.",
    ),
    broken(
        "a tier for a thousand, below",
        "give: [{ticket: wheel}]",
        "give: [{gift: mug, quantity: 0}]",
        "error 38:34 offers[1].give[0].quantity: This must be 1 or more; with 0 nothing could ever happen.",
    ),
]


@pytest.mark.parametrize(("old", "new", "problems"), BROKEN)
def test_a_broken_plan_is_told_what_where_and_what_to_do(old, new, problems):
    assert found(edited(old, new)) == problems
