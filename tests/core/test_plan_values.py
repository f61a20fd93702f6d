"""Wrong keys and values: each named at its place, in plain words."""

from __future__ import annotations

import pytest

from tests.core.test_plan_base import broken, edited, found

BROKEN = [
    broken(
        "an unknown key near a known one",
        "limit: {total: 50",
        "limit: {totl: 50",
        "error 32:13 offers[0].limit.totl: There is no key `totl` here. Did you mean total?",
    ),
    broken(
        "an unknown key near none",
        "tiers:",
        "xyz:",
        "error 24:1 xyz: There is no key `xyz` here. The keys are: format, id, name, description, shop, "
        "market, currency, timezone, organiser, staff, phases, goals, assume_received_after, "
        "points_value, points, budget, stock, coupons, tiers, membership, offers, draws, challenges, mall, "
        "birthday, referral, holdout, tasks, risks.",
    ),
    broken(
        "an unknown top key",
        "holdout: {share",
        "hold_out: {share",
        "error 46:1 hold_out: There is no key `hold_out` here. Did you mean holdout?",
    ),
    broken(
        "a missing key",
        "shop: tea\n",
        "",
        "error 1:1 shop: The key `shop` is missing here; add it.",
    ),
    broken(
        "a missing format",
        "format: jiacan.plan/1\n",
        "",
        "error 1:1 format: The key `format` is missing here; add it.",
    ),
    broken(
        "a missing key of an item",
        "{id: gifts, amount: 900}",
        "{id: gifts}",
        "error 17:7 budget.lines[0].amount: The key `amount` is missing here; add it.",
    ),
    broken(
        "another format",
        "jiacan.plan/1",
        "jiacan.plan/2",
        "error 1:9 format: This Jiacan reads jiacan.plan/1; `jiacan.plan/2` is not it.",
    ),
    broken(
        "a plan id with capitals",
        "id: spring",
        "id: Spring",
        "error 2:5 id: `Spring` cannot be an id; use up to 64 lower-case letters, digits, - _ and . as in"
        " spring-mug.",
    ),
    broken(
        "an empty value",
        "shop: tea",
        "shop:",
        "error 5:1 shop: There is nothing here; write an id such as spring-mug, or remove the key.",
    ),
    broken(
        "an empty text",
        "owner: operations",
        "owner: ''",
        "error 48:23 tasks[0].owner: The text is empty; write something, or remove the key.",
    ),
    broken(
        "a list for a text",
        "shop: tea",
        "shop: [tea]",
        "error 4:1 shop: This must be an id such as spring-mug, not a list.",
    ),
    broken(
        "a table for a number",
        "units: 100",
        "units: {n: 100}",
        "error 20:15 stock[0].units: This must be a whole number, not a table.",
    ),
    broken(
        "a text for a table",
        "limit: {total: 50, per_customer: 1}",
        "limit: 50",
        "error 32:12 offers[0].limit: This must be a table of keys (total, per_day, per_customer, "
        "per_customer_per_day).",
    ),
    broken(
        "a text for a list",
        "[sat, sun]",
        "sat",
        "error 37:22 offers[1].when.weekdays: This must be a list, as in `weekdays: [...]` or lines that "
        "begin with `- `.",
    ),
    broken(
        "a single table for a list",
        "    otherwise: [{gift: cup}]",
        "    otherwise: {gift: cup}",
        "error 34:5 offers[0].otherwise: This must be a list, as in `otherwise: [...]` or lines that "
        "begin with `- `.",
    ),
    broken(
        "a word for an amount",
        "{when: {spend: 100}",
        "{when: {spend: lots}",
        "error 30:24 offers[0].rungs[0].when.spend: `lots` is not an amount such as 150 or 3.20.",
    ),
    broken(
        "thousands separators",
        "amount: 900",
        "amount: '1,900'",
        "error 17:27 budget.lines[0].amount: `1,900` is not an amount such as 150 or 3.20.",
    ),
    broken(
        "a negative amount",
        "amount: 900",
        "amount: -900",
        "error 17:27 budget.lines[0].amount: An amount is not negative; -900 is.",
    ),
    broken(
        "a zero spend",
        "{when: {spend: 100}",
        "{when: {spend: 0}",
        "error 30:24 offers[0].rungs[0].when.spend: The amount must be above zero; remove the key if there is none.",
    ),
    broken(
        "an amount finer than the currency",
        "unit_cost: 3.20",
        "unit_cost: 3.205",
        "error 20:38 stock[0].unit_cost: 3.205 is finer than CNY can be paid; write at most 2 decimals.",
    ),
    broken(
        "an amount beyond any shop",
        "amount: 900",
        "amount: 99999999999999",
        "error 17:27 budget.lines[0].amount: 99999999999999 is beyond what can be counted; the largest is"
        " 1000000000000.",
    ),
    broken(
        "points finer than a millionth",
        "points_value: 0.01",
        "points_value: 0.0000001",
        "error 13:15 points_value: 0.0000001 is finer than a millionth; write at most 6 decimals.",
    ),
    broken(
        "a limit of zero",
        "total: 50",
        "total: 0",
        "error 32:20 offers[0].limit.total: This must be 1 or more; with 0 nothing could ever happen.",
    ),
    broken(
        "half a piece",
        "units: 100",
        "units: 1.5",
        "error 20:22 stock[0].units: `1.5` is not a whole number.",
    ),
    broken(
        "negative units",
        "units: 100",
        "units: -1",
        "error 20:22 stock[0].units: -1 is negative; write a whole number.",
    ),
    broken(
        "an unknown currency",
        "currency: CNY",
        "currency: RMB",
        "error 5:11 currency: `RMB` is no currency code of ISO 4217. Did you mean CNY?",
    ),
    broken(
        "a currency in small letters",
        "currency: CNY",
        "currency: cny",
        "error 5:11 currency: `cny` is no currency code of ISO 4217. Did you mean CNY?",
    ),
    broken(
        "an unknown time zone",
        "Asia/Shanghai",
        "Asia/Shangai",
        "error 6:11 timezone: `Asia/Shangai` is no time zone of the IANA list such as Asia/Shanghai. Did "
        "you mean Asia/Shanghai?",
    ),
    broken(
        "an abbreviated time zone",
        "Asia/Shanghai",
        "CST",
        "error 6:11 timezone: `CST` is no time zone of the IANA list such as Asia/Shanghai.",
    ),
    broken(
        "an unknown country",
        "shop: tea",
        "shop: tea\nmarket: ZZ",
        "error 5:9 market: `ZZ` is not a country code of ISO 3166 such as CN.",
    ),
    broken(
        "a percentage without its sign",
        "{share: 10%}",
        "{share: 0.1}",
        "error 46:18 holdout.share: `0.1` is not a percentage such as 12%.",
    ),
    broken(
        "a share above all",
        "reserve: 10%",
        "reserve: 110%",
        "error 15:12 budget.reserve: 110% is not between 0% and 100%.",
    ),
    broken(
        "a percentage above 100",
        "off: 10, min_spend",
        "percent: 120, at_most: 5, min_spend",
        "error 23:28 coupons[0].percent: 120 is not between 1 and 100 percent.",
    ),
    broken(
        "a coupon valid for hours",
        "valid: 30d",
        "valid: 36h",
        "error 23:50 coupons[0].valid: `36h` is not a whole number of days such as 30d.",
    ),
    broken(
        "a duration without its unit",
        "valid: 30d",
        "valid: 30",
        "error 23:50 coupons[0].valid: `30` is not a number of days or hours such as 30d or 48h.",
    ),
    broken(
        "a date that is none",
        "prepare: {from: 2026-03-01}",
        "prepare: {from: 2026-02-30}",
        "error 8:19 phases.prepare.from: 2026-02-30 is not in the calendar; check day, month and hour.",
    ),
    broken(
        "a date written the other way",
        "prepare: {from: 2026-03-01}",
        "prepare: {from: 01/03/2026}",
        "error 8:19 phases.prepare.from: `01/03/2026` is not a date such as 2026-11-01, or a time such as"
        " 2026-11-01T20:00.",
    ),
    broken(
        "a year that cannot be meant",
        "prepare: {from: 2026-03-01}",
        "prepare: {from: 0026-03-01}",
        "error 8:19 phases.prepare.from: The year 0026 cannot be meant; write one from 1970 to 2999.",
    ),
    broken(
        "a weekday that is none",
        "[sat, sun]",
        "[sat, sunday]",
        "error 37:28 offers[1].when.weekdays[1]: `sunday` is not one of mon, tue, wed, thu, fri, sat, "
        "sun. Did you mean sun?",
    ),
    broken(
        "a trigger that is none",
        "  - id: chance\n",
        "  - id: chance\n    trigger: order_payed\n",
        "error 36:14 offers[1].trigger: `order_payed` is not one of order_paid, referral_completed, birthday. Did "
        "you mean order_paid?",
    ),
    broken(
        "a ladder that is neither",
        "    rungs:",
        "    ladder: highest\n    rungs:",
        "error 29:13 offers[0].ladder: `highest` is not one of best, all.",
    ),
    broken(
        "a boolean that is a word",
        "gate: true",
        "gate: yes",
        "error 49:76 tasks[1].gate: `yes` is not true or false.",
    ),
    broken(
        "a time of day that is none",
        "when: {weekdays: [sat, sun]}",
        'when: {hours: {from: "8:00", to: "25:00"}}',
        'error 37:26 offers[1].when.hours.from: `8:00` is not a time of day such as "20:00".',
        'error 37:38 offers[1].when.hours.to: `25:00` is not a time of day such as "20:00".',
    ),
    broken(
        "a measure that is none",
        "measure: orders",
        "measure: order",
        "error 12:15 goals[0].measure: `order` is not one of orders, sales, new_customers, "
        "repurchase_rate, return_on_spend, average_order_value, awards. Did you mean orders?",
    ),
    broken(
        "a mode that is none",
        "    deck:",
        "    mode: weekly\n    deck:",
        "error 42:11 draws[0].mode: `weekly` is not one of instant, scheduled, live.",
    ),
    broken(
        "the inside key of a short form",
        "during: run\n    deck",
        "during: {phase: run}\n    deck",
        "error 41:14 draws[0].during.phase: There is no key `phase` here. The keys are: from, to.",
    ),
]


@pytest.mark.parametrize(("old", "new", "problems"), BROKEN)
def test_a_broken_plan_is_told_what_where_and_what_to_do(old, new, problems):
    assert found(edited(old, new)) == problems
