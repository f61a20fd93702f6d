"""Whatever happens to coupons in whatever order: they agree with a simple model, and the budget line adds up."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiacan.campaigns.facade import coupons, online
from jiacan.kernel.errors import JiacanError
from jiacan.members.contracts.coupons import Asked
from jiacan.members.facade import coupon_batches
from jiacan.members.models.coupons import CouponUse
from jiacan.offers.contracts.errors import BeyondBudget
from jiacan.offers.facade import using
from jiacan.orders.contracts import IncomingOrder, OrderLine, Refund, RefundLine
from jiacan.tenancy.contracts import Shop
from tests.slices.coupon_shop import DAY, LINE, made, make, mine, money
from tests.slices.online_shop import AT, PLAN_ID, assert_books_add_up, go_live, order, refund, rules

pytestmark = pytest.mark.django_db

SORT = ("{id: next-20, off: 20, min_spend: 150, valid: 30d}", "{id: next-20, percent: 10, at_most: 20, valid: 2d}")
TWO = (
    "{when: {spend: 300}, give: [{coupon: next-20}]}",
    "{when: {spend: 300}, give: [{coupon: next-20, quantity: 2}]}",
)
SMALL = ("amount: 1500", "amount: 100")
FACE, WHOLE = 2_000, 10_000

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("earn"), st.integers(0, 2), st.just(0)),
        st.tuples(st.just("make"), st.just(0), st.just(0)),
        st.tuples(st.just("use"), st.integers(0, 6), st.sampled_from([45, 120, 900])),
        st.tuples(st.just("undo"), st.integers(0, 6), st.just(0)),
        st.tuples(st.just("bring_back"), st.integers(0, 6), st.sampled_from([1, 2])),
        st.tuples(st.just("refund"), st.integers(0, 2), st.just(0)),
        st.tuples(st.just("wait"), st.integers(1, 30), st.just(0)),
        st.tuples(st.just("clock"), st.just(0), st.just(0)),
    ),
    max_size=14,
)


@dataclass
class Simple:
    """One coupon as anybody would keep it: what is held for it, what it spent, and whether it can be used."""

    brought_by: str
    customer: str
    ends: datetime
    state: str = "open"
    held: int = FACE
    spent: int = 0
    forfeit: bool = False


@dataclass
class Model:
    """Everything by hand: the slow and obvious way."""

    known: dict[str, Simple] = field(default_factory=dict)
    at: datetime = AT

    @property
    def money(self) -> tuple[int, int, int]:
        held = sum(each.held for each in self.known.values())
        spent = sum(each.spent for each in self.known.values())
        return WHOLE - held - spent, held, spent

    def expire(self) -> None:
        for each in self.known.values():
            if each.state == "open" and each.ends <= self.at:
                each.state, each.held = "expired", 0

    def use(self, code: str, customer: str, spend: int) -> int | None:
        one = self.known[code]
        if one.state != "open" or one.ends <= self.at or one.customer not in ("", customer):
            return None
        one.state, one.customer = "used", customer
        one.spent, one.held = min(spend * 10, FACE), 0
        return one.spent

    def undo(self, code: str) -> str:
        one = self.known[code]
        one.spent = 0
        if one.forfeit:
            one.state = "taken_back"
        elif one.ends <= self.at:
            one.state = "expired"
        elif self.money[0] < FACE:
            one.state = "void"
        else:
            one.state, one.held = "open", FACE
        return one.state

    def refund(self, order_id: str) -> None:
        for each in self.known.values():
            if each.brought_by == order_id:
                each.forfeit = True
                if each.state == "open":
                    each.state, each.held = "taken_back", 0


class Played:
    """The shop and the model, through the same steps."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.model, self.orders, self.numbered = shop, Model(), {}, 0
        self.of_shop = rules(shop)

    def play(self, step: str, number: int, spend: int) -> None:
        getattr(self, step)(number, spend)

    def now(self) -> datetime:
        return self.model.at

    def earn(self, number: int, _: int) -> None:
        """The events before a settled event lapse first."""
        self.numbered += 1
        after = (self.now() - AT) / timedelta(minutes=1)
        name = f"o-{self.numbered}"
        what = order(self.numbered, 320, customer=f"c-{self.numbered}", after=after)
        self.clock(0, 0)
        bears = self.model.money[0] >= 2 * FACE
        online.take(self.shop, [what], [], at=self.now())
        found = mine(self.shop, f"c-{self.numbered}", at=self.now())
        assert len(found) == (2 if bears else 0)
        for each in found:
            self.model.known[each.code] = Simple(name, f"c-{self.numbered}", self.now() + 2 * DAY)
        self.orders[name] = self.numbered

    def make(self, _: int, __: int) -> None:
        bears = self.model.money[0] >= FACE
        try:
            with transaction.atomic():
                batch = make(self.shop, 1, until=AT + 3 * DAY) if self.now() < AT + 3 * DAY else None
        except BeyondBudget:
            assert not bears
            return
        if batch is not None:
            assert bears
            (code,) = made(self.shop, batch)
            self.model.known[code.code] = Simple("", "", AT + 3 * DAY)

    def pick(self, number: int) -> str | None:
        codes = list(self.model.known)
        return codes[number % len(codes)] if codes else None

    def use(self, number: int, spend: int) -> None:
        code = self.pick(number)
        if code is None:
            return
        one = self.model.known[code]
        customer = one.customer or "c-1"
        self.numbered += 1
        expected = self.model.use(code, customer, spend)
        asked = Asked(f"n-{self.numbered}", customer, spend * 100, "GBP")
        try:
            with transaction.atomic():
                used = coupons.use(self.shop.id, code, asked, by="till", at=self.now())
        except JiacanError:
            assert expected is None
        else:
            assert used.off_minor == expected

    def undo(self, number: int, _: int) -> None:
        code = self.pick(number)
        if code is None or self.model.known[code].state != "used":
            return
        use = CouponUse.objects.get(coupon__code=code, undone_at__isnull=True)
        answer = coupons.undo(self.shop.id, code, use.order_id, by="till", at=self.now())
        assert str(answer.state) == self.model.undo(code)

    def bring_back(self, number: int, pieces: int) -> None:
        """An order on which a coupon is was of two pieces, of which so many come back."""
        code = self.pick(number)
        if code is None or self.model.known[code].state != "used":
            return
        use = CouponUse.objects.get(coupon__code=code, undone_at__isnull=True)
        self.clock(0, 0)
        bought = IncomingOrder(use.order_id, use.customer_id, (OrderLine("pot", 2, 1_000_000),), paid_at=self.now())
        back = Refund(f"r-{use.order_id}", use.order_id, self.now(), (RefundLine("pot", pieces),))
        online.take(self.shop, [bought], [back], at=self.now())
        online.take(self.shop, [], [back], at=self.now())
        if pieces == 2:
            self.model.undo(code)

    def refund(self, number: int, _: int) -> None:
        names = list(self.orders)
        if not names:
            return
        name = names[number % len(names)]
        of = self.orders.pop(name)
        self.clock(0, 0)
        after = (self.now() - AT) / timedelta(minutes=1)
        online.take(self.shop, [], [refund(of, of=of, after=after)], at=self.now())
        self.model.refund(name)

    def wait(self, hours: int, _: int) -> None:
        self.model.at += timedelta(hours=hours)

    def clock(self, _: int, __: int) -> None:
        by = self.of_shop
        for _ in using.lapse_due(self.shop.id, by, rules_of=lambda _: by, after=AT - DAY, until=self.now()):
            continue
        coupon_batches.expire_codes(self.shop.id, PLAN_ID, lambda *_: by, at=self.now())
        self.model.expire()

    def agrees(self) -> None:
        assert money(self.shop) == self.model.money, LINE
        assert sum(self.model.money) == WHOLE
        for code, one in self.model.known.items():
            seen = coupons.get_coupon(self.shop.id, code, at=self.now()).coupon.state
            over = one.state == "open" and one.ends <= self.now()
            assert str(seen) == ("expired" if over else one.state)
        open_uses = CouponUse.objects.filter(undone_at__isnull=True).values_list("coupon_id", flat=True)
        assert len(open_uses) == len(set(open_uses))


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(STEPS)
def test_whatever_happens_the_coupons_agree_with_the_model_and_the_line_adds_up(steps):
    with transaction.atomic():
        played = Played(go_live("gifts", SORT, TWO, SMALL))
        for step, number, spend in steps:
            played.play(step, number, spend)
            played.agrees()
        assert_books_add_up(played.shop)
        transaction.set_rollback(True)
