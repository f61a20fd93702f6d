"""A shop whose customers have coupons: earned, used and given back in a line each."""

from __future__ import annotations

from datetime import datetime, timedelta

from jiacan.campaigns.facade import coupons, online
from jiacan.ledger import facade as ledger
from jiacan.ledger.contracts import AccountKey
from jiacan.members.contracts.coupons import Asked, Coupon, NewBatch, Use
from jiacan.members.facade import coupon_batches
from jiacan.offers.facade import reading
from jiacan.tenancy.contracts import Shop
from tests.slices.online_shop import AT, PLAN_ID, WHO, order, rules

DAY = timedelta(days=1)
TWO_EACH = (
    "{when: {spend: 300}, give: [{coupon: next-20}]}",
    "{when: {spend: 300}, give: [{coupon: next-20, quantity: 2}]}",
)
PERCENT = (
    "{id: next-20, off: 20, min_spend: 150, valid: 30d}",
    "{id: next-20, percent: 10, at_most: 20, valid: 30d}",
)
LITTLE = ("amount: 1500", "amount: 40")
LINE = "coupons"


def money(shop: Shop) -> tuple[int, int, int]:
    """What the line of coupons can still give, promises, and has spent."""
    of_shop = rules(shop)
    balance = reading.budget_balances(shop.id, of_shop)[LINE]
    spent = AccountKey(f"plan/{PLAN_ID}/spent/{LINE}", of_shop.currency)
    gone = ledger.load_balances(shop.id, [spent])
    return balance.available, balance.held, gone[spent].posted if spent in gone else 0


def earn(shop: Shop, number: object = 1, *, spend: int = 320) -> list[Coupon]:
    """The coupons that an order of so much brings its customer."""
    online.take(shop, [order(number, spend)], [], at=AT)
    return mine(shop, f"c-{number}")


def mine(shop: Shop, customer: str = "c-1", *, at: datetime = AT) -> list[Coupon]:
    return [each.coupon for each in coupons.coupons_of(shop.id, customer, at=at)]


def states(shop: Shop, customer: str = "c-1", *, at: datetime = AT) -> list[str]:
    return [str(each.state) for each in mine(shop, customer, at=at)]


def asked(order_id: str = "n-1", *, customer: str = "c-1", spend: int = 200, currency: str = "GBP") -> Asked:
    return Asked(order_id, customer, spend * 100, currency)


def use(shop: Shop, coupon: Coupon, what: Asked | None = None, *, at: datetime = AT) -> Use:
    return coupons.use(shop.id, coupon.code, what or asked(), by="till", at=at)


def undo(shop: Shop, coupon: Coupon, order_id: str = "n-1", *, at: datetime = AT) -> Coupon:
    return coupons.undo(shop.id, coupon.code, order_id, by="till", at=at)


def make(shop: Shop, codes: int = 3, *, until: datetime = AT + 10 * DAY, coupon: str = "next-20", line: str = LINE):
    return coupons.make_batch(shop.id, PLAN_ID, NewBatch(coupon, line, codes, "leaflet", until), actor=WHO, at=AT)


def made(shop: Shop, batch) -> list[Coupon]:
    return list(coupon_batches.export_codes(shop.id, batch.id, actor=WHO, at=AT))
