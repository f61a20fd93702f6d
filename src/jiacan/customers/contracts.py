"""Customers' data: which fields are personal, what each is kept for and for how long; and customers' birthdays.

JiacanError
├── BirthdayWrong        no day of the calendar, or one that cannot be a birthday
└── BirthdayUnknown      no birthday is known of the customer
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell
from jiacan.orders.contracts import BadRow


class OnErasure(StrEnum):
    """What becomes of a field when its person asks to be erased."""

    PSEUDONYMISE = "pseudonymise"
    DELETE = "delete"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class PersonalField:
    """A column that tells something about a person: what for, for how long after it was last needed, and then what.

    Source: 个人信息保护法 (PIPL) Arts 6, 17, 19 and 47: purpose and retention are stated for each field.
    """

    table: str
    column: str
    what: str
    purpose: str
    retention_days: int
    on_erasure: OnErasure


# --- birthdays --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BirthDate:
    """The day on which someone was born, as they say it: `year` is None where they keep it to themselves."""

    month: int
    day: int
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Birthday:
    """What is known of a customer's birthday.

    `known_since` is when the first was told; `changed_at` when it last became another day, None where it never did.
    """

    month: int
    day: int
    known_since: datetime
    year: int | None = None
    changed_at: datetime | None = None

    @property
    def stands_since(self) -> datetime:
        """Since when it is this day."""
        return self.changed_at or self.known_since

    def in_year(self, year: int) -> date:
        """The day on which it is kept in that year; 29 February is kept on the 28th where there is none."""
        is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        return date(year, self.month, 28 if (self.month, self.day) == (2, 29) and not is_leap else self.day)


@dataclass(frozen=True, slots=True)
class BirthdaysRecorded:
    """How many birthdays were new, became another day, and were known as they are."""

    new: int
    changed: int
    same: int


@dataclass(frozen=True, slots=True)
class BirthdaysRead:
    """The birthdays that a file tells, by customer, and its rows that tell none."""

    rows: int
    told: Mapping[str, BirthDate]
    bad_rows: tuple[BadRow, ...]


@dataclass(frozen=True, slots=True)
class BirthdaysImported:
    """What became of a file's rows."""

    rows: int
    recorded: BirthdaysRecorded
    bad_rows: tuple[BadRow, ...]


@dataclass(eq=False)
class BirthdayWrong(JiacanError):
    """No day of the calendar, or one that cannot be a birthday."""

    reason: Message

    def message(self) -> Message:
        return tell("This cannot be a birthday: {reason}.", reason=self.reason)


@dataclass(eq=False)
class BirthdayUnknown(JiacanError):
    """No birthday is known of the customer."""

    customer_id: str

    def message(self) -> Message:
        return tell("No birthday is known of the customer {customer}. Record it first.", customer=self.customer_id)
