"""Random histories of clicks, orders, receipts, returns and merges: what must hold holds after every step."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from jiacan.campaigns.facade import online, referring
from jiacan.offers.contracts.occasions import OccasionState
from jiacan.referrals.contracts.referrals import STANDS, Referral, State
from jiacan.referrals.facade import linking, reviewing
from tests.slices.online_shop import AT, PLAN_ID, WHO, assert_books_add_up, order, refund
from tests.slices.referring_shop import NOBODY, Referring, referring_shop, terms

pytestmark = pytest.mark.django_db

PEOPLE = tuple(f"c-{number}" for number in range(3))
RETURN_WINDOW = timedelta(days=7)

person = st.sampled_from(PEOPLE)
number = st.integers(0, 7)
ACTION = st.one_of(
    st.tuples(st.just("click"), person, person),
    st.tuples(st.just("click"), person, person),
    st.tuples(st.just("click"), person, person),
    st.tuples(st.just("buy"), number, person),
    st.tuples(st.just("buy"), number, person),
    st.tuples(st.just("receive"), number),
    st.tuples(st.just("bring_back"), number),
    st.tuples(st.just("wait"), st.integers(1, 10)),
    st.tuples(st.just("merge"), person, person),
    st.tuples(st.just("decide"), st.booleans()),
)


@dataclass
class Bought:
    """An order as the history knows it."""

    customer: str
    paid_at: datetime
    received_at: datetime | None = None
    returned_at: datetime | None = None


@dataclass
class History:
    """What happened at the shop, told again slowly and obviously."""

    shop: Referring
    at: datetime = AT
    bought: dict[int, Bought] = field(default_factory=dict)
    same_as: dict[str, str] = field(default_factory=dict)
    parents: dict[str, tuple[str, int]] = field(default_factory=dict)
    given_at: dict[int, datetime] = field(default_factory=dict)

    def person(self, name: str) -> str:
        """Whom the number stands for."""
        while name in self.same_as:
            name = self.same_as[name]
        return name

    def act(self, action: tuple) -> None:
        """Do it, an hour after what was done before."""
        self.at += timedelta(hours=1)
        getattr(self, action[0])(*action[1:])
        self.check()

    def click(self, referrer: str, friend: str) -> None:
        link = linking.make_link(self.shop.shop.id, PLAN_ID, referrer, at=self.at)
        referring.bind_code(
            self.shop.shop.id, link.code, friend, NOBODY, clicked_at=self.at, address="192.0.2.1", at=self.at
        )

    def buy(self, of: int, customer: str) -> None:
        if of not in self.bought:
            self.bought[of] = Bought(customer, self.at)
            self._send(of)

    def receive(self, of: int) -> None:
        known = self.bought.get(of)
        if known is not None and known.received_at is None:
            known.received_at = self.at
            self._send(of)

    def _send(self, of: int) -> None:
        known = self.bought[of]
        told = replace(order(of, customer=known.customer), paid_at=known.paid_at, received_at=known.received_at)
        online.take(self.shop.shop, [told], [], at=self.at)

    def bring_back(self, of: int) -> None:
        known = self.bought.get(of)
        if known is not None and known.returned_at is None:
            known.returned_at = self.at
            online.take(self.shop.shop, [], [replace(refund(of, of=of), refunded_at=self.at)], at=self.at)

    def wait(self, days: int) -> None:
        self.at += timedelta(days=days)
        self.shop.follow(self.at)

    def merge(self, gone: str, kept: str) -> None:
        reviewing.merge_customers(self.shop.shop.id, gone=gone, kept=kept, actor=WHO, at=self.at)
        gone, kept = self.person(gone), self.person(kept)
        if gone != kept:
            self.same_as[gone] = kept
            self.parents.clear()  # only a merge gives a friend another parent

    def decide(self, yes: bool) -> None:
        self._answer(yes)
        self.shop.follow(self.at)

    def _answer(self, yes: bool) -> None:
        for each in self.shop.referrals():
            if each.state is State.REVIEW and yes:
                reviewing.let_count(self.shop.shop.id, each.id, actor=WHO, at=self.at)
            elif each.state is State.REVIEW:
                reviewing.refuse(self.shop.shop.id, each.id, reason="no", actor=WHO, at=self.at)

    # --- what must hold ---------------------------------------------------------------------------------------

    def check(self) -> None:
        """Everything that the page promises."""
        referrals = self.shop.referrals()
        standing = [each for each in referrals if each.state in STANDS]
        self._one_parent_for_ever(standing)
        assert not has_cycle({each.friend_id: each.referrer_id for each in standing})
        for each in referrals:
            self._rewarded_rightly(each)

    def _one_parent_for_ever(self, standing: list[Referral]) -> None:
        friends = [each.friend_id for each in standing]
        assert len(friends) == len(set(friends))
        for each in standing:
            assert self.parents.setdefault(each.friend_id, (each.referrer_id, each.id)) == (each.referrer_id, each.id)

    def _rewarded_rightly(self, referral: Referral) -> None:
        of = int(referral.order_id.removeprefix("o-"))
        known, rewards = self.bought[of], self.shop.rewards(referral)
        states = {each.state for each in rewards.values()}
        if states == {OccasionState.SETTLED}:
            given_at = self.given_at.setdefault(referral.id, self.at)
            assert known.received_at is not None
            assert known.received_at + RETURN_WINDOW <= given_at
            assert known.returned_at is None or known.returned_at > given_at
        match referral.state:
            case State.REVIEW | State.REFUSED:
                assert not rewards
            case State.PENDING:
                assert states == {OccasionState.PENDING}
                assert known.returned_at is None
            case State.COMPLETED:
                assert states == {OccasionState.SETTLED}
                assert known.returned_at is None
                assert not any(each.claw_backs for each in rewards.values())
            case State.VOIDED:
                assert states <= {OccasionState.LET_GO}
                assert known.returned_at is not None
            case State.TAKEN_BACK:
                assert known.returned_at is not None
                assert states == {OccasionState.SETTLED}
                assert all(len(each.claw_backs) == len(each.awards) for each in rewards.values())
            case State.MERGED:
                assert OccasionState.PENDING not in states


def has_cycle(parents: dict[str, str]) -> bool:
    """Whether some way up comes back to where it began."""
    for start in parents:
        above, seen = parents.get(start), 0
        while above is not None and seen <= len(parents):
            if above == start:
                return True
            above, seen = parents.get(above), seen + 1
    return False


EDITS = (
    ("assume_received_after: 7d", "# the shop says when an order was received"),
    ("limit: {per_customer: 10}", "limit: {per_customer: 100}"),
)


CIRCLE = [("click", "c-0", "c-1"), ("click", "c-1", "c-0"), ("buy", 0, "c-0"), ("buy", 1, "c-1")]
OWN_FRIEND = [("click", "c-0", "c-1"), ("buy", 0, "c-1"), ("merge", "c-0", "c-1")]
LATE_RETURN = [*OWN_FRIEND[:2], ("receive", 0), ("wait", 9), ("bring_back", 0)]


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(actions=st.lists(ACTION, min_size=8, max_size=30))
@example(actions=CIRCLE)
@example(actions=OWN_FRIEND)
@example(actions=LATE_RETURN)
def test_no_history_gives_a_cycle_two_parents_or_a_reward_for_what_did_not_stay(actions):
    with transaction.atomic():
        history = History(referring_shop(*EDITS, terms("  per_network_per_day: 2\n  per_referrer: 3\n")))
        for action in (*actions, ("wait", 10)):
            history.act(action)
        assert_books_add_up(history.shop.shop)
        transaction.set_rollback(True)
