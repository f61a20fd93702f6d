"""A campaign under way at a moment: the reference plan moved in time, with orders before and during it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from jiacan.campaigns.facade import running
from jiacan.offers.contracts.rules import PlanRules
from jiacan.orders import facade as orders
from jiacan.orders.contracts import IncomingOrder, OrderLine
from jiacan.plans import facade as plans
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor, Shop
from tests.slices.histories import PLAN

ACTOR = Actor("owner@example.com", "test")
_RUN_BEGINS = date(2011, 11, 14)
_DATE = re.compile(r"\b2011-(\d\d)-(\d\d)\b")


def moved_plan(run_begins: date) -> str:
    """The reference plan with every date moved, so that its run of two weeks begins that day."""
    days = (run_begins - _RUN_BEGINS).days
    return _DATE.sub(
        lambda found: str(date(2011, int(found[1]), int(found[2])) + timedelta(days=days)), PLAN.read_text()
    )


@dataclass
class Running:
    """A plan of a shop that went live, and the orders it is sent."""

    shop: Shop
    rules: PlanRules
    sent: int = field(default=0)

    @property
    def plan_id(self) -> str:
        return self.rules.plan_id

    def sell(self, at: datetime, *, spend_minor: int = 16_000, times: int = 1) -> list[str]:
        """Orders paid at that moment, each a new customer's, settled at once; gives their numbers."""
        incoming = [self._order(at, spend_minor) for _ in range(times)]
        orders.take(self.shop.id, incoming, [], currency=self.rules.currency)
        self.settle()
        return [order.order_id for order in incoming]

    def record(self, moments: Iterable[datetime], *, spends: Sequence[int] = (16_000,)) -> None:
        """Orders paid at these moments, recorded and not settled; they spend these sums in turn."""
        incoming = [self._order(at, spends[n % len(spends)]) for n, at in enumerate(moments)]
        for first in range(0, len(incoming), 500):
            orders.take(self.shop.id, incoming[first : first + 500], [], currency=self.rules.currency)

    def settle(self) -> None:
        """Settle what is recorded."""
        running.settle_recorded(self.shop.id, self.rules, on_progress=lambda *_: None)

    def _order(self, at: datetime, spend_minor: int) -> IncomingOrder:
        self.sent += 1
        line = OrderLine("22423", 1, spend_minor * 10_000)
        number = f"{self.sent:06}"
        return IncomingOrder(f"A-{number}", f"C-{number}", (line,), paid_at=at, status="paid")


def go_live(text: str) -> Running:
    """Make the plan go live at its shop."""
    checked = plans.check_text(text, source="plan")
    assert checked.rules is not None, checked.errors
    shop = tenancy.open_shop(checked.rules.shop, zone=checked.rules.zone, currency=checked.rules.currency)
    return Running(shop, running.go_live(shop.id, checked, actor=ACTOR))


def without_holdout(text: str) -> str:
    """The plan, held out from nobody: every order that meets an offer is awarded."""
    return text.replace("holdout: {share: 10%}", "")


def under_way(at: datetime, *, text: str | None = None) -> Running:
    """The reference plan, its run begun five days before."""
    return go_live(text or moved_plan((at - timedelta(days=5)).date()))


def eight_weeks_before(at: datetime, *, an_hour: int = 2) -> list[datetime]:
    """So many moments in each hour of the ten weeks that end three weeks before."""
    end = at.replace(minute=0, second=0, microsecond=0) - timedelta(weeks=1)
    return [
        end - timedelta(hours=hour) + timedelta(minutes=60 * n // an_hour)
        for hour in range(24 * 7 * 11)
        for n in range(an_hour)
    ]


NOW = datetime(2026, 3, 18, 14, 30, 20, tzinfo=UTC)
"""A Wednesday afternoon, for tests that hand in the moment."""
