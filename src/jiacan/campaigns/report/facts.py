"""The facts of a campaign, from its awards and the shop's paid orders: measures evaluated, goals judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from jiacan.campaigns.contracts.figures import Figures
from jiacan.campaigns.contracts.reported import (
    AwardCount,
    CampaignFacts,
    DayFigure,
    Estimate,
    HoldoutComparison,
    Known,
    NoRunPhase,
    PeriodFigures,
    Report,
    Unknown,
)
from jiacan.campaigns.core.findings import findings_of
from jiacan.campaigns.core.forecast import expected_on, expected_total, history_days, history_missing
from jiacan.campaigns.core.goals import DAILY_SUMS, Results, earlier_period, judge, period_unknown, still_open
from jiacan.campaigns.core.holdout import SpendGroup, compare, holdout_bound, return_on_spend
from jiacan.campaigns.measures.awards import awards_by_day
from jiacan.campaigns.measures.holdout import given_to, population, spend_groups
from jiacan.campaigns.measures.orders import (
    new_customers_by_day,
    orders_by_day,
    period_customers,
    period_totals,
    span,
)
from jiacan.kernel.messages import tell
from jiacan.kernel.periods import Period, start_of
from jiacan.offers.contracts.awards import Award, ClawBack, Outcome
from jiacan.offers.contracts.rules import PlanRules
from jiacan.plans.contracts.document import Baseline, Measure, PlanDocument

BOOTSTRAP_SEED = 1
"""Fixed, so that the same rows give the same report."""

DAYS_AFTER = 28
"""How many days after the run the daily course goes on, at the most."""

ORDERS_SCHEMA = pa.schema(
    [
        ("order_id", pa.string()),
        ("customer_id", pa.string()),
        ("paid_at", pa.timestamp("us", "UTC")),
        ("spend_minor", pa.int64()),
    ]
)
_AWARDS_SCHEMA = pa.schema(
    [
        ("offer_id", pa.string()),
        ("settled_for", pa.timestamp("us", "UTC")),
        ("outcome", pa.string()),
        ("reason", pa.string()),
    ]
)
_GIVEN_SCHEMA = pa.schema([("customer_id", pa.string()), ("amount_minor", pa.int64())])
_DAYS_SCHEMA = pa.schema(
    [("day", pa.date32()), ("starts_at", pa.timestamp("us", "UTC")), ("ends_at", pa.timestamp("us", "UTC"))]
)


@dataclass(frozen=True, slots=True)
class Sources:
    """What a report is read from; `orders` are all of the shop's paid orders, in the form of `ORDERS_SCHEMA`."""

    document: PlanDocument
    rules: PlanRules
    orders: pa.Table
    awards: Sequence[Award]
    claw_backs: Sequence[ClawBack]
    figures: Figures
    file_differs: bool


def make_report(sources: Sources) -> Report:
    """The report of these sources; the same sources give the same report.

    Raises:
        NoRunPhase: the plan does not say when it runs.
    """
    facts = _Evaluation(sources).facts()
    return Report(facts=facts, findings=findings_of(facts))


