"""Random histories, held against a model that is slow and obvious: it keeps the entries that took effect and
recomputes everything from the first one, each time it is asked.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from jiacan.ledger.contracts import (
    AccountKey,
    Applied,
    Balance,
    BelowFloor,
    Duplicate,
    Expire,
    Fate,
    Group,
    Hold,
    HoldClosed,
    HoldTooSmall,
    KeyReused,
    Move,
    NotYetExpired,
    Post,
    Refused,
    Reverse,
    UnknownHold,
    Void,
)
from jiacan.ledger.core.decide import decide

FLOORS = {
    AccountKey("stock", "mug"): 0,
    AccountKey("customer", "mug"): -2,
    AccountKey("outside", "mug"): None,
    AccountKey("budget", "GBP"): 0,
    AccountKey("spent", "GBP"): 0,
    AccountKey("outside", "GBP"): None,
}
DAY_ZERO = datetime(2011, 11, 14, tzinfo=UTC)


# --- the model --------------------------------------------------------------------------------------------


class Model:
    def __init__(self):
        self.entries = []

    def apply(self, group):
        known = [e for e in group.entries if self.find(self.entries, e.key)]
        for entry in known:
            if self.content(entry) != self.content(self.find(self.entries, entry.key)):
                return Refused(KeyReused(entry.key))
        if known:
            return Duplicate() if len(known) == len(group.entries) else Refused(KeyReused(known[0].key))
        trial = list(self.entries)
        for entry in group.entries:
            fact = self.refusal(trial, entry)
            if fact:
                return Refused(fact)
            trial.append(entry)
        self.entries = trial
        return Applied()

    def balances(self):
        return {account: self.balance(self.entries, account) for account in FLOORS}

    def content(self, entry):
        if isinstance(entry, Post) and entry.amount is None:
            hold = self.find(self.entries, entry.hold_key)
            entry = replace(entry, amount=hold.amount if isinstance(hold, Hold) else None)
        return replace(entry, at=DAY_ZERO)

    @staticmethod
    def find(entries, key):
        return next((e for e in entries if e.key == key), None)

    def moved(self, entries, entry):
        """(from, to, how much) of what moved by the entry, if anything did."""
        match entry:
            case Move():
                return entry.debit, entry.credit, entry.amount
            case Post():
                hold = self.find(entries, entry.hold_key)
                return hold.debit, hold.credit, hold.amount if entry.amount is None else entry.amount
            case Reverse():
                debit, credit, amount = self.moved(entries, self.find(entries, entry.move_key))
                return credit, debit, amount
        return None

    def fate(self, entries, key):
        for e in entries:
            match e:
                case Post(hold_key=target) if target == key:
                    return Fate.POSTED
                case Void(hold_key=target) if target == key:
                    return Fate.VOIDED
                case Expire(hold_key=target) if target == key:
                    return Fate.EXPIRED
                case Reverse(move_key=target) if target == key:
                    return Fate.REVERSED
        return None

    def balance(self, entries, account):
        moves = [m for m in (self.moved(entries, e) for e in entries) if m]
        posted = sum(n for _, to, n in moves if to == account) - sum(n for of, _, n in moves if of == account)
        open_holds = [e for e in entries if isinstance(e, Hold) and not self.fate(entries, e.key)]
        return Balance(posted, sum(h.amount for h in open_holds if h.debit == account), FLOORS[account])

    def refusal(self, entries, entry):
        if self.find(entries, entry.key):
            return KeyReused(entry.key)
        match entry:
            case Move() | Hold():
                return self.shortage(entries, entry.debit, entry.amount)
            case Reverse():
                return self.refusal_to_reverse(entries, entry.move_key)
        return self.refusal_to_close(entries, entry)

    def refusal_to_reverse(self, entries, key):
        move = self.find(entries, key)
        if not isinstance(move, Move | Post | Reverse):
            return UnknownHold(key)
        if self.fate(entries, key):
            return HoldClosed(key, Fate.REVERSED)
        _, credit, amount = self.moved(entries, move)
        return self.shortage(entries, credit, amount)

    def refusal_to_close(self, entries, entry):
        hold = self.find(entries, entry.hold_key)
        if not isinstance(hold, Hold):
            return UnknownHold(entry.hold_key)
        if fate := self.fate(entries, hold.key):
            return HoldClosed(hold.key, fate)
        if isinstance(entry, Post) and entry.amount is not None and entry.amount > hold.amount:
            return HoldTooSmall(hold.key, entry.amount, hold.amount)
        if isinstance(entry, Expire) and (hold.expires_at is None or hold.expires_at > entry.at):
            return NotYetExpired(hold.key, hold.expires_at)
        return None

    def shortage(self, entries, account, asked):
        available = self.balance(entries, account).available
        return BelowFloor(account, asked, available) if available is not None and available < asked else None


# --- histories --------------------------------------------------------------------------------------------

MOVE_KEYS = st.sampled_from([f"move-{n}" for n in range(4)])
HOLD_KEYS = st.sampled_from([f"hold-{n}" for n in range(3)])
FATE_KEYS = st.sampled_from([f"fate-{n}" for n in range(12)])
ANY_KEYS = MOVE_KEYS | HOLD_KEYS | FATE_KEYS
DAYS = st.integers(0, 4).map(lambda days: DAY_ZERO + timedelta(days=days))
AMOUNTS = st.integers(1, 6)
SIDES = st.sampled_from([(a, b) for a in FLOORS for b in FLOORS if a != b and a.unit == b.unit])
HOLDS = st.builds(
    lambda key, sides, *rest: Hold(key, *sides, *rest), HOLD_KEYS, SIDES, AMOUNTS, DAYS, st.none() | DAYS
)
ENTRIES = st.one_of(
    st.builds(lambda key, sides, *rest: Move(key, *sides, *rest), MOVE_KEYS, SIDES, AMOUNTS, DAYS),
    HOLDS,
    HOLDS,
    st.builds(Post, FATE_KEYS, HOLD_KEYS, DAYS, st.none() | AMOUNTS),
    st.builds(Void, FATE_KEYS, HOLD_KEYS, DAYS),
    st.builds(Expire, FATE_KEYS, HOLD_KEYS, DAYS),
    st.builds(Reverse, FATE_KEYS, MOVE_KEYS | FATE_KEYS, DAYS),
    st.builds(Void, ANY_KEYS, ANY_KEYS, DAYS),
    st.builds(Reverse, ANY_KEYS, ANY_KEYS, DAYS),
)
FILL = Group(
    tuple(
        Move(f"fill-{account.owner}", AccountKey("outside", account.unit), account, 8, DAY_ZERO)
        for account, floor in FLOORS.items()
        if floor == 0
    )
)


@st.composite
def histories(draw, most=24):
    """Groups of one or two entries after a first filling, some of them delivered twice."""
    groups = draw(
        st.lists(
            st.lists(ENTRIES, min_size=1, max_size=2).map(lambda es: Group(tuple(es))),
            min_size=most // 2,
            max_size=most,
        )
    )
    again = draw(st.lists(st.sampled_from(groups), max_size=3))
    return [FILL, *groups, *again]


@st.composite
def batched(draw, most=24):
    """A history cut into batches."""
    history = draw(histories(most))
    batches = []
    while history:
        size = draw(st.integers(1, len(history)))
        batches.append(history[:size])
        history = history[size:]
    return batches


class Kept:
    """What the store does, in memory."""

    def __init__(self):
        self.balances = {account: Balance(0, 0, floor) for account, floor in FLOORS.items()}
        self.transfers = []

    def apply(self, groups):
        decision = decide(self.balances, self.transfers, groups)
        self.transfers += decision.transfers
        for account, delta in decision.deltas.items():
            old = self.balances[account]
            self.balances[account] = Balance(old.posted + delta.posted, old.held + delta.held, old.floor)
        return decision.outcomes


def flat(batches):
    return [group for batch in batches for group in batch]


def assert_sound(balances):
    """Nothing was made or lost, nothing is below its floor, nothing negative is held."""
    for unit in {account.unit for account in balances}:
        assert sum(balance.posted for account, balance in balances.items() if account.unit == unit) == 0
    assert all(balance.available is None or balance.available >= 0 for balance in balances.values())
    assert all(balance.held >= 0 for balance in balances.values())


@settings(max_examples=200, deadline=None)
@given(batched())
def test_every_history_ends_as_the_model_says(batches):
    kept, model = Kept(), Model()
    for batch in batches:
        assert kept.apply(batch) == tuple(model.apply(group) for group in batch)
        assert kept.balances == model.balances()
        assert_sound(kept.balances)


@settings(max_examples=100, deadline=None)
@given(batched())
def test_how_a_history_is_cut_into_batches_makes_no_difference(batches):
    cut, whole = Kept(), Kept()
    outcomes = [outcome for batch in batches for outcome in cut.apply(batch)]
    assert tuple(outcomes) == whole.apply(flat(batches))
    assert (cut.balances, cut.transfers) == (whole.balances, whole.transfers)


@settings(max_examples=100, deadline=None)
@given(histories())
def test_what_took_effect_is_a_duplicate_ever_after(history):
    kept = Kept()
    outcomes = kept.apply(history)
    took_effect = [group for group, outcome in zip(history, outcomes, strict=True) if outcome == Applied()]
    before = dict(kept.balances)
    assert set(kept.apply(took_effect)) == {Duplicate()}
    assert kept.balances == before
