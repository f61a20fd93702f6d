"""A transfer as it is written down, and what it does to the two accounts it names."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import assert_never

from jiacan.ledger.contracts import AccountKey, Entry, Expire, Fate, Hold, Move, Post, Reverse, Void


class Kind(IntEnum):
    """What a transfer does; the numbers are stored."""

    MOVE = 1
    HOLD = 2
    POST = 3
    VOID = 4
    EXPIRE = 5
    REVERSE = 6


MOVES_MONEY = frozenset({Kind.MOVE, Kind.POST, Kind.REVERSE})
"""The kinds after which something has left the debit and reached the credit."""

FATES = {
    Kind.POST: Fate.POSTED,
    Kind.VOID: Fate.VOIDED,
    Kind.EXPIRE: Fate.EXPIRED,
    Kind.REVERSE: Fate.REVERSED,
}
"""What a transfer of that kind makes of the one it refers to."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """One line of the ledger, never changed. Two are equal when they ask for the same thing, whenever they ask.

    `amount` is what moves or is held; of a void or an expiry, what is let go. `refers_to` is the key of the
    transfer whose fate this one is.
    """

    key: str
    kind: Kind
    debit: AccountKey
    credit: AccountKey
    amount: int
    at: datetime = field(compare=False)
    expires_at: datetime | None = None
    refers_to: str | None = None


def referred_key(entry: Entry) -> str | None:
    """The key of the transfer that the entry decides the fate of, if it is of that sort."""
    match entry:
        case Move() | Hold():
            return None
        case Post() | Void() | Expire():
            return entry.hold_key
        case Reverse():
            return entry.move_key
    assert_never(entry)


def to_transfer(entry: Entry, referred: Transfer | None) -> Transfer | None:
    """The line that the entry would write; None when it refers to a transfer that does not exist.

    Raises:
        ValueError: an amount below one, one account on both sides, or two units in one transfer.
    """
    match entry:
        case Move():
            _check(entry)
            return Transfer(entry.key, Kind.MOVE, entry.debit, entry.credit, entry.amount, entry.at)
        case Hold():
            _check(entry)
            return Transfer(entry.key, Kind.HOLD, entry.debit, entry.credit, entry.amount, entry.at, entry.expires_at)
        case Post():
            if entry.amount is not None and entry.amount < 1:
                raise ValueError(f"{entry.key} posts {entry.amount}; to let a hold go, void it")
            return _fate(entry, Kind.POST, referred, amount=entry.amount)
        case Void():
            return _fate(entry, Kind.VOID, referred)
        case Expire():
            return _fate(entry, Kind.EXPIRE, referred)
        case Reverse():
            return _reversal(entry, referred)
    assert_never(entry)


def movement(transfer: Transfer, referred: Transfer | None) -> tuple[int, int]:
    """What the transfer does: (what leaves the debit for the credit, by how much the debit's `held` changes)."""
    match transfer.kind:
        case Kind.MOVE | Kind.REVERSE:
            return transfer.amount, 0
        case Kind.HOLD:
            return 0, transfer.amount
        case Kind.POST:
            assert referred is not None, "a post refers to its hold"
            return transfer.amount, -referred.amount
        case Kind.VOID | Kind.EXPIRE:
            return 0, -transfer.amount


def _check(entry: Move | Hold) -> None:
    if entry.amount < 1:
        raise ValueError(f"{entry.key} is for {entry.amount}; a transfer is for one at least")
    if entry.debit.unit != entry.credit.unit:
        raise ValueError(f"{entry.key} turns {entry.debit.unit} into {entry.credit.unit}")
    if entry.debit.owner == entry.credit.owner:
        raise ValueError(f"{entry.key} goes from {entry.debit.owner} to itself")


def _fate(
    entry: Post | Void | Expire, kind: Kind, hold: Transfer | None, *, amount: int | None = None
) -> Transfer | None:
    if hold is None or hold.kind is not Kind.HOLD:
        return None
    whole = hold.amount if amount is None else amount
    return Transfer(entry.key, kind, hold.debit, hold.credit, whole, entry.at, refers_to=hold.key)


def _reversal(entry: Reverse, move: Transfer | None) -> Transfer | None:
    if move is None or move.kind not in MOVES_MONEY:
        return None
    return Transfer(entry.key, Kind.REVERSE, move.credit, move.debit, move.amount, entry.at, refers_to=move.key)
