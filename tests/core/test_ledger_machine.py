"""The ledger as a state machine: whatever is done to it in whatever order, nothing is made, lost or overdrawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from jiacan.ledger.contracts import (
    AccountKey,
    Applied,
    Balance,
    BelowFloor,
    Duplicate,
    Expire,
    Group,
    Hold,
    HoldClosed,
    Move,
    Post,
    Refused,
    Reverse,
    Void,
)
from jiacan.ledger.core.decide import decide
from jiacan.ledger.core.transfers import MOVES_MONEY, Kind

DAY_ZERO = datetime(2011, 11, 14, tzinfo=UTC)
FLOORS = {
    AccountKey("stock", "mug"): 0,
    AccountKey("allowance", "mug"): -3,
    AccountKey("given", "mug"): None,
    AccountKey("budget", "GBP"): 0,
    AccountKey("spent", "GBP"): None,
}
PAIRS = [(debit, credit) for debit in FLOORS for credit in FLOORS if debit != credit and debit.unit == credit.unit]
pairs, amounts = st.sampled_from(PAIRS), st.integers(1, 9)


class Ledger(RuleBasedStateMachine):
    """Balances and transfers, changed only by what `decide` says."""

    def __init__(self) -> None:
        super().__init__()
        self.balances = {key: Balance(0, 0, floor) for key, floor in FLOORS.items()}
        self.transfers = []
        self.applied = []
        self.number = 0

    def key(self) -> str:
        self.number += 1
        return str(self.number)

    def do(self, *entries):
        """Apply one group; what became of it."""
        decision = decide(self.balances, self.transfers, [Group(entries)])
        self.transfers += decision.transfers
        for key, delta in decision.deltas.items():
            was = self.balances[key]
            self.balances[key] = replace(was, posted=was.posted + delta.posted, held=was.held + delta.held)
        (outcome,) = decision.outcomes
        if isinstance(outcome, Applied):
            self.applied.append(Group(entries))
        else:
            assert (decision.transfers, dict(decision.deltas)) == ((), {})
        return outcome

    def some(self, data, kinds):
        """A transfer of one of the kinds, if there is any."""
        found = [transfer.key for transfer in self.transfers if transfer.kind in kinds]
        return data.draw(st.sampled_from(found)) if found else None

    @rule(pair=pairs, amount=amounts)
    def move(self, pair, amount):
        left = self.balances[pair[0]].available
        outcome = self.do(Move(self.key(), *pair, amount, DAY_ZERO))
        refused = left is not None and left < amount
        assert outcome == (Refused(BelowFloor(pair[0], amount, left)) if refused else Applied())

    @rule(pair=pairs, amount=amounts, days=st.none() | st.integers(1, 3))
    def hold(self, pair, amount, days):
        expires_at = None if days is None else DAY_ZERO + timedelta(days=days)
        self.do(Hold(self.key(), *pair, amount, DAY_ZERO, expires_at))

    @rule(data=st.data(), part=st.none() | amounts)
    def post(self, data, part):
        if hold := self.some(data, {Kind.HOLD}):
            self.do(Post(self.key(), hold, DAY_ZERO, part))

    @rule(data=st.data())
    def void_twice(self, data):
        if hold := self.some(data, {Kind.HOLD}):
            self.do(Void(self.key(), hold, DAY_ZERO))
            again = self.do(Void(self.key(), hold, DAY_ZERO))
            assert isinstance(again, Refused)
            assert isinstance(again.fact, HoldClosed)

    @rule(data=st.data(), days=st.integers(0, 4))
    def expire(self, data, days):
        if hold := self.some(data, {Kind.HOLD}):
            self.do(Expire(self.key(), hold, DAY_ZERO + timedelta(days=days)))

    @rule(data=st.data())
    def reverse(self, data):
        if moved := self.some(data, {Kind.MOVE, Kind.POST}):
            self.do(Reverse(self.key(), moved, DAY_ZERO))

    @rule(first=pairs, second=pairs, amount=amounts)
    def two_at_once(self, first, second, amount):
        before = dict(self.balances)
        entries = (Move(self.key(), *first, amount, DAY_ZERO), Hold(self.key(), *second, amount, DAY_ZERO))
        if isinstance(self.do(*entries), Refused):
            assert self.balances == before

    @rule(data=st.data())
    def deliver_again(self, data):
        if self.applied:
            before = dict(self.balances)
            assert self.do(*data.draw(st.sampled_from(self.applied)).entries) == Duplicate()
            assert self.balances == before

    @invariant()
    def every_unit_sums_to_nothing(self):
        for unit in ("mug", "GBP"):
            assert sum(balance.posted for key, balance in self.balances.items() if key.unit == unit) == 0

    @invariant()
    def no_bound_is_broken_and_nothing_held_is_negative(self):
        for balance in self.balances.values():
            assert balance.held >= 0
            assert balance.available is None or balance.available >= 0

    @invariant()
    def every_balance_is_the_sum_of_its_transfers(self):
        closed = {transfer.refers_to for transfer in self.transfers}
        for key, balance in self.balances.items():
            moved = [transfer for transfer in self.transfers if transfer.kind in MOVES_MONEY]
            came = sum(transfer.amount for transfer in moved if transfer.credit == key)
            went = sum(transfer.amount for transfer in moved if transfer.debit == key)
            held = sum(
                transfer.amount
                for transfer in self.transfers
                if transfer.kind is Kind.HOLD and transfer.debit == key and transfer.key not in closed
            )
            assert (balance.posted, balance.held) == (came - went, held)


TestLedger = Ledger.TestCase
TestLedger.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
