"""A shop whose plan gives points for what is spent: orders paid, received and returned, points spent and lost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from jiacan.campaigns.facade import online
from jiacan.ledger import facade as ledger
from jiacan.members.contracts.points import CustomerPoints, Line
from jiacan.members.facade import expiring, reading, spending
from jiacan.offers.facade.points import points_account
from jiacan.tenancy.contracts import Shop
from tests.slices.online_shop import AT, WHO, assert_books_add_up, go_live, order, refund

POINTS = ("points_value: 0.01", "points_value: 0.01\npoints: {expire: 90d, pending_until: received}")
A_POINT_A_POUND = """\
  - id: a-point-a-pound
    trigger: order_paid
    during: run
    give: [{points: {per: 1.00, points: 1}}]

"""
EVERY_POUND = ("  - id: weekend-points\n", f"{A_POINT_A_POUND}  - id: weekend-points\n")
NO_FIFTIES = ("give: [{points: 50}]", "give: [{ticket: lucky-draw}]")


@dataclass
class PointsShop:
    """The shop, and what its customers do."""

    shop: Shop

    def buy(self, number: object, spend: int, *, customer: str = "anna", days: float = 0, received: float | None = 0):
        """A customer pays so many pounds, so many days after ten on the first, and received it so many days later."""
        paid = order(number, spend, customer=customer, after=days * 24 * 60)
        assert paid.paid_at is not None
        at = None if received is None else paid.paid_at + timedelta(days=received)
        return online.take(self.shop, [replace(paid, received_at=at)], [], at=paid.paid_at)

    def bring_back(self, number: object, *, days: float = 1) -> None:
        """The whole of an order comes back."""
        back = refund(number, of=number, after=days * 24 * 60)
        online.take(self.shop, [], [back], at=back.refunded_at)

    def spend(self, points: int, *, customer: str = "anna", days: float = 2, reference: str = "mall-1") -> Line:
        """The customer spends points."""
        return spending.spend_points(
            self.shop.id, customer, points, reference=reference, reason="A cup", at=day(days)
        )

    def give_back(self, *, customer: str = "anna", days: float = 3, reference: str = "mall-1") -> Line:
        """A spending is cancelled."""
        return spending.cancel_spending(self.shop.id, customer, reference=reference, reason="Broken", at=day(days))

    def correct(
        self,
        points: int,
        *,
        customer: str = "anna",
        days: float = 2,
        reference: str = "fix-1",
        lasts: int | None = None,
    ) -> Line:
        """Someone of the staff corrects points."""
        expires_at = None if lasts is None else day(days + lasts)
        return spending.correct(
            *(self.shop.id, customer, points),
            reference=reference,
            reason="A late parcel",
            expires_at=expires_at,
            actor=WHO,
            at=day(days),
        )

    def expire(self, *, days: float) -> int:
        """What the worker does by the clock."""
        return expiring.expire_due(self.shop.id, day(days))

    def points(self, customer: str = "anna", *, days: float = 2) -> CustomerPoints:
        """What the customer has on that day."""
        return reading.points_of(self.shop.id, customer, day(days))

    def has(self, customer: str = "anna", *, days: float = 2) -> tuple[int, int, int]:
        """Available, pending and owed."""
        found = self.points(customer, days=days)
        return found.available, found.pending, found.debt

    def assert_agreed(self, *customers: str) -> None:
        """Ledger, lots and statement say the same, and the books add up."""
        assert reading.disagreements(self.shop.id) == ()
        assert reading.money_astray(self.shop.id) == ()
        for customer in customers or ("anna",):
            account = points_account(customer)
            balances = ledger.load_balances(self.shop.id, [account])
            lines = reading.statement(self.shop.id, customer, limit=1_000).lines
            assert sum(each.line.points for each in lines) == (balances[account].posted if balances else 0)
        assert_books_add_up(self.shop)


def day(days: float) -> datetime:
    """So many days after ten on the first."""
    return AT + timedelta(days=days)


def points_shop(*edits: tuple[str, str], slug: str = "gifts") -> PointsShop:
    """A shop with the reference plan in force, a point for each pound, edited."""
    return PointsShop(go_live(slug, *(edits or (POINTS,)), EVERY_POUND, NO_FIFTIES))


def money_shop(budget: str = "10.00", *, value: str = "0.01", slug: str = "gifts") -> PointsShop:
    """The same, where a budget line of so much money pays for the points."""
    paid = EVERY_POUND[1].replace("points: 1}}]\n", "points: 1}}]\n    budget: {points: points}\n", 1)
    line = ("lines:\n", f"lines:\n    - {{id: points, name: {{zh: 积分, en: Points}}, amount: {budget}}}\n")
    terms = ("points_value: 0.01", POINTS[1].replace("0.01", value))
    return PointsShop(go_live(slug, terms, (EVERY_POUND[0], paid), NO_FIFTIES, line))
