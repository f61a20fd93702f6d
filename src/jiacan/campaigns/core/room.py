"""The room put together from what was loaded: counters, balances, what was taken lately, and the outlook."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from jiacan.campaigns.contracts.reported import Unknown
from jiacan.campaigns.contracts.room import (
    Burn,
    Clock,
    CoursePoint,
    GoalElsewhere,
    GoalPace,
    LastAward,
    Reason,
    Standing,
)
from jiacan.campaigns.core.alarms import Signs, Silence
from jiacan.campaigns.core.burn import WINDOW, Taken, by_urgency, fate_of, hourly_rate
from jiacan.campaigns.core.hourly import Week, share_of_time
from jiacan.campaigns.core.naming import offer_named, reason_named
from jiacan.campaigns.core.pace import (
    BIN,
    BINS,
    SPAN,
    Counted,
    SameTime,
    bin_starts,
    bins,
    goal_paces,
    last_hour,
)
from jiacan.ledger.contracts import Balance
from jiacan.offers.contracts.awards import GIVEN, Outcome
from jiacan.offers.contracts.benefits import Kind
from jiacan.offers.contracts.lately import LatestAward, Takings
from jiacan.offers.contracts.pace import AwardPace, AwardTotal, OrderPace, OrderTotal
from jiacan.offers.contracts.rules import BudgetLine, PlanRules, StockItem
from jiacan.plans.contracts.document import Baseline, Measure, PlanDocument, Watched

MOST_ROWS = 20_000
"""So many awards at most are read to tell the pace of burning; where an hour has more, the window is shorter."""

_WINDOWS = (WINDOW, timedelta(minutes=30), timedelta(minutes=10), timedelta(minutes=5), timedelta(minutes=1))
GIVEN_OUTCOMES = frozenset(outcome.value for outcome in GIVEN)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is told once a day: ordinary weeks of orders and of sales, and what goals are held against.

    `missing` says why there are no ordinary weeks.
    """

    orders: Week | None
    sales: Week | None
    missing: Unknown | None
    baselines: Mapping[tuple[Measure, Baseline], float | Unknown]


@dataclass(frozen=True)
class Loaded:
    """What was read of a campaign at `clock.at`; the paces reach over the last two hours."""

    document: PlanDocument
    rules: PlanRules
    clock: Clock
    outlook: Outlook
    order_total: OrderTotal
    award_totals: Sequence[AwardTotal]
    order_pace: Sequence[OrderPace]
    award_pace: Sequence[AwardPace]
    stock: Mapping[str, Balance]
    budget: Mapping[str, Balance]
    takings: Sequence[Takings]
    window: timedelta
    same_orders: SameTime | None
    same_sales: SameTime | None
    latest: Sequence[LatestAward]
    waiting_since: datetime | None

    @cached_property
    def counted(self) -> Counted:
        """The totals."""
        by_outcome: Counter[str] = Counter()
        for total in self.award_totals:
            by_outcome[total.outcome] += total.awards
        return Counted(
            orders=self.order_total.orders,
            sales_minor=self.order_total.spend_minor,
            new_customers=self.order_total.new_customers,
            awards=sum(by_outcome[outcome] for outcome in GIVEN_OUTCOMES),
            refused=by_outcome[Outcome.REFUSED],
            replaced=by_outcome[Outcome.OTHERWISE],
        )

    @cached_property
    def share(self) -> float:
        """Which share of the run's course is over."""
        week = self.outlook.orders
        at, run = self.clock.at, self.clock.run
        if week is None:
            return share_of_time(at, run)
        whole = self.outlook.baselines.get((Measure.ORDERS, Baseline.FORECAST))
        return week.share_by(at, run, whole=whole if isinstance(whole, float) else None)


def window_of(pace: Iterable[AwardPace], clock: Clock) -> timedelta:
    """How far back what was taken is looked at: an hour, less where that were too many awards or before the run."""
    since_start = clock.at - clock.run.starts_at
    found = list(pace)
    for window in _WINDOWS:
        if sum(one.awards for one in found if one.minute >= clock.at - window) <= MOST_ROWS:
            return max(min(window, since_start), timedelta(minutes=1))
    return _WINDOWS[-1]


def paces_of(loaded: Loaded) -> tuple[tuple[GoalPace, ...], tuple[GoalElsewhere, ...]]:
    """The goals against their pace, and those that are told elsewhere."""
    return goal_paces(
        loaded.document.goals,
        loaded.counted,
        loaded.outlook.baselines,
        share=loaded.share,
        currency=loaded.rules.currency,
    )


# --- the course, what burns, why not ----------------------------------------------------------------------


def course(loaded: Loaded) -> tuple[CoursePoint, ...]:
    """Orders and awards a minute over the last two hours, beside what is expected; empty outside the run."""
    if loaded.clock.standing is not Standing.LIVE:
        return ()
    at, week = loaded.clock.at, loaded.outlook.orders
    minutes = BIN / timedelta(minutes=1)
    orders = bins(((pace.minute, pace.orders) for pace in loaded.order_pace), at)
    given = bins(((pace.minute, pace.awards) for pace in loaded.award_pace if pace.outcome in GIVEN_OUTCOMES), at)
    points = []
    for start, ordered, awarded in zip(bin_starts(at), orders, given, strict=True):
        expected = None if week is None else week.a_minute(start, minutes)
        points.append(
            CoursePoint(
                at=start,
                orders=ordered / minutes,
                awards=awarded / minutes,
                expected=None if expected is None else expected.value,
                band=None if expected is None else expected.interval,
            )
        )
    return tuple(points)


