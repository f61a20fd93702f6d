"""Decides a batch of groups in the given order, each seeing what those before it did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from jiacan.ledger.contracts import (
    AccountKey,
    Applied,
    Balance,
    BelowFloor,
    Duplicate,
    Entry,
    Expire,
    Fact,
    Group,
    HoldClosed,
    HoldTooSmall,
    KeyReused,
    NotYetExpired,
    Outcome,
    Post,
    Refused,
    UnknownHold,
)
from jiacan.ledger.core.transfers import FATES, Transfer, movement, referred_key, to_transfer

_APPLIED = Applied()
_DUPLICATE = Duplicate()


@dataclass(frozen=True, slots=True)
class Delta:
    """By how much an account's balance changes."""

    posted: int
    held: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of each group, the transfers to write in order, and what they do to each account."""

    outcomes: tuple[Outcome, ...]
    transfers: tuple[Transfer, ...]
    deltas: Mapping[AccountKey, Delta]


def decide(balances: Mapping[AccountKey, Balance], earlier: Iterable[Transfer], groups: Sequence[Group]) -> Decision:
    """Apply the groups to the opening balances, one after the other, each whole or not at all.

    Args:
        balances: of every account that the groups name, or that a transfer they refer to names.
        earlier: every stored transfer whose key the groups use or refer to, and every fate of those referred to.
        groups: in the order in which they came.

    Raises:
        ValueError: an entry that makes no sense whatever the balances are.
    """
    books = _Books(balances, earlier)
    outcomes = tuple(_decide_group(books, group.entries) for group in groups)
    return Decision(outcomes, tuple(books.written), books.deltas())


def sum_up(transfers: Iterable[Transfer]) -> dict[AccountKey, Delta]:
    """What moves and holds do together to each account that they name."""
    posted: dict[AccountKey, int] = {}
    held: dict[AccountKey, int] = {}
    for transfer in transfers:
        moved, kept = movement(transfer, None)
        posted[transfer.debit] = posted.get(transfer.debit, 0) - moved
        posted[transfer.credit] = posted.get(transfer.credit, 0) + moved
        held[transfer.debit] = held.get(transfer.debit, 0) + kept
    return {key: Delta(amount, held.get(key, 0)) for key, amount in posted.items()}


@dataclass(slots=True)
class _Line:
    """One account while the batch is decided."""

    available: int | None
    posted: int = 0
    held: int = 0


@dataclass(slots=True)
class _Step:
    """A transfer and what it does to its two accounts, kept so that a group that fails half-way is taken back."""

    transfer: Transfer
    debit: _Line
    credit: _Line
    moved: int
    held: int


class _Books:
    """Accounts, known transfers and their fates as they stand after the groups decided so far."""

    def __init__(self, balances: Mapping[AccountKey, Balance], earlier: Iterable[Transfer]) -> None:
        self.lines = {key: _Line(balance.available) for key, balance in balances.items()}
        self.transfers = {transfer.key: transfer for transfer in earlier}
        self.fates = {t.refers_to: FATES[t.kind] for t in self.transfers.values() if t.refers_to is not None}
        self.written: list[Transfer] = []

    def write(self, step: _Step) -> None:
        transfer = step.transfer
        _shift(step.debit, step.credit, step.moved, step.held)
        self.transfers[transfer.key] = transfer
        if transfer.refers_to is not None:
            self.fates[transfer.refers_to] = FATES[transfer.kind]
        self.written.append(transfer)

    def take_back(self, step: _Step) -> None:
        transfer = step.transfer
        _shift(step.debit, step.credit, -step.moved, -step.held)
        del self.transfers[transfer.key]
        if transfer.refers_to is not None:
            del self.fates[transfer.refers_to]
        self.written.pop()

    def deltas(self) -> dict[AccountKey, Delta]:
        return {key: Delta(line.posted, line.held) for key, line in self.lines.items() if line.posted or line.held}


def _shift(debit: _Line, credit: _Line, moved: int, held: int) -> None:
    debit.posted -= moved
    debit.held += held
    credit.posted += moved
    if debit.available is not None:
        debit.available -= moved + held
    if credit.available is not None:
        credit.available += moved


def _decide_group(books: _Books, entries: Sequence[Entry]) -> Outcome:
    known = [entry for entry in entries if entry.key in books.transfers]
    if known:
        return _answer_again(books, entries, known)
    steps: list[_Step] = []
    for entry in entries:
        step = _try(books, entry)
        if not isinstance(step, _Step):
            for done in reversed(steps):
                books.take_back(done)
            return Refused(step)
        books.write(step)
        steps.append(step)
    return _APPLIED


def _answer_again(books: _Books, entries: Sequence[Entry], known: Sequence[Entry]) -> Outcome:
    """A duplicate when all of the group took effect before; otherwise a key that was used for something else."""
    for entry in known:
        if to_transfer(entry, books.transfers.get(referred_key(entry) or "")) != books.transfers[entry.key]:
            return Refused(KeyReused(entry.key))
    return _DUPLICATE if len(known) == len(entries) else Refused(KeyReused(known[0].key))


def _try(books: _Books, entry: Entry) -> _Step | Fact:
    if entry.key in books.transfers:
        return KeyReused(entry.key)
    target = referred_key(entry)
    referred = None if target is None else books.transfers.get(target)
    transfer = to_transfer(entry, referred)
    if transfer is None:
        return UnknownHold(target or "")
    if referred is not None:
        fact = _closed_to(entry, referred, books)
        if fact is not None:
            return fact
    moved, held = movement(transfer, referred)
    debit, credit = books.lines[transfer.debit], books.lines[transfer.credit]
    asked = moved + held
    if debit.available is not None and asked > 0 and debit.available < asked:
        return BelowFloor(transfer.debit, asked=asked, available=debit.available)
    return _Step(transfer, debit, credit, moved, held)


def _closed_to(entry: Entry, referred: Transfer, books: _Books) -> Fact | None:
    """Why the transfer referred to does not allow the entry, if it does not."""
    fate = books.fates.get(referred.key)
    if fate is not None:
        return HoldClosed(referred.key, fate)
    if isinstance(entry, Post) and entry.amount is not None and entry.amount > referred.amount:
        return HoldTooSmall(referred.key, asked=entry.amount, held=referred.amount)
    if isinstance(entry, Expire) and (referred.expires_at is None or entry.at < referred.expires_at):
        return NotYetExpired(referred.key, referred.expires_at)
    return None
