"""A small plan without problems, from which each broken plan is made by one edit."""

from __future__ import annotations

import pytest

from jiacan.plans.contracts.problems import Problem
from jiacan.plans.core.check import check

BASE = """\
format: jiacan.plan/1
id: spring
name: {zh: 春季, en: Spring}
shop: tea
currency: CNY
timezone: Asia/Shanghai
phases:
  prepare: {from: 2026-03-01}
  run: {from: 2026-03-10, to: 2026-03-16}
  wrap_up: {to: 2026-03-31}
goals:
  - {measure: orders, target: +15%, against: forecast}
points_value: 0.01
budget:
  reserve: 10%
  lines:
    - {id: gifts, amount: 900}
    - {id: coupons, amount: 500}
stock:
  - {id: mug, units: 100, unit_cost: 3.20, value: 8.00}
  - {id: cup, units: 50, unit_cost: 2, value: 5}
coupons:
  - {id: ten-off, off: 10, min_spend: 50, valid: 30d}
tiers:
  - {id: gold}
offers:
  - id: ladder
    during: run
    rungs:
      - {when: {spend: 100}, give: [{gift: mug}]}
      - {when: {spend: 300}, give: [{coupon: ten-off}]}
    limit: {total: 50, per_customer: 1}
    budget: {gift: gifts, coupon: coupons}
    otherwise: [{gift: cup}]
  - id: chance
    during: {from: 2026-03-10, to: 2026-03-16}
    when: {weekdays: [sat, sun]}
    give: [{ticket: wheel}]
draws:
  - id: wheel
    during: run
    deck: {tickets_per_day: 20}
    prizes:
      - {id: first, gift: cup, per_day: 2, days: [1, 7]}
    budget: {gift: gifts}
holdout: {share: 10%}
tasks:
  - {id: team, owner: operations, due: prepare.from}
  - {id: count, owner: warehouse, due: run.from - 3d, needs: [team], gate: true}
risks:
  - {id: short, watch: stock(mug) < 10%, do: call, owner: warehouse}
"""


def edited(old: str, new: str) -> str:
    """The plan with one edit."""
    assert BASE.count(old) == 1, f"{old!r} is in the plan {BASE.count(old)} times"
    return BASE.replace(old, new)


def broken(name: str, old: str, new: str, *problems: str):
    """A case of a table: the edit, and everything that is then said."""
    return pytest.param(old, new, list(problems), id=name)


def found(text: str) -> list[str]:
    """Every problem of the text as `error 4:7 shop: what is said`."""
    return [_row(problem) for problem in check(text, source="plan.yaml").problems]


def _row(problem: Problem) -> str:
    path = f" {problem.path}" if problem.path else ""
    return f"{problem.severity} {problem.line}:{problem.column}{path}: {problem.message}"


def test_the_plan_that_is_edited_has_no_problem_itself():
    assert found(BASE) == []