def burns(loaded: Loaded) -> tuple[Burn, ...]:
    """Every stock item and every budget line that benefits draw on, what runs out first at the front."""
    taken = _taken(loaded)
    rules, found = loaded.rules, []
    for item in rules.stock.values():
        balance = loaded.stock[item.id]
        found.append(_burn(Watched.STOCK, item, balance, taken[Watched.STOCK, item.id], loaded))
    for line_id in lines_drawn_on(rules, loaded.document):
        balance = loaded.budget[line_id]
        found.append(_burn(Watched.BUDGET, rules.budget[line_id], balance, taken[Watched.BUDGET, line_id], loaded))
    return tuple(sorted(found, key=by_urgency))


def _burn(watched: Watched, of: StockItem | BudgetLine, balance: Balance, taken: Taken, loaded: Loaded) -> Burn:
    left = balance.available or 0
    rate = hourly_rate(taken, loaded.window)
    return Burn(
        watched=watched,
        id=of.id,
        name=of.name,
        planned=of.units if isinstance(of, StockItem) else of.amount_minor,
        left=left,
        at_risk=balance.held,
        taken=taken.amount,
        window=loaded.window,
        an_hour=rate.value,
        an_hour_interval=rate.interval,
        fate=fate_of(left, taken, loaded.window, loaded.clock),
    )


def _taken(loaded: Loaded) -> Mapping[tuple[Watched, str], Taken]:
    lines = {offer.id: offer.budget for offer in loaded.rules.offers}
    found: dict[tuple[Watched, str], Taken] = defaultdict(Taken)
    for one in loaded.takings:
        kind = Kind(one.kind)
        if kind in (Kind.GIFT, Kind.SERVICE):
            pieces = Taken(one.quantity, one.quantity_squares, one.most_quantity)
            found[Watched.STOCK, one.item] = found[Watched.STOCK, one.item].plus(pieces)
        line = lines.get(one.offer_id, {}).get(kind)
        if line is not None:
            money = Taken(one.amount_minor, one.amount_squares, one.most_amount_minor)
            found[Watched.BUDGET, line] = found[Watched.BUDGET, line].plus(money)
    return found


def lines_drawn_on(rules: PlanRules, document: PlanDocument) -> tuple[str, ...]:
    """The budget lines that some offer or draw takes from, in the plan's order."""
    named = {line for offer in rules.offers for line in offer.budget.values()}
    named |= {line for draw in document.draws for line in draw.budget.values()}
    return tuple(line for line in rules.budget if line in named)


def reasons(loaded: Loaded) -> tuple[Reason, ...]:
    """Why awards were refused or replaced, the most frequent reason first."""
    totals: dict[str, Counter[str]] = defaultdict(Counter)
    for total in loaded.award_totals:
        if total.reason:
            totals[total.reason][total.outcome] += total.awards
    lately: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
    for pace in loaded.award_pace:
        if pace.reason:
            lately[pace.reason].append((pace.minute, pace.awards))
    found = [
        Reason(
            code=code,
            says=reason_named(code, loaded.rules),
            refused=by_outcome[Outcome.REFUSED],
            replaced=by_outcome[Outcome.OTHERWISE],
            last_hour=last_hour(bins(lately[code], loaded.clock.at)),
        )
        for code, by_outcome in totals.items()
    ]
    return tuple(sorted(found, key=lambda reason: (-(reason.refused + reason.replaced), reason.code)))


def last_awards(loaded: Loaded) -> tuple[LastAward, ...]:
    """The ticker."""
    return tuple(
        LastAward(one.order_id, offer_named(one.offer_id, loaded.rules), one.outcome, one.settled_for)
        for one in loaded.latest
    )


# --- signs ------------------------------------------------------------------------------------------------


def signs(loaded: Loaded, burning: Sequence[Burn]) -> Signs:
    """What alarms are told from."""
    short: Counter[str] = Counter()
    for pace in loaded.award_pace:
        if pace.reason.startswith(("stock:", "budget:")):
            short[pace.reason] += pace.awards
    return Signs(
        clock=loaded.clock,
        burns=burning,
        short=short,
        silence=_silence(loaded),
        waiting_since=loaded.waiting_since,
        currency=loaded.rules.currency,
    )


def _silence(loaded: Loaded) -> Silence | None:
    """How long it has been quiet, and how many orders that time should have had: by the forecast, or by the orders
    of the last two hours before it.
    """
    at, run = loaded.clock.at, loaded.clock.run
    heard = [pace.minute + timedelta(minutes=1) for pace in loaded.order_pace if pace.orders]
    since = max(max(heard, default=at - SPAN), run.starts_at)
    if since >= at:
        return None
    if loaded.outlook.orders is not None:
        return Silence(since, loaded.outlook.orders.between(since, at))
    before = since - (at - BIN * BINS)
    if not heard or before <= timedelta(0):
        return None
    return Silence(since, sum(pace.orders for pace in loaded.order_pace) * ((at - since) / before))
