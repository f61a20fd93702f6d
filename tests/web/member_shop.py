"""A shop whose plan runs now and has everything that a customer's own page shows, and one customer who has it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.test import Client
from django.utils import timezone

from jiacan.campaigns.facade import mall, online, running
from jiacan.campaigns.web.member.guard import COOKIE
from jiacan.members.facade import sign_in, spending
from jiacan.orders.contracts import IncomingOrder, OrderLine
from jiacan.plans import facade as plans
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor, Shop

ZONE = ZoneInfo("Asia/Shanghai")
WHO = Actor("tests", "tests")
PLAN_ID = "club"
PLAN = """\
format: jiacan.plan/1
id: club
name: {{zh: 茶友会, en: Tea club}}
shop: {slug}
currency: CNY
timezone: Asia/Shanghai
organiser: {{name: 茶礼有限公司, contact: service@gifts.example}}
points_value: 0.01
points: {{expire: 90d}}
staff: [staff-1]
phases:
  run: {{from: {first}, to: {last}}}
budget:
  lines:
    - {{id: gifts, amount: 9000}}
    - {{id: coupons, amount: 9000}}
    - {{id: rewards, amount: 9000}}
stock:
  - {{id: mug, name: {{zh: 定制马克杯, en: Custom mug}}, units: 60, unit_cost: 32, value: 80}}
coupons:
  - {{id: next-20, name: {{zh: 满150减20, en: 20 off}}, off: 20, min_spend: 150, valid: 30d}}
tiers:
  - id: silver
    name: {{zh: 银卡, en: Silver}}
    needs: {{spend: 100}}
    privileges: [{{name: {{zh: 生日礼, en: A birthday gift}}}}]
  - id: gold
    name: {{zh: 金卡, en: Gold}}
    needs: {{spend: 500}}
    privileges: [{{name: {{zh: 专属顾问, en: An adviser}}}}, {{name: {{zh: 预留座位, en: A seat kept}}}}]
membership: {{within: 365d, grace: 10d}}
offers:
  - id: points
    trigger: order_paid
    during: run
    give: [{{points: {{per: 1.00, points: 1}}}}]
    budget: {{points: rewards}}
  - id: thanks
    trigger: order_paid
    during: run
    give: [{{coupon: next-20}}, {{ticket: lucky}}]
    budget: {{coupon: coupons}}
  - id: friends
    trigger: referral_completed
    during: run
    give:
      to_referrer: [{{points: 500}}]
      to_friend: [{{coupon: next-20}}]
    limit: {{per_customer: 10}}
    budget: {{points: rewards, coupon: coupons}}
draws:
  - id: lucky
    name: {{zh: 订单抽奖, en: Lucky cards}}
    during: run
    deck: {{tickets: 20}}
    prizes:
      - {{id: first, gift: mug, units: {prizes}}}
    claim_within: 7d
    budget: {{gift: gifts}}
challenges:
  - id: tea-days
    name: {{zh: 打卡, en: Tea days}}
    during: {{from: {first}, to: {last}}}
    tasks: [sign_in, share_poster]
    done_by: any
    make_up: {{days: 2, within: 3d, points: 20}}
    rewards:
      - {{day: 1, give: [{{points: 10}}]}}
      - {{day: 3, give: [{{points: 30}}]}}
    budget: {{points: rewards}}
mall:
  - id: cup
    name: {{zh: 积分换杯, en: A cup for points}}
    during: run
    give: {{gift: mug}}
    price: {{points: 100}}
    budget: {{gift: gifts}}
  - id: cinema
    name: {{zh: 电影票, en: A cinema ticket}}
    during: run
    give: {{gift: mug}}
    codes: true
    price: {{points: 50}}
    budget: {{gift: gifts}}
  - id: dear
    name: {{zh: 银壶, en: A silver pot}}
    during: run
    give: {{gift: mug}}
    price: {{points: 90000}}
    budget: {{gift: gifts}}
referral:
  window: 30d
  return_window: 7d
"""


@dataclass
class MemberShop:
    """The shop, and its customers' browsers."""

    shop: Shop
    first: datetime
    sent: int = field(default=0)

    def sell(self, spend: int, *, customer: str = "anna", days_ago: float = 0) -> str:
        """A paid order of so much; its number."""
        self.sent += 1
        number, paid_at = f"A-{self.sent:04}", datetime.now(UTC) - timedelta(days=days_ago)
        order = IncomingOrder(
            number, customer, (OrderLine("tea", 1, spend * 1_000_000),), paid_at=paid_at, status="paid"
        )
        online.take(self.shop, [order], [], at=datetime.now(UTC))
        return number

    def give_points(self, many: int, *, customer: str = "anna", days: int = 20) -> None:
        """Points by hand, good for so many days."""
        spending.correct(
            *(self.shop.id, customer, many),
            reference=f"hello-{customer}-{many}",
            reason="A hello",
            expires_at=datetime.now(UTC) + timedelta(days=days),
            actor=WHO,
            at=datetime.now(UTC),
        )

    def browser(self, customer: str = "anna", *, language: str = "en") -> Browser:
        """The customer's browser, signed in."""
        client = Client(headers={"Accept-Language": language})
        client.cookies[COOKIE] = sign_in.open_session(self.shop.id, customer, at=timezone.now())
        return Browser(client, f"/m/{self.shop.slug}/")


@dataclass
class Browser:
    """A browser at the member page of a shop."""

    client: Client
    home: str

    def see(self, path: str = "", **options: Any) -> str:
        """What a page says."""
        answer = self.client.get(self.home + path, **options)
        assert answer.status_code == 200, (path, answer.status_code, answer.content[:300])
        return answer.content.decode()

    def send(self, path: str, **said: str) -> str:
        """Send a form; what the page says to which that leads."""
        answer = self.client.post(self.home + path, said, follow=True)
        assert answer.status_code == 200, (path, answer.status_code, answer.content[:300])
        return answer.content.decode()


def member_shop(*edits: tuple[str, str], slug: str = "gifts", prizes: int = 4, plan: str = PLAN) -> MemberShop:
    """The shop, its plan live since three days ago; each edit changes the plan's text."""
    now = datetime.now(ZONE)
    first = now.date() - timedelta(days=3)
    text = plan.format(first=first, last=now.date() + timedelta(days=30), slug=slug, prizes=prizes)
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    checked = plans.check_text(text, "plan.yaml")
    assert checked.rules is not None, checked.errors
    shop = tenancy.open_shop(slug, zone=ZONE, currency="CNY")
    tenancy.update_shop(shop.id, name="茶礼", zone=ZONE, actor=WHO)
    running.go_live(shop.id, checked, actor=WHO)
    return MemberShop(tenancy.get_shop(slug), now - timedelta(days=3))


def upload_codes(shop: MemberShop, *codes: str) -> None:
    """Codes for the item that gives them."""
    mall.upload_codes(shop.shop.id, f"{PLAN_ID}/cinema", "\n".join(codes), actor=WHO, at=datetime.now(UTC))
