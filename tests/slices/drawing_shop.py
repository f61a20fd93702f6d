"""A shop with a small plan whose orders give chances in a draw."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from jiacan.campaigns.facade import online, running
from jiacan.draws import jobs
from jiacan.draws.contracts.kept import DrawCounts, KeptDraw, KeptTicket, Win, WinFilter
from jiacan.draws.facade import drawing, reading
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.facade import reading as offers
from jiacan.orders.contracts import IncomingOrder, OrderLine, Refund, RefundLine
from jiacan.plans import facade as plans
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor, Shop

WHO = Actor("tests", "tests")
PLAN_ID = "spring"
AT = datetime(2026, 11, 16, 2, tzinfo=UTC)
"""Ten in the morning of the first day, at Shanghai."""

OVER = datetime(2026, 11, 21, tzinfo=UTC)
"""After everything of the draw."""

PLAN = """\
format: jiacan.plan/1
id: spring
name: {zh: 春茶加餐, en: Spring tea}
shop: SHOP
currency: CNY
timezone: Asia/Shanghai
organiser: {name: 茶铺, contact: service@tea.example}
phases: {run: {from: 2026-11-16, to: 2026-11-18}}
points_value: 0.01
budget:
  lines:
    - {id: prizes, amount: 1000}
stock:
  - {id: kettle, units: 5, unit_cost: 60, value: 120}
  - {id: cup, units: 20, unit_cost: 4, value: 9}
coupons:
  - {id: ten-off, off: 10, min_spend: 50, valid: 30d}
STAFF
offers:
  - {id: chance, during: run, give: [{ticket: wheel, quantity: 1}], on_refund: {ticket: reverse}}
draws:
  - id: wheel
    name: {zh: 春茶抽奖, en: Spring wheel}
    during: run
DRAW
"""

DAILY = """\
    deck: {tickets_per_day: 6}
    prizes:
      - {id: first, gift: kettle, per_day: 1, days: [1]}
      - {id: second, gift: cup, per_day: 2}
      - {id: third, coupon: ten-off, per_day: 1}
    claim_within: 7d
    consolation: [{points: 5}]
    budget: {gift: prizes, coupon: prizes}
"""

HELD = """\
    mode: MODE
    at: 2026-11-19T20:00
    public: drand quicknet, round 12345678
    prizes:
      - {id: first, gift: kettle, units: 1}
      - {id: second, gift: cup, units: 2}
    claim_within: 7d
    consolation: [{points: 5}]
    budget: {gift: prizes}
"""

HELD_AT = datetime(2026, 11, 19, 12, tzinfo=UTC)


@dataclass
class Drawing:
    """The shop, and what its customers do."""

    shop: Shop

    def buy(self, number: int, customer: str = "", *, at: datetime = AT) -> KeptTicket | None:
        """A customer pays an order; the ticket it gave, if it gave one."""
        lines = (OrderLine("tea", 1, 100_000_000),)
        paid_at = at + timedelta(seconds=number)
        paid = IncomingOrder(f"o-{number}", customer or f"c-{number}", lines, paid_at=paid_at)
        online.take(self.shop, [paid], [], at=paid_at)
        return self.ticket(number)

    def ticket(self, number: int) -> KeptTicket | None:
        """The order's ticket."""
        found = reading.tickets_of_orders(self.shop.id, [f"o-{number}"])
        return found[0][1] if found else None

    def bring_back(self, number: int, *, at: datetime = AT + timedelta(hours=1)) -> None:
        """The whole of an order comes back."""
        online.take(self.shop, [], [Refund(f"r-{number}", f"o-{number}", at, (RefundLine("tea", 1),))], at=at)

    def draw(self, ticket: KeptTicket, *, at: datetime = AT, nonce: str = "n" * 22) -> KeptTicket:
        """The customer draws the ticket."""
        return drawing.draw_ticket(self.shop.id, ticket.issued, nonce, at=at)

    def follow(self, at: datetime) -> None:
        """What the worker does by the clock."""
        jobs.follow_shop(self.shop.id, at)

    @property
    def wheel(self) -> KeptDraw:
        """The draw as it stands."""
        return reading.get_draw(self.shop.id, PLAN_ID, "wheel")

    @property
    def counts(self) -> DrawCounts:
        """How its tickets, cards and prizes stand."""
        return reading.counts_of(self.shop.id, self.wheel)

    @property
    def wins(self) -> list[Win]:
        """Every prize that was won, the first first."""
        return list(reversed(reading.wins_of(self.shop.id, WinFilter(), limit=10_000)))

    def left(self) -> dict[str, int]:
        """Pieces that can still be given."""
        return dict(offers.stock_left(self.shop.id, self.rules))

    @property
    def rules(self) -> PlanRules:
        """Those in force."""
        (version,) = plans.live_plans(self.shop.id)
        return plans.rules_of(self.shop.id, version)


def plan_text(draw: str = DAILY, *, slug: str = "tea", staff: str = "") -> str:
    """The plan with that draw."""
    return PLAN.replace("SHOP", slug).replace("DRAW\n", draw).replace("STAFF\n", staff)


def drawing_shop(draw: str = DAILY, *, slug: str = "tea", staff: str = "") -> Drawing:
    """A shop at which the plan with that draw is in force."""
    return Drawing(go_live(plan_text(draw, slug=slug, staff=staff), slug=slug))


def go_live(text: str, *, slug: str = "tea") -> Shop:
    """Make the text the version in force."""
    checked = plans.check_text(text, "plan")
    assert checked.rules is not None, checked.errors
    shop = tenancy.open_shop(slug, zone=checked.rules.zone, currency=checked.rules.currency)
    running.go_live(shop.id, checked, actor=WHO)
    return shop
