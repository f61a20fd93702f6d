"""What a report finds out: figures of periods, who is compared, what to look at."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiacan.campaigns.contracts.reported import Estimate, Interval, NoRunPhase, Tone, Unknown, Verdict
from jiacan.campaigns.core.holdout import holdout_bound
from jiacan.campaigns.report.facts import make_report
from jiacan.kernel.ids import fraction_of
from jiacan.offers.contracts.awards import Outcome
from tests.core.small_report import PLAN, REGULARS, SHANGHAI, order, regular_orders, sources

RUN_MONDAY = datetime(2026, 11, 16, 12, tzinfo=SHANGHAI)


def told(report, tone):
    return [str(finding.says) for finding in report.findings if finding.tone is tone]


def goal(report, measure):
    return next(result for result in report.facts.goals if result.goal.measure == measure)


def test_the_run_is_counted_in_the_zone_of_the_plan_and_half_open():
    midnight = datetime(2026, 11, 16, tzinfo=SHANGHAI)
    edges = [
        order("just-before", "regular-1", midnight - timedelta(seconds=1)),
        order("first", "regular-2", midnight),
        order("last", "regular-3", midnight + timedelta(days=7, seconds=-1)),
        order("just-after", "regular-4", midnight + timedelta(days=7)),
    ]
    totals = make_report(sources(regular_orders(8) + edges)).facts.totals
    assert (totals.orders, totals.sales_minor) == (2, 2_000)


def test_new_customers_buyers_and_guests_are_counted_once():
    again = RUN_MONDAY + timedelta(days=1)
    found = make_report(
        sources(
            [
                *regular_orders(8),
                order("n1", "newcomer", RUN_MONDAY),
                order("n2", "newcomer", again),
                order("o1", "regular-1", again),
                order("g1", None, again),
                order("late", "regular-1", RUN_MONDAY + timedelta(days=10)),
                order("too-late", "regular-2", RUN_MONDAY + timedelta(days=14)),
            ]
        )
    ).facts.totals
    assert (found.orders, found.guest_orders) == (4, 1)
    assert (found.buyers, found.returned, found.new_customers) == (2, 2, 1)


def test_everyone_who_bought_before_is_compared_and_nobody_else():
    came = [order("r", "regular-1", RUN_MONDAY), order("n", "newcomer", RUN_MONDAY), order("s", "clerk", RUN_MONDAY)]
    before = [*regular_orders(8), order("s0", "clerk", RUN_MONDAY - timedelta(days=20))]
    with_staff = PLAN.replace("offers:", "staff: [clerk]\noffers:", 1)
    found = make_report(sources(before + came, with_staff)).facts.holdout
    held_out = {n for n in range(REGULARS) if fraction_of(f"spring:regular-{n}") < 0.4}
    assert found.held_out.customers == len(held_out)
    assert found.rest.customers == REGULARS - len(held_out)
    assert found.held_out.buyers + found.rest.buyers == 1
    assert (found.held_out if 1 in held_out else found.rest).spend_minor == 1_000


@given(st.floats(0.0, 1.0), st.text(max_size=20))
def test_the_bound_of_tables_draws_the_line_where_the_fraction_does(share, identity):
    fraction = fraction_of(identity)
    bound = int(holdout_bound(share), 16)
    assert (bound / 2**64 >= share) or share == 1.0
    assert (fraction < share) == (round(fraction * 2**64) < bound) or abs(fraction - share) < 1e-15


def test_a_campaign_without_effect_is_not_told_to_have_one():
    report = make_report(sources())
    assert report.facts.holdout.rate_difference.value == 0.0
    assert 0.0 in report.facts.holdout.rate_difference.interval
    assert report.facts.holdout.spend_difference == Estimate(0.0, Interval(0.0, 0.0))
    assert any("cannot be told from zero" in says for says in told(report, Tone.WATCH))


def test_stock_that_ran_out_is_told_with_its_hour_and_what_followed():
    report = make_report(sources())
    held_out = sum(count.awards for count in report.facts.awards if count.outcome is Outcome.HELD_OUT)
    treated = REGULARS - held_out
    assert told(report, Tone.WATCH)[0] == (
        "Tea cup ran out: the last of 30 pieces went on 11-19 04:00. After that "
        f"{treated - 30} orders got the substitute and 0 got nothing."
    )


def test_goals_are_judged_and_ranked():
    report = make_report(sources())
    assert goal(report, "orders").baseline.value == REGULARS
    assert goal(report, "orders").verdict is Verdict.MISSED
    assert goal(report, "new_customers").verdict is Verdict.MISSED
    assert goal(report, "sales").verdict is Verdict.UNKNOWN
    assert "Goal “Orders” missed: 100, target 110." in told(report, Tone.ACT)
    order_of_tones = [list(Tone).index(finding.tone) for finding in report.findings]
    assert order_of_tones == sorted(order_of_tones)


def test_a_time_that_is_not_over_leaves_its_goals_open():
    half = [one for one in regular_orders() if one.paid_at < RUN_MONDAY + timedelta(days=2)]
    report = make_report(sources(half))
    assert goal(report, "orders").verdict is Verdict.OPEN
    assert goal(report, "repurchase_rate").verdict is Verdict.OPEN
    assert any(says.startswith("Orders are known until") for says in told(report, Tone.WATCH))


def test_too_little_history_is_a_reason_and_no_number():
    report = make_report(sources([one for one in regular_orders() if not one.order_id.startswith("w0-")]))
    found = goal(report, "orders")
    assert isinstance(found.target, Unknown)
    assert str(found.note) == (
        "The forecast needs 8 weeks of orders before 2026-11-09, from 2026-09-14 on; they begin on 2026-09-21."
    )
    assert all(day.expected_orders is None for day in report.facts.days)


def test_few_customers_are_not_compared():
    few = [one for one in regular_orders() if one.customer_id in {"regular-1", "regular-2"}]
    found = make_report(sources(few)).facts
    assert isinstance(found.holdout, Unknown)
    assert isinstance(found.return_on_spend, Unknown)


def test_a_plan_that_holds_nobody_out_says_so():
    found = make_report(sources(plan=PLAN.replace("holdout: {share: 40%}", ""))).facts.holdout
    assert (
        str(found.why) == "The plan holds nobody out; with `holdout: {share: 10%}` a campaign's effect can be told."
    )


def test_no_orders_at_all_still_make_a_report():
    report = make_report(sources([]))
    assert report.facts.days == ()
    assert report.facts.awards == ()
    assert [str(finding.says) for finding in report.findings] == [
        "No paid orders are recorded, so nothing can be said yet."
    ]


def test_return_on_spend_counts_what_was_given_to_those_compared_alone():
    newcomers = [order(f"n{n}", f"newcomer-{n}", RUN_MONDAY + timedelta(hours=n)) for n in range(20)]
    with_them, without = (make_report(sources(regular_orders() + more)).facts for more in (newcomers, []))
    assert with_them.return_on_spend == Estimate(0.0, Interval(0.0, 0.0))
    assert without.return_on_spend == Estimate(0.0, Interval(0.0, 0.0))
    assert with_them.holdout == without.holdout


def test_a_plan_without_a_time_has_no_report():
    referral_only = """
format: jiacan.plan/1
id: refer
name: {en: Refer}
shop: tea
currency: CNY
timezone: Asia/Shanghai
offers:
  - id: friend
    name: {en: Friend}
    trigger: referral_completed
    during: {from: 2026-11-16, to: 2026-11-22}
    give: {to_referrer: [{points: 5}], to_friend: [{points: 5}]}
referral: {window: 30d, return_window: 7d}
"""
    with pytest.raises(NoRunPhase):
        make_report(sources([], referral_only))
