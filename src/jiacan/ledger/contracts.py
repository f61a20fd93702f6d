"""The ledger's words: accounts, entries and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from jiacan.kernel.messages import Message, tell


@dataclass(frozen=True, slots=True)
class AccountKey:
    """An account within a shop: whose it is (a path such as `plan-1/stock/mug`) and what it counts."""

    owner: str
    unit: str


@dataclass(frozen=True, slots=True)
class Account:
    """An account to be opened: `floor` is the least its available balance may be, None for no bound."""

    key: AccountKey
    floor: int | None


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account holds: `posted` is final, `held` is promised out of it by pending transfers."""

    posted: int
    held: int
    floor: int | None

    @property
    def available(self) -> int | None:
        """How much can still be taken; None where there is no bound."""
        return None if self.floor is None else self.posted - self.held - self.floor


# An entry's `at` says when it was asked, not what: a second delivery with the same key and another `at` is still
# the same entry.


@dataclass(frozen=True, slots=True)
class Move:
    """A posted transfer: `amount` leaves `debit` and reaches `credit` at once. `amount` > 0."""

    key: str
    debit: AccountKey
    credit: AccountKey
    amount: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Hold:
    """A pending transfer: `amount` is promised out of `debit` until posted, voided or expired."""

    key: str
    debit: AccountKey
    credit: AccountKey
    amount: int
    at: datetime
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """Make a hold final: `amount` > 0 of it (all when None) reaches its credit, the rest is free again."""

    key: str
    hold_key: str
    at: datetime
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class Void:
    """Let a hold go: nothing moves."""

    key: str
    hold_key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Expire:
    """Let a hold go because its time is over; refused before that time."""

    key: str
    hold_key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Reverse:
    """A new transfer that undoes a posted one, whole; refused if that breaks a bound or was done before.

    `move_key` is the key of what moved: a `Move`, a `Post` or an earlier `Reverse`.
    """

    key: str
    move_key: str
    at: datetime


Entry = Move | Hold | Post | Void | Expire | Reverse


@dataclass(frozen=True, slots=True)
class Group:
    """Entries that apply whole or not at all. A single entry is a group of one."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Applied:
    """The group took effect now."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Every key of the group had taken effect before, with the same content; nothing happened now."""


@dataclass(frozen=True, slots=True)
class BelowFloor:
    """Refused: the account could not give what was asked."""

    account: AccountKey
    asked: int
    available: int

    def message(self) -> Message:
        return tell(
            "{owner} has {available} {unit} left and {asked} were asked for.",
            owner=self.account.owner,
            unit=self.account.unit,
            available=self.available,
            asked=self.asked,
        )


@dataclass(frozen=True, slots=True)
class UnknownHold:
    """Refused: there is no pending or posted transfer with that key to act on."""

    key: str

    def message(self) -> Message:
        return tell("There is no transfer {key} to act on.", key=self.key)


class Fate(StrEnum):
    """What can become of a transfer, once."""

    POSTED = "posted"
    VOIDED = "voided"
    EXPIRED = "expired"
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True)
class HoldClosed:
    """Refused: the hold was posted, voided or expired before, or the move was reversed before."""

    key: str
    state: Fate

    def message(self) -> Message:
        match self.state:
            case Fate.POSTED:
                return tell("Transfer {key} is already posted; to undo it, reverse the posting.", key=self.key)
            case Fate.VOIDED:
                return tell("Transfer {key} is already voided.", key=self.key)
            case Fate.EXPIRED:
                return tell("Transfer {key} has already expired.", key=self.key)
            case Fate.REVERSED:
                return tell("Transfer {key} is already reversed.", key=self.key)


@dataclass(frozen=True, slots=True)
class HoldTooSmall:
    """Refused: more was asked to be posted than is held."""

    key: str
    asked: int
    held: int

    def message(self) -> Message:
        return tell(
            "Transfer {key} holds {held}; {asked} cannot be posted.",
            key=self.key,
            held=self.held,
            asked=self.asked,
        )


@dataclass(frozen=True, slots=True)
class NotYetExpired:
    """Refused: the hold has no end, or its end is later."""

    key: str
    expires_at: datetime | None

    def message(self) -> Message:
        return tell("Transfer {key} has not expired.", key=self.key)


@dataclass(frozen=True, slots=True)
class KeyReused:
    """Refused: the key belongs to an earlier entry with other content, or to one that came in another group."""

    key: str

    def message(self) -> Message:
        return tell("The key {key} was used before for something else; give each transfer its own key.", key=self.key)


Fact = BelowFloor | UnknownHold | HoldClosed | HoldTooSmall | NotYetExpired | KeyReused


@dataclass(frozen=True, slots=True)
class Refused:
    """The group did not take effect, because of the first entry that could not."""

    fact: Fact


Outcome = Applied | Duplicate | Refused


class TablesRefused(Exception):
    """Whole tables of transfers cannot be written as they stand; decide them again, group by group."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The first account whose stored balance is not the sum of its transfers."""

    account: AccountKey
    stored_posted: int
    stored_held: int
    summed_posted: int
    summed_held: int

    def message(self) -> Message:
        return tell(
            "{owner} ({unit}) stores {stored_posted} posted and {stored_held} held; "
            "its transfers sum to {summed_posted} and {summed_held}.",
            owner=self.account.owner,
            unit=self.account.unit,
            stored_posted=self.stored_posted,
            stored_held=self.stored_held,
            summed_posted=self.summed_posted,
            summed_held=self.summed_held,
        )


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What the audit recomputed, and the first thing that does not add up, if any."""

    accounts: int
    transfers: int
    units_out_of_balance: Sequence[str]
    first_difference: Difference | None

    @property
    def clean(self) -> bool:
        """Whether everything adds up."""
        return not self.units_out_of_balance and self.first_difference is None


class Happening(StrEnum):
    """What a line of an account's statement is."""

    MOVED = "moved"
    PROMISED = "promised"
    SETTLED = "settled"
    VOIDED = "voided"
    EXPIRED = "expired"
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One transfer as an account sees it: `comes_in` where it is the credit; `other` is the account opposite.

    `number` orders lines as they were written.
    """

    number: int
    key: str
    happening: Happening
    comes_in: bool
    amount: int
    other: str
    at: datetime
