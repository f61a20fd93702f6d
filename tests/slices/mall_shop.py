"""A shop whose plan has a points mall: points given, items redeemed, paid, sent and cancelled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from jiacan.campaigns.facade import mall
from jiacan.members.contracts.mall import ShownItem, ShownRedemption, Uploaded
from jiacan.members.facade import reading, spending
from jiacan.tenancy.contracts import Shop
from tests.slices.online_shop import AT, PLAN_ID, WHO, assert_books_add_up, go_live

MALL = """
staff: [staff-1]
mall:
  - id: mall-mug
    name: {zh: 马克杯, en: A mug}
    during: run
    give: {gift: mug}
    price: {points: 800}
    limit: {per_customer: 2, per_day: 4}
    budget: {gift: gifts}
  - id: mall-tablet
    name: {zh: 平板, en: A tablet}
    during: run
    give: {gift: tablet}
    price: {points: 300, money: 19.90}
  - id: mall-coupon
    name: {zh: 优惠券, en: A coupon}
    during: run
    give: {coupon: next-20}
    price: {points: 100}
    budget: {coupon: coupons}
  - id: mall-cinema
    name: {zh: 电影票, en: A cinema ticket}
    during: run
    give: {gift: sample}
    codes: true
    price: {points: 50}
draws:
"""


@dataclass
class MallShop:
    """The shop, and what its customers and staff do."""

    shop: Shop

    def give_points(self, many: int, *, customer: str = "anna", lasts: float | None = None, days: float = 0) -> None:
        """A customer comes to points, good for so many days."""
        spending.correct(
            *(self.shop.id, customer, many),
            reference=f"start-{customer}-{many}-{lasts}-{days}",
            reason="For a start",
            expires_at=None if lasts is None else day(days + lasts),
            actor=WHO,
            at=day(days),
        )

    def has(self, customer: str = "anna", *, days: float = 0) -> int:
        """The points that the customer can spend."""
        return reading.points_of(self.shop.id, customer, day(days)).available

    def shown(self, customer: str = "anna", *, days: float = 0) -> dict[str, ShownItem]:
        """The mall as the customer sees it."""
        return {each.item.id: each for each in mall.shown(self.shop.id, customer, at=day(days))}

    def redeem(
        self, item: str = "mall-mug", *, customer: str = "anna", key: str = "k-1", days: float = 0
    ) -> ShownRedemption:
        """A customer redeems points for an item."""
        return mall.redeem(self.shop.id, customer, f"{PLAN_ID}/{item}", key=key, at=day(days))

    def cancel(self, made: ShownRedemption, *, customer: str = "anna", days: float = 0) -> ShownRedemption:
        """The customer cancels."""
        return mall.cancel(self.shop.id, made.redemption.id, customer_id=customer, at=day(days))

    def cancel_by_hand(self, made: ShownRedemption, *, days: float = 0) -> ShownRedemption:
        """Someone of the staff cancels."""
        return mall.cancel_by_hand(self.shop.id, made.redemption.id, reason="Broken", actor=WHO, at=day(days))

    def ship(self, made: ShownRedemption, *, days: float = 0, parcel: str = "P-1") -> ShownRedemption:
        """Someone of the staff sends it."""
        return mall.ship(self.shop.id, made.redemption.id, carrier="DHL", parcel=parcel, actor=WHO, at=day(days))

    def pay(self, made: ShownRedemption, *, payment: str = "pay-1", days: float = 0) -> ShownRedemption:
        """The shop's system says that it is paid."""
        return mall.confirm(self.shop.id, made.redemption.id, payment=payment, at=day(days))

    def upload(self, text: str, *, item: str = "mall-cinema") -> Uploaded:
        """Someone of the staff uploads codes."""
        return mall.upload_codes(self.shop.id, f"{PLAN_ID}/{item}", text, actor=WHO, at=AT)

    def show_code(self, made: ShownRedemption, *, customer: str = "anna", days: float = 0) -> str:
        """The customer looks at the code."""
        return mall.show_code(self.shop.id, made.redemption.id, customer_id=customer, at=day(days))

    def assert_agreed(self) -> None:
        """Ledger and lots say the same, and the books add up."""
        assert reading.disagreements(self.shop.id) == ()
        assert_books_add_up(self.shop)


def day(days: float) -> datetime:
    """So many days after ten on the first."""
    return AT + timedelta(days=days)


def mall_shop(*edits: tuple[str, str], slug: str = "gifts") -> MallShop:
    """A shop with the reference plan and the mall in force, edited."""
    text = MALL
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return MallShop(go_live(slug, ("\ndraws:\n", text)))
