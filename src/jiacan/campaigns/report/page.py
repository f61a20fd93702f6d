"""The report as a page: headline, what to look at, and one section for each question."""

from __future__ import annotations

from datetime import date, timedelta

from jiacan.campaigns.contracts.reported import CampaignFacts, Estimate, Report, Unknown
from jiacan.campaigns.core.amounts import UNITS, Unit, write, write_change, write_interval
from jiacan.campaigns.core.naming import PHASES
from jiacan.campaigns.report import definitions
from jiacan.campaigns.report.cells import Figure, Headline, Page
from jiacan.campaigns.report.sections.goals import course_section, goals_section
from jiacan.campaigns.report.sections.holdout import holdout_section
from jiacan.campaigns.report.sections.means import means_section
from jiacan.campaigns.report.sections.offers import offers_section
from jiacan.kernel.messages import Message, tell
from jiacan.kernel.periods import Period
from jiacan.plans.contracts.document import Measure


def to_page(report: Report) -> Page:
    """Everything the report says, in the order in which it is read."""
    facts = report.facts
    return Page(
        title=facts.rules.name,
        shop=facts.rules.shop,
        version=facts.rules.version,
        phases=tuple(
            (PHASES[name], *_first_and_last(period, facts)) for name, period in facts.document.phases.items()
        ),
        until=tell("No orders are recorded")
        if facts.known is None
        else tell(
            "Orders from {first} to {until}, {zone}",
            first=facts.known.first_day,
            until=facts.known.until.astimezone(facts.rules.zone).strftime("%Y-%m-%d %H:%M"),
            zone=facts.rules.zone.key,
        ),
        headlines=_headlines(facts),
        findings=tuple((finding.tone, finding.says) for finding in report.findings),
        sections=(
            goals_section(facts),
            course_section(facts),
            offers_section(facts),
            means_section(facts),
            holdout_section(facts),
        ),
        definitions=definitions.ALL,
    )


def _first_and_last(period: Period, facts: CampaignFacts) -> tuple[date, date]:
    zone = facts.rules.zone
    last = (period.ends_at - timedelta(microseconds=1)).astimezone(zone).date()
    return period.starts_at.astimezone(zone).date(), last


def _headlines(facts: CampaignFacts) -> tuple[Headline, ...]:
    counts = facts.figures.events_by_offer.values()
    awards = sum(count.get("granted", 0) + count.get("otherwise", 0) for count in counts)
    given = sum(each.amount_minor - each.back_amount_minor for each in facts.figures.given)
    refused = sum(count.awards for count in facts.awards if count.outcome == "refused")
    met = sum(count.awards for count in facts.awards)
    return (
        _of_run(Measure.ORDERS, facts),
        _of_run(Measure.SALES, facts),
        _of_run(Measure.NEW_CUSTOMERS, facts),
        Headline(
            definitions.AWARDS,
            Figure(awards, Unit.COUNT),
            tell("{refused} of {met} refused", refused=f"{refused:,}", met=f"{met:,}"),
        ),
        Headline(definitions.MONEY_GIVEN, Figure(given, Unit.MONEY), _of_budget(facts)),
        _effect(facts),
    )


def _of_run(measure: Measure, facts: CampaignFacts) -> Headline:
    definition, unit = definitions.OF_MEASURE[measure], UNITS[measure]
    if isinstance(facts.totals, Unknown):
        return Headline(definition, facts.totals, None)
    value = {
        Measure.ORDERS: facts.totals.orders,
        Measure.SALES: facts.totals.sales_minor,
        Measure.NEW_CUSTOMERS: facts.totals.new_customers,
    }[measure]
    return Headline(definition, Figure(value, unit), _beside(value, facts.forecasts[measure], unit, facts))


def _beside(value: float, forecast: Estimate | Unknown, unit: Unit, facts: CampaignFacts) -> Message:
    if isinstance(forecast, Unknown):
        return forecast.why
    said = write(forecast.value, unit, facts.rules.currency)
    if forecast.value <= 0:
        return tell("forecast {forecast}", forecast=said)
    change = write_change(value / forecast.value - 1, Unit.SHARE, facts.rules.currency)
    return tell("{change} on the forecast of {forecast}", change=change, forecast=said)


def _of_budget(facts: CampaignFacts) -> Message | None:
    planned = sum(line.amount_minor for line in facts.figures.budget)
    if not planned:
        return None
    return tell("budget {planned}", planned=write(planned, Unit.MONEY, facts.rules.currency))


def _effect(facts: CampaignFacts) -> Headline:
    definition = definitions.EFFECT
    if isinstance(facts.holdout, Unknown):
        return Headline(definition, facts.holdout, None)
    found = facts.holdout.spend_difference
    assert found.interval is not None, "a difference has an interval"
    interval = write_interval(found.interval, Unit.MONEY, facts.rules.currency)
    beside = tell("against the held-out; 95%: {interval}", interval=interval)
    return Headline(definition, Figure(found.value, Unit.MONEY, signed=True), beside)
