"""A shop with draws that are on today: an instant one, one at an hour that has just come, and one on a stage."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from jiacan.campaigns.facade import online, running
from jiacan.draws.contracts.kept import KeptDraw, KeptTicket
from jiacan.draws.facade import drawing, holding, reading
from jiacan.orders.contracts import IncomingOrder, OrderLine
from jiacan.plans import facade as plans
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor, Shop

ZONE = ZoneInfo("Asia/Shanghai")
WHO = Actor("tests", "tests")
PLAN_ID = "spring"
SOURCE = "drand quicknet, round 12345678"
PLAN = """\
format: jiacan.plan/1
id: spring
name: {{zh: 春茶节, en: Spring tea}}
shop: gifts
currency: CNY
timezone: Asia/Shanghai
organiser: {{name: 茶礼有限公司, contact: service@gifts.example}}
points_value: 0.01
phases:
  run: {{from: {first}, to: {last}}}
budget:
  lines:
    - {{id: prizes, amount: 9000}}
    - {{id: points, amount: 100}}
stock:
  - {{id: mug, name: {{zh: 定制马克杯, en: Custom mug}}, units: 60, unit_cost: 32, value: 80}}
  - {{id: tablet, name: {{zh: 平板电脑, en: Tablet}}, units: 4, unit_cost: 600, value: 1200}}
coupons:
  - {{id: next-20, off: 20, min_spend: 150, valid: 30d}}
offers:
  - id: chance
    name: {{zh: 每单一张奖券, en: A ticket for each order}}
    trigger: order_paid
    during: run
    give: [{{ticket: lucky}}, {{ticket: grand}}, {{ticket: gala}}]
draws:
  - id: lucky
    name: {{zh: 订单抽奖, en: Lucky cards}}
    during: run
    deck: {{tickets: {cards}}}
    prizes:
      - {{id: first, gift: tablet, units: 1}}
      - {{id: second, gift: mug, units: {mugs}}}
      - {{id: third, coupon: next-20, units: 3}}
    consolation: [{{points: 20}}]
    claim_within: 7d
    budget: {{gift: prizes, coupon: prizes, points: points}}
  - id: grand
    name: {{zh: 收官大奖, en: Grand draw}}
    mode: scheduled
    during: {{from: {first}, to: {held}}}
    at: {held}
    public: "{source}"
    prizes:
      - {{id: tablet, gift: tablet, units: 1}}
      - {{id: mug, gift: mug, units: 2}}
    claim_within: 7d
    budget: {{gift: prizes}}
  - id: gala
    name: {{zh: 现场抽奖, en: Live evening}}
    mode: live
    during: {{from: {first}, to: {held}}}
    at: {held}
    public: "{source}"
    prizes:
      - {{id: tablet, gift: tablet, units: 1}}
      - {{id: mug, gift: mug, units: 3}}
    wins_per_customer: 1
    budget: {{gift: prizes}}
"""


@dataclass
class DrawShop:
    """The shop, and orders that bring one ticket of each draw."""

    shop: Shop
    paid_at: datetime
    sent: int = field(default=0)

    def sell(self, *customers: str) -> None:
        """A paid order of each of these customers, in time for every draw."""
        orders = [self._order(customer) for customer in customers]
        online.take(self.shop, orders, [], at=datetime.now(UTC))

    def _order(self, customer: str) -> IncomingOrder:
        self.sent += 1
        line = OrderLine("tea", 1, 160_000_000)
        return IncomingOrder(f"A-{self.sent:04}", customer, (line,), paid_at=self.paid_at, status="paid")

    def draw(self, draw_id: str) -> KeptDraw:
        """The draw as it stands."""
        return reading.get_draw(self.shop.id, PLAN_ID, draw_id)

    def ticket(self, customer: str, draw_id: str = "lucky") -> KeptTicket:
        """The customer's last ticket of the draw."""
        found = reading.tickets_of(self.shop.id, customer)
        return next(ticket for draw, ticket in found if draw.draw_id == draw_id)

    def link(self, customer: str, draw_id: str = "lucky") -> str:
        """The address of that ticket."""
        return f"/t/{reading.ticket_secret(self.ticket(customer, draw_id))}/"

    def play(self, *customers: str) -> None:
        """Draw each one's last ticket of the instant draw."""
        for customer in customers:
            issued = self.ticket(customer).issued
            drawing.draw_ticket(self.shop.id, issued, f"nonce-of-{customer}".ljust(20, "-"), at=datetime.now(UTC))

    def close(self, draw_id: str) -> None:
        """Let no more tickets into the draw."""
        holding.close_draw(self.shop.id, PLAN_ID, draw_id, actor=WHO, at=datetime.now(UTC))

    def enter_value(self, draw_id: str, value: str = "5f0c3e8d") -> None:
        """Record the public value."""
        now = datetime.now(UTC)
        holding.enter_value(self.shop.id, PLAN_ID, draw_id, value, note="drand.example", actor=WHO, at=now)


def draw_shop(*, cards: int = 20, mugs: int = 4) -> DrawShop:
    """The shop, its plan live; the hour of two of its draws has just come."""
    now = datetime.now(ZONE).replace(second=0, microsecond=0)
    held = now - timedelta(minutes=1)
    first, last = held.date() - timedelta(days=3), held.date() + timedelta(days=10)
    text = PLAN.format(
        first=first, last=last, held=held.strftime("%Y-%m-%dT%H:%M"), cards=cards, mugs=mugs, source=SOURCE
    )
    checked = plans.check_text(text, "plan.yaml")
    assert checked.rules is not None, checked.errors
    shop = tenancy.open_shop("gifts", zone=ZONE, currency="CNY")
    tenancy.update_shop(shop.id, name="茶礼", zone=ZONE, actor=WHO)
    running.go_live(shop.id, checked, actor=WHO)
    return DrawShop(tenancy.get_shop("gifts"), datetime.combine(first, time(12), ZONE).astimezone(UTC))
