"""What to look at: plain sentences made from the facts of a campaign, the most pressing first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from jiacan.campaigns.contracts.figures import BudgetFigure, StockFigure
from jiacan.campaigns.contracts.reported import (
    CampaignFacts,
    Estimate,
    Finding,
    GoalResult,
    Interval,
    Tone,
    Unknown,
    Verdict,
)
from jiacan.campaigns.core.amounts import UNITS, Unit, write, write_change, write_interval
from jiacan.campaigns.core.naming import MEASURES, offer_named, reason_named
from jiacan.kernel.messages import Message, tell
from jiacan.kernel.money import Money
from jiacan.offers.contracts.awards import Outcome

LARGE_SHARE = 0.10
"""A limit that refuses more than this share of an offer's matches is worth a sentence."""

MUCH_LEFT = 0.50
"""More than this share of a stock item or budget line left over is worth a sentence."""

MANY_GUESTS = 0.05
"""More than this share of orders by guests is worth a sentence."""

_PRESSING = tuple(Tone)


def findings_of(facts: CampaignFacts) -> tuple[Finding, ...]:
    """Every finding, the most pressing tone first, otherwise in the order in which the report tells them."""
    if facts.known is None:
        return tuple(_coverage(facts))
    found = [
        *_coverage(facts),
        *(_stock_out(stock, facts) for stock in facts.figures.stock if stock.emptied_at or stock.short_at),
        *(_budget_short(line, facts) for line in facts.figures.budget if line.short_at),
        *(_goal(result, facts.rules.currency) for result in facts.goals),
        *_holdout(facts),
        *_limits(facts),
        *_claw_backs(facts),
        *_left_over(facts),
        *_guests(facts),
    ]
    return tuple(sorted(found, key=lambda finding: _PRESSING.index(finding.tone)))


def _coverage(facts: CampaignFacts) -> Iterator[Finding]:
    last = facts.run.days(facts.rules.zone)[-1]
    if facts.known is None:
        yield Finding(Tone.ACT, tell("No paid orders are recorded, so nothing can be said yet."))
    elif facts.known.last_day < last:
        says = tell(
            "Orders are known until {until}; the run goes on to the end of {last}, so every figure may still change.",
            until=facts.known.until,
            last=last,
        )
        yield Finding(Tone.WATCH, says)
    if facts.file_differs:
        says = tell(
            "The plan's file is not what went live; this report is of version {version}, which did.",
            version=facts.rules.version,
        )
        yield Finding(Tone.WATCH, says)


def _stock_out(stock: StockFigure, facts: CampaignFacts) -> Finding:
    substituted, refused = _awards_hit(f"stock:{stock.id}", facts)
    counts = {"substituted": f"{substituted:,}", "refused": f"{refused:,}"}
    if stock.emptied_at is None:
        says = tell(
            "{item} did not suffice from {at} on; {left} of {units} pieces are left. It kept {substituted} awards to "
            "the substitute and {refused} to nothing.",
            item=stock.name,
            at=stock.short_at,
            left=f"{stock.left:,}",
            units=f"{stock.units:,}",
            **counts,
        )
    elif substituted + refused == 0:
        says = tell(
            "{item} ran out: the last of {units} pieces went on {at}. Nobody asked for it after that.",
            item=stock.name,
            units=f"{stock.units:,}",
            at=stock.emptied_at,
        )
    else:
        says = tell(
            "{item} ran out: the last of {units} pieces went on {at}. After that {substituted} orders got the "
            "substitute and {refused} got nothing.",
            item=stock.name,
            units=f"{stock.units:,}",
            at=stock.emptied_at,
            **counts,
        )
    return Finding(Tone.ACT if refused else Tone.WATCH, says)


def _budget_short(line: BudgetFigure, facts: CampaignFacts) -> Finding:
    substituted, refused = _awards_hit(f"budget:{line.id}", facts)
    says = tell(
        "The budget for {line} fell short first on {at}: {substituted} orders got the substitute and {refused} got "
        "nothing. Of {planned}, {left} is left.",
        line=line.name,
        at=line.short_at,
        substituted=f"{substituted:,}",
        refused=f"{refused:,}",
        planned=Money(line.amount_minor, facts.rules.currency),
        left=Money(line.left_minor, facts.rules.currency),
    )
    return Finding(Tone.ACT if refused else Tone.WATCH, says)


def _awards_hit(reason: str, facts: CampaignFacts) -> tuple[int, int]:
    hit = [count for count in facts.awards if count.reason == reason]
    return (
        sum(count.awards for count in hit if count.outcome is Outcome.OTHERWISE),
        sum(count.awards for count in hit if count.outcome is Outcome.REFUSED),
    )


def _goal(result: GoalResult, currency: str) -> Finding:
    measure = MEASURES[result.goal.measure]
    unit = UNITS[result.goal.measure]
    if isinstance(result.result, Unknown) or isinstance(result.target, Unknown):
        return Finding(Tone.WATCH, tell("Goal “{measure}”: cannot be known. {why}", measure=measure, why=result.note))
    values: dict[str, Message | str] = {
        "measure": measure,
        "result": _with_interval(result.result, unit, currency),
        "target": write(result.target, unit, currency),
    }
    match result.verdict:
        case Verdict.MET:
            return Finding(Tone.GOOD, tell("Goal “{measure}” met: {result}, target {target}.", **values))
        case Verdict.MISSED:
            return Finding(Tone.ACT, tell("Goal “{measure}” missed: {result}, target {target}.", **values))
        case Verdict.OPEN:
            return Finding(Tone.NOTE, tell("Goal “{measure}” so far: {result}, target {target}.", **values))
        case Verdict.UNKNOWN:
            says = tell(
                "Goal “{measure}” cannot be decided: {result} holds the target {target}; chance could decide it.",
                **values,
            )
            return Finding(Tone.WATCH, says)


