"""The tables of docs/algorithms/figures.md, run row by row."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from jiacan.campaigns.contracts.reported import Arm, Estimate, HoldoutComparison, Interval, PeriodFigures, Unknown
from jiacan.campaigns.core.forecast import WEEKS, expected_total
from jiacan.campaigns.core.goals import Results, judge
from jiacan.campaigns.core.holdout import return_on_spend
from jiacan.campaigns.core.intervals import Sample, mean_difference, rate_difference, score_interval
from jiacan.kernel.messages import tell
from jiacan.plans.contracts.document import Baseline, ChangeTarget, Goal, LevelTarget, Measure

PAGE = Path(__file__).resolve().parents[2] / "docs" / "algorithms" / "figures.md"
MONDAY = date(2026, 11, 9)
NOTHING = Unknown(tell("nothing is recorded"))


def rows_under(heading):
    section = PAGE.read_text(encoding="utf-8").split(f"\n### {heading}\n")[1].split("\n#")[0]
    lines = [line.strip().strip("|") for line in section.splitlines() if line.startswith("|")]
    assert len(lines) > 2, f"{heading} has no rows"
    return [[cell.strip().replace("−", "-") for cell in line.split("|")] for line in lines[2:]]


def sample(text):
    counts = Counter(int(value) for value in text.split())
    return Sample(list(counts), list(counts.values()))


def written(estimate, digits):
    return [f"{value:.{digits}f}" for value in (estimate.value, estimate.interval.low, estimate.interval.high)]


@pytest.mark.parametrize(("successes", "size", "low", "high"), rows_under("Rates"))
def test_rates(successes, size, low, high):
    found = score_interval(int(successes), int(size))
    assert [f"{found.low:.4f}", f"{found.high:.4f}"] == [low, high]


@pytest.mark.parametrize("row", rows_under("Differences of rates"))
def test_differences_of_rates(row):
    assert written(rate_difference(*(int(cell) for cell in row[:4])), 4) == row[4:]


@pytest.mark.parametrize("row", rows_under("Differences of means"))
def test_differences_of_means(row):
    assert written(mean_difference(sample(row[0]), sample(row[1])), 2) == row[2:]


@pytest.mark.parametrize("row", rows_under("Forecasts"))
def test_forecasts(row):
    mondays = [MONDAY - timedelta(weeks=WEEKS - n) for n in range(WEEKS)]
    history = dict(zip(mondays, (float(count) for count in row[0].split()), strict=True))
    run = [MONDAY + timedelta(days=7 + n) for n in range(int(row[1]))]
    assert written(expected_total(run, history, MONDAY), 2) == row[2:]


@pytest.mark.parametrize(("customers", "spend", "held_out", "given", "returned"), rows_under("Returns on spend"))
def test_returns_on_spend(customers, spend, held_out, given, returned):
    difference_minor = (Decimal(spend) - Decimal(held_out)) * 100
    comparison = HoldoutComparison(
        held_out=Arm(100, 10, 10, 0),
        rest=Arm(int(customers), 90, 90, 0),
        rate_difference=Estimate(0.0),
        spend_difference=Estimate(float(difference_minor)),
        spend_bootstrap=NOTHING,
    )
    found = return_on_spend(comparison, int(Decimal(given) * 100))
    assert f"{found.value:.2f}" == returned


@pytest.mark.parametrize(("target", "against", "result", "verdict"), rows_under("Goals and verdicts"))
def test_goals_and_verdicts(target, against, result, verdict):
    value, _, rest = result.partition(" ")
    found = NOTHING if value == "unknown" else Estimate(float(value), interval(rest))
    # Orders have a forecast to be held against; return on spend alone comes with an interval of its own.
    measure = Measure.RETURN_ON_SPEND if found is NOTHING or found.interval else Measure.ORDERS
    results = Results(
        run=NOTHING if found is NOTHING else PeriodFigures(round(found.value), 0, 0, 0, 0, 0),
        earlier={},
        forecasts={Measure.ORDERS: NOTHING},
        awards=0,
        return_on_spend=found,
        run_open=tell("the run goes on") if rest == "so far" else None,
        repurchase_open=None,
    )
    held_against = (
        {"–": None, "unknown": Baseline.FORECAST}.get(against) if not against.isdigit() else Decimal(against)
    )
    assert judge(Goal(measure, aim(target), held_against), results, "GBP").verdict == verdict


def interval(text):
    low, _, high = text.removeprefix("from ").partition(" to ")
    return Interval(float(low), float(high)) if high else None


def aim(text):
    return ChangeTarget(Decimal(text[:-1]) / 100) if text.endswith("%") else LevelTarget(Decimal(text))
