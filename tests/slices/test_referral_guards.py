"""A circle is refused under a lock: with the lock taken away, two decisions at once make one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from threading import Barrier, BrokenBarrierError, Thread

import pytest
from django.db import connection

from jiacan.campaigns.facade import referring
from jiacan.campaigns.facade.live import live_plans
from jiacan.offers.facade import awarding
from jiacan.orders import facade as orders
from jiacan.referrals.contracts.referrals import Reason, State
from jiacan.referrals.core.attribution import Known, Verdict, judge
from jiacan.referrals.facade import deciding
from jiacan.referrals.facade.deciding import FirstOrder
from tests.slices.online_shop import AT, order
from tests.slices.referring_shop import Referring, referring_shop

pytestmark = pytest.mark.django_db(transaction=True)

MEET_SECONDS = 3


def decide_at_once(shop: Referring, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two orders are decided by two connections, each having judged before either has written, where that can be."""
    both = Barrier(2)

    def judge_together(known: Known, terms: object) -> Verdict:
        verdict = judge(known, terms)
        with suppress(BrokenBarrierError):
            both.wait(MEET_SECONDS)
        return verdict

    monkeypatch.setattr(deciding, "judge", judge_together)
    force = referring.in_force(live_plans(shop.shop.id))

    def work(customer: str, order_id: str) -> Callable[[], None]:
        def decide() -> None:
            deciding.decide(shop.shop.id, [FirstOrder(customer, order_id, AT)], force, at=AT)
            connection.close()

        return decide

    threads = [Thread(target=work("anna", "o-1")), Thread(target=work("ben", "o-2"))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


@pytest.fixture
def shop() -> Referring:
    """A shop at which two customers clicked each other's link and then bought; nothing is decided yet."""
    made = referring_shop()
    made.click("anna", "ben")
    made.click("ben", "anna")
    orders.take(made.shop.id, [order(1, customer="anna"), order(2, customer="ben")], [], currency="GBP")
    return made


def test_the_second_of_two_decisions_at_once_sees_the_first(shop, monkeypatch):
    decide_at_once(shop, monkeypatch)
    assert sorted((each.state, each.reason) for each in shop.referrals()) == [
        (State.PENDING, None),
        (State.REFUSED, Reason.CYCLE),
    ]


def test_without_the_locks_they_bring_each_other(shop, monkeypatch):
    monkeypatch.setattr(deciding.store, "lock_tree", lambda shop_id: None)
    monkeypatch.setattr(awarding, "lock_plans", lambda shop_id, plan_ids: None)
    decide_at_once(shop, monkeypatch)
    assert {(each.friend_id, each.referrer_id, each.state) for each in shop.referrals()} == {
        ("anna", "ben", State.PENDING),
        ("ben", "anna", State.PENDING),
    }