def _with_interval(result: Estimate, unit: Unit, currency: str) -> Message | str:
    value = write(result.value, unit, currency)
    if result.interval is None:
        return value
    interval = write_interval(result.interval, unit, currency)
    return tell("{value} (95% interval {interval})", value=value, interval=interval)


def _holdout(facts: CampaignFacts) -> Iterator[Finding]:
    if isinstance(facts.holdout, Unknown):
        return
    currency = facts.rules.currency
    spend, rate = facts.holdout.spend_difference, facts.holdout.rate_difference
    checked = facts.holdout.spend_bootstrap
    if isinstance(checked, Interval) and 0.0 in checked and spend.interval is not None and 0.0 not in spend.interval:
        spend = Estimate(spend.value, checked)  # where the two intervals disagree, the more cautious one speaks
    yield _difference(tell("Spend per customer"), spend, Unit.MONEY, currency)
    yield _difference(tell("Share of customers who bought, in percentage points"), rate, Unit.POINTS, currency)


def _difference(figure: Message, found: Estimate, unit: Unit, currency: str) -> Finding:
    assert found.interval is not None, "a difference has an interval"
    values = {
        "figure": figure,
        "change": write_change(found.value, unit, currency),
        "interval": write_interval(found.interval, unit, currency),
    }
    if 0.0 in found.interval:
        says = tell(
            "{figure}: the difference between the rest and the held-out customers cannot be told from zero "
            "({change}, 95% interval {interval}).",
            **values,
        )
        return Finding(Tone.WATCH, says)
    says = tell("{figure}: the rest against the held-out customers {change}, 95% interval {interval}.", **values)
    return Finding(Tone.GOOD if found.value > 0 else Tone.ACT, says)


def _limits(facts: CampaignFacts) -> Iterator[Finding]:
    tried: dict[str, int] = defaultdict(int)
    limited: dict[tuple[str, str], int] = defaultdict(int)
    for count in facts.awards:
        if count.outcome is not Outcome.HELD_OUT:
            tried[count.offer_id] += count.awards
        if count.outcome is Outcome.REFUSED and count.reason.startswith("limit:"):
            limited[count.offer_id, count.reason] += count.awards
    for (offer_id, reason), refused in sorted(limited.items(), key=lambda entry: -entry[1]):
        share = refused / tried[offer_id]
        if share > LARGE_SHARE:
            says = tell(
                "{offer}: {refused} of {tried} orders that met it were refused ({share}). {reason}.",
                offer=offer_named(offer_id, facts.rules),
                refused=f"{refused:,}",
                tried=f"{tried[offer_id]:,}",
                share=write(share, Unit.SHARE, facts.rules.currency),
                reason=reason_named(reason, facts.rules),
            )
            yield Finding(Tone.NOTE, says)


def _claw_backs(facts: CampaignFacts) -> Iterator[Finding]:
    times = sum(count.get(Outcome.CLAWED_BACK, 0) for count in facts.figures.events_by_offer.values())
    if times == 0:
        return
    says = tell(
        "Refunds took something back {times} times, worth {amount} together.",
        times=f"{times:,}",
        amount=Money(sum(given.back_amount_minor for given in facts.figures.given), facts.rules.currency),
    )
    yield Finding(Tone.NOTE, says)


def _left_over(facts: CampaignFacts) -> Iterator[Finding]:
    items = [
        tell("{item} ({left} of {units})", item=stock.name, left=f"{stock.left:,}", units=f"{stock.units:,}")
        for stock in facts.figures.stock
        if stock.units and stock.left / stock.units > MUCH_LEFT
    ]
    if items:
        yield Finding(Tone.NOTE, tell("More than half of these pieces were not given: {items}.", items=items))
    currency = facts.rules.currency
    lines = [
        tell(
            "{line} ({left} of {planned})",
            line=line.name,
            left=write(line.left_minor, Unit.AMOUNT, currency),
            planned=write(line.amount_minor, Unit.MONEY, currency),
        )
        for line in facts.figures.budget
        if line.amount_minor and line.left_minor / line.amount_minor > MUCH_LEFT
    ]
    if lines:
        says = tell(
            "Offers left more than half of these budgets: {lines}. Spending outside offers is not recorded here.",
            lines=lines,
        )
        yield Finding(Tone.NOTE, says)


def _guests(facts: CampaignFacts) -> Iterator[Finding]:
    if isinstance(facts.totals, Unknown) or facts.totals.orders == 0:
        return
    share = facts.totals.guest_orders / facts.totals.orders
    if share > MANY_GUESTS:
        says = tell(
            "{guests} of {orders} orders ({share}) were by guests, who earn nothing.",
            guests=f"{facts.totals.guest_orders:,}",
            orders=f"{facts.totals.orders:,}",
            share=write(share, Unit.SHARE, facts.rules.currency),
        )
        yield Finding(Tone.NOTE, says)