class _Evaluation:
    """One report being worked out: its tables on one DuckDB, and what several figures have in common."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.rules = sources.rules
        self.zone = sources.rules.zone
        self.run = _run_of(sources)
        self._duckdb = ibis.duckdb.connect()
        self.orders = ibis.memtable(sources.orders)
        warm_up = sources.document.phases.get("warm_up")
        self.before = (warm_up or self.run).starts_at.astimezone(self.zone).date()

    def _rows(self, measure: ir.Table) -> list[dict[str, Any]]:
        return self._duckdb.to_pyarrow(measure).to_pylist()

    def facts(self) -> CampaignFacts:
        """Everything the report says, worked out."""
        comparison = self._comparison()
        returned = self._return_on_spend(comparison)
        results = Results(
            run=self._period(self.run),
            earlier={
                baseline: self._earlier(baseline) for baseline in (Baseline.LAST_YEAR, Baseline.PREVIOUS_PERIOD)
            },
            forecasts={measure: self._forecast(measure) for measure in DAILY_SUMS},
            awards=sum(1 for award in self.sources.awards if award.outcome in (Outcome.GRANTED, Outcome.OTHERWISE)),
            return_on_spend=returned,
            run_open=still_open(self.run.days(self.zone)[-1], self.known),
            repurchase_open=still_open(self._followed(self.run).days(self.zone)[-1], self.known),
        )
        return CampaignFacts(
            document=self.sources.document,
            rules=self.rules,
            run=self.run,
            before=self.before,
            known=self.known,
            totals=results.run,
            days=self.days,
            awards=self._award_counts(),
            figures=self.sources.figures,
            holdout=comparison,
            return_on_spend=returned,
            forecasts=results.forecasts,
            goals=tuple(judge(goal, results, self.rules.currency) for goal in self.sources.document.goals),
            file_differs=self.sources.file_differs,
        )

    @cached_property
    def known(self) -> Known | None:
        """From when to when orders are recorded."""
        (row,) = self._rows(span(self.orders))
        if row["first_at"] is None:
            return None
        first, last = (row[name].astimezone(self.zone) for name in ("first_at", "last_at"))
        return Known(first_day=first.date(), last_day=last.date(), until=row["last_at"])

    @cached_property
    def days(self) -> tuple[DayFigure, ...]:
        """The daily course: eight weeks before the campaign is made known, to some days after the run."""
        if self.known is None:
            return ()
        run_ends = self.run.days(self.zone)[-1]
        first = max(history_days(self.before)[0], self.known.first_day)
        last = min(run_ends + timedelta(days=DAYS_AFTER), self.known.last_day)
        table = self._days(first, last)
        new = {row["day"]: row["new_customers"] for row in self._rows(new_customers_by_day(self.orders, table))}
        rows = self._rows(orders_by_day(self.orders, table))
        history = {row["day"]: float(row["orders"]) for row in rows}
        can_tell = history_missing(self.before, self.known.first_day) is None
        return tuple(
            DayFigure(
                day=row["day"],
                orders=row["orders"],
                sales_minor=row["sales_minor"],
                new_customers=new[row["day"]],
                expected_orders=expected_on(row["day"], history, self.before)
                if can_tell and self.before <= row["day"] <= run_ends
                else None,
            )
            for row in rows
        )

    def _days(self, first: date, last: date) -> ir.Table:
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        starts = [start_of(day, self.zone) for day in [*days, last + timedelta(days=1)]]
        return ibis.memtable(pa.table([days, starts[:-1], starts[1:]], schema=_DAYS_SCHEMA))

    def _period(self, period: Period) -> PeriodFigures | Unknown:
        if self.known is None:
            return Unknown(tell("No orders are recorded."))
        (totals,) = self._rows(period_totals(self.orders, period.starts_at, period.ends_at))
        followed_to = self._followed(period).ends_at
        (customers,) = self._rows(period_customers(self.orders, period.starts_at, period.ends_at, followed_to))
        return PeriodFigures(**totals, **customers)

    def _followed(self, period: Period) -> Period:
        """The period and the time after it in which repurchases are followed: as long as the wrap-up."""
        wrap_up = self.sources.document.phases.get("wrap_up")
        after = wrap_up.ends_at - self.run.ends_at if wrap_up else timedelta(0)
        return Period(period.starts_at, period.ends_at + max(after, timedelta(0)))

    def _earlier(self, baseline: Baseline) -> PeriodFigures | Unknown:
        period = earlier_period(self.run, baseline, self.before, self.zone)
        return period_unknown(period, self.known, self.zone) or self._period(period)

    def _forecast(self, measure: Measure) -> Estimate | Unknown:
        if self.known is None:
            return Unknown(tell("No orders are recorded."))
        missing = history_missing(self.before, self.known.first_day)
        if missing is not None:
            return missing
        value_of: dict[Measure, Callable[[DayFigure], float]] = {
            Measure.ORDERS: lambda day: day.orders,
            Measure.SALES: lambda day: day.sales_minor,
            Measure.NEW_CUSTOMERS: lambda day: day.new_customers,
        }
        history = {day.day: value_of[measure](day) for day in self.days if day.day < self.before}
        return expected_total(self.run.days(self.zone), history, self.before)

    def _award_counts(self) -> tuple[AwardCount, ...]:
        awards = self.sources.awards
        if not awards:
            return ()
        rows = [
            (award.offer_id, award.settled_for, award.outcome.value, award.refusal.code if award.refusal else "")
            for award in awards
        ]
        columns = [pa.array(column) for column in zip(*rows, strict=True)]
        table = ibis.memtable(pa.table(columns, names=_AWARDS_SCHEMA.names).cast(_AWARDS_SCHEMA))
        first, last = (edge(award.settled_for for award in awards) for edge in (min, max))
        days = self._days(*(at.astimezone(self.zone).date() for at in (first, last)))
        return tuple(
            AwardCount(row["day"], row["offer_id"], Outcome(row["outcome"]), row["reason"], row["awards"])
            for row in self._rows(awards_by_day(table, days))
        )

    @cached_property
    def customers(self) -> ir.Table:
        """Who is compared: decided by what was before the run and by the hash alone."""
        who = population(
            self.orders,
            before=self.treated_from,
            plan_id=self.rules.plan_id,
            bound=holdout_bound(self.rules.holdout_share),
            staff=sorted(self.rules.staff),
        )
        return ibis.memtable(self._duckdb.to_pyarrow(who))

    @property
    def treated_from(self) -> datetime:
        """When the first benefit could be had: the run's beginning, or an offer's that begins before it."""
        return min(self.run.starts_at, *(offer.during.starts_at for offer in self.rules.offers))

    def _comparison(self) -> HoldoutComparison | Unknown:
        if self.rules.holdout_share <= 0:
            return Unknown(
                tell("The plan holds nobody out; with `holdout: {{share: 10%}}` a campaign's effect can be told.")
            )
        if self.known is None:
            return Unknown(tell("No orders are recorded."))
        groups = spend_groups(self.customers, self.orders, starts_at=self.treated_from, ends_at=self.run.ends_at)
        return compare((SpendGroup(**row) for row in self._rows(groups)), seed=BOOTSTRAP_SEED)

    def _return_on_spend(self, comparison: HoldoutComparison | Unknown) -> Estimate | Unknown:
        if isinstance(comparison, Unknown):
            return comparison
        given: dict[str, int] = defaultdict(int)
        for award in self.sources.awards:
            if award.outcome in (Outcome.GRANTED, Outcome.OTHERWISE):
                given[award.customer_id] += sum(item.amount_minor for item in award.items)
        for back in self.sources.claw_backs:
            given[back.customer_id] -= sum(item.amount_minor for item in back.items)
        table = ibis.memtable(pa.table([list(given), list(given.values())], schema=_GIVEN_SCHEMA))
        (row,) = self._rows(given_to(self.customers, table))
        return return_on_spend(comparison, row["given_minor"])


def _run_of(sources: Sources) -> Period:
    run = sources.document.phases.get("run") or sources.rules.window
    if run is None:
        raise NoRunPhase(plan_id=sources.rules.plan_id)
    return run
