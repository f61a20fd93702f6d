"""Who brought whom, from the click to the reward, on a real database."""

from __future__ import annotations

import pytest

from jiacan.offers.contracts.awards import Outcome
from jiacan.offers.contracts.occasions import OccasionState
from jiacan.referrals.contracts.referrals import Bound, Side, State
from tests.slices.online_shop import assert_books_add_up
from tests.slices.referring_shop import referring_shop

pytestmark = pytest.mark.django_db


def test_rewards_pend_from_the_first_order_and_are_given_when_it_is_final():
    shop = referring_shop()
    assert shop.click("anna", "ben") is Bound.BOUND
    assert shop.referrals() == []
    shop.buy(1, "ben", received_days=3)
    referral = shop.referral("ben")
    assert (referral.referrer_id, referral.order_id, referral.state) == ("anna", "o-1", State.PENDING)
    assert {side: each.state for side, each in shop.rewards(referral).items()} == dict.fromkeys(
        Side, OccasionState.PENDING
    )
    shop.pass_time(days=9.9)
    assert shop.referral("ben").state is State.PENDING
    shop.pass_time(days=10.1)
    assert shop.referral("ben").state is State.COMPLETED
    given = shop.rewards(referral)
    assert [(item.kind, item.quantity) for award in given[Side.REFERRER].awards for item in award.items] == [
        ("points", 500)
    ]
    assert [item.id for award in given[Side.FRIEND].awards for item in award.items] == ["first-10"]
    assert {award.outcome for each in given.values() for award in each.awards} == {Outcome.GRANTED}
    assert_books_add_up(shop.shop)
