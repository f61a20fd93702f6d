"""The worked cases of docs/algorithms/coupons.md come out as they are printed, from a shop's books."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from jiacan.campaigns.facade import coupons, online, running
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.money import to_major
from jiacan.ledger import facade as ledger
from jiacan.ledger.contracts import AccountKey
from jiacan.members.contracts.coupons import Asked, NewBatch
from jiacan.members.facade import coupon_batches
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.facade import reading, using
from jiacan.orders.contracts import IncomingOrder, OrderLine, Refund, RefundLine
from jiacan.plans import facade as plans
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import COMMAND_LINE, Shop
from tests.core.worked_cases import YEAR, Case, find_cases
from tests.slices.online_shop import assert_books_add_up

pytestmark = pytest.mark.django_db

CASES = find_cases("coupons.md")
_ORDER = re.compile(r"order (\w+) for (\d+) by (\w+)")
_USE = re.compile(r"(\w+) uses (\d+) on (\w+) for (\d+\.\d\d)")
_UNDO = re.compile(r"undo (\d+) on (\w+)")
_BACK = re.compile(r"(half of |the rest of |)(\w+) comes back")
_MAKE = re.compile(r"make (\d+) (\w+)")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.heading)
def test_a_case_comes_out_as_the_page_says(case: Case):
    checked = plans.check_text(case.plan, case.heading)
    assert checked.rules is not None, checked.errors
    shop = tenancy.open_shop("tea-shop", zone=checked.rules.zone, currency=checked.rules.currency)
    till = Till(shop, running.go_live(shop.id, checked, actor=COMMAND_LINE))
    answers = [{**row, "comes to": till.happen(row), **till.money()} for row in case.rows]
    assert answers == list(case.rows)
    assert_books_add_up(shop)


def test_every_case_on_the_page_is_run():
    assert [len(case.rows) for case in CASES] == [11, 6, 15, 8]


class Till:
    """A shop at which the events of a case happen; coupons are numbered as they came."""

    def __init__(self, shop: Shop, rules: PlanRules) -> None:
        self.shop, self.rules = shop, rules
        self.codes: dict[int, str] = {}
        self.lapsed_by = datetime(YEAR, 1, 1, tzinfo=UTC)

    def happen(self, row: dict[str, str]) -> str:
        """What the row's event comes to: a refusal by its error's name."""
        zone = self.rules.zone
        at = datetime.strptime(f"{YEAR}-{row['when']}", "%Y-%m-%d %H:%M").replace(tzinfo=zone).astimezone(UTC)
        try:
            return self._happen(row["event"], at)
        except JiacanError as refused:
            return re.sub(r"(?<!^)(?=[A-Z])", "_", type(refused).__name__).lower()

    def _happen(self, event: str, at: datetime) -> str:
        if found := _ORDER.fullmatch(event):
            order_id, spend, customer = found.groups()
            lines = tuple(OrderLine(sku, 1, int(spend) * 500_000) for sku in ("tea", "cup"))
            online.take(self.shop, [IncomingOrder(order_id, customer, lines, paid_at=at)], [], at=at)
            mine = [each.coupon for each in coupons.coupons_of(self.shop.id, customer, at=at)]
            earned = [each for each in mine if each.given and each.given.order_id == order_id]
            self._number([each.code for each in earned])
            return f"{len(earned)} open"
        if found := _USE.fullmatch(event):
            customer, number, order_id, spend = found.groups()
            asked = Asked(order_id, customer, int(Decimal(spend) * 100), "CNY")
            used = coupons.use(self.shop.id, self.codes[int(number)], asked, by="till", at=at)
            return f"{to_major(used.off_minor, 'CNY'):.2f} off"
        if found := _UNDO.fullmatch(event):
            number, order_id = found.groups()
            return str(coupons.undo(self.shop.id, self.codes[int(number)], order_id, by="till", at=at).state)
        if found := _MAKE.fullmatch(event):
            asked_for = NewBatch(found[2], "coupons", int(found[1]), "case", at.replace(day=28))
            batch = coupons.make_batch(self.shop.id, "spring", asked_for, actor=COMMAND_LINE, at=at)
            made = coupon_batches.export_codes(self.shop.id, batch.id, actor=COMMAND_LINE, at=at)
            self._number([each.code for each in made])
            return "made"
        if found := _BACK.fullmatch(event):
            share, order_id = found.groups()
            lines = {"half of ": ("tea",), "the rest of ": ("cup",), "": ("tea", "cup")}[share]
            refund = Refund(f"R-{at:%d%H}-{order_id}", order_id, at, tuple(RefundLine(sku, 1) for sku in lines))
            before = self._open(at)
            online.take(self.shop, [], [refund], at=at)
            taken = before - self._open(at)
            return f"{taken} taken_back" if taken >= 0 else f"{-taken} open"
        assert event == "clock"
        before = self._open(at) if not self._lapse(at) else 0
        return f"{before} open" if before else "1 expired"

    def _number(self, codes: list[str]) -> None:
        self.codes.update(enumerate(codes, len(self.codes) + 1))

    def _open(self, at: datetime) -> int:
        found = (coupons.get_coupon(self.shop.id, code, at=at).coupon.state for code in self.codes.values())
        return sum(state == "open" for state in found)

    def _lapse(self, at: datetime) -> bool:
        """Whether the clock let anything go."""
        lapsed = using.lapse_due(
            self.shop.id, self.rules, rules_of=lambda _: self.rules, after=self.lapsed_by, until=at
        )
        return bool([*lapsed])

    def money(self) -> dict[str, str]:
        """What of the line is held, spent and free."""
        balance = reading.budget_balances(self.shop.id, self.rules)["coupons"]
        spent = AccountKey("plan/spring/spent/coupons", "CNY")
        found = ledger.load_balances(self.shop.id, [spent])
        gone = found[spent].posted if spent in found else 0
        told = {"held": balance.held, "spent": gone, "free": balance.available}
        return {name: f"{to_major(minor, 'CNY'):.2f}" for name, minor in told.items()}
