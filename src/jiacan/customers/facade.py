"""What is known of customers, and what for; and their birthdays."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path

from django.db import transaction

from jiacan.customers import store
from jiacan.customers.contracts import (
    BirthDate,
    Birthday,
    BirthdaysImported,
    BirthdaysRead,
    BirthdaysRecorded,
    BirthdayWrong,
    PersonalField,
)
from jiacan.customers.core.birthdays import check_birth_date, read_birth_date
from jiacan.customers.core.registry import PERSONAL_FIELDS
from jiacan.kernel.messages import Message, Phrasebook, tell
from jiacan.orders import facade as orders
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor

BIRTHDAY_COLUMNS = ("customer_id", "birthday")
RECORDED_AT_ONCE = 1_000
_FIRST_TO_BEGIN = timedelta(hours=14)


def personal_fields() -> tuple[PersonalField, ...]:
    """Every column of every table that tells something about a person."""
    return PERSONAL_FIELDS


# --- birthdays --------------------------------------------------------------------------------------------


def birthdays_of(shop_id: int, customer_ids: Collection[str]) -> Mapping[str, Birthday]:
    """The customers' birthdays; one of whom none is known is absent."""
    return store.find(shop_id, customer_ids) if customer_ids else {}


def birthdays_between(
    shop_id: int,
    month: int,
    first_day: int,
    last_day: int,
    *,
    known_by: datetime,
    after: str = "",
    limit: int = 500,
) -> list[tuple[str, Birthday]]:
    """Whose birthday is from the first to the last of these days of the month, by their numbers.

    Args:
        shop_id: whose customers.
        month: counts from 1.
        first_day: of the month.
        last_day: of the month, itself among them.
        known_by: one that was told or changed at that moment or later is left out.
        after: the customer at whom the page before ended.
        limit: how many at the most.
    """
    return store.on_days(shop_id, month, first_day, last_day, known_by=known_by, after=after, limit=limit)


def record_birthday(shop_id: int, customer_id: str, born: BirthDate, *, by: Actor, at: datetime) -> Birthday:
    """Keep a customer's birthday, audited without saying which; the same again changes nothing.

    Raises:
        BirthdayWrong: nobody can have been born on that day.
    """
    check_birth_date(born, today=_latest_day(at))
    with transaction.atomic():
        done = store.record(shop_id, {customer_id: born}, at=at)
        if not done.same:
            action = "birthday recorded" if done.new else "birthday changed"
            tenancy.audit(shop_id, actor=by, action=action, subject=customer_id)
        return store.find(shop_id, [customer_id])[customer_id]


def record_birthdays(
    shop_id: int, told: Mapping[str, BirthDate], *, source: str, by: Actor, at: datetime
) -> BirthdaysRecorded:
    """Keep many customers' birthdays, all or none, audited by their number; the same again changes nothing.

    Raises:
        BirthdayWrong: nobody can have been born on one of the days.
    """
    for born in told.values():
        check_birth_date(born, today=_latest_day(at))
    with transaction.atomic():
        done = [store.record(shop_id, chunk, at=at) for chunk in _chunks(told)]
        total = BirthdaysRecorded(*(sum(getattr(each, name) for each in done) for name in ("new", "changed", "same")))
        if total.new or total.changed:
            told_of = {"new": total.new, "changed": total.changed}
            tenancy.audit(shop_id, actor=by, action="birthdays imported", subject=source, after=told_of)
        return total


def import_birthdays(
    shop_id: int, path: Path, *, bad_rows: Path | None, words: Phrasebook, by: Actor, at: datetime
) -> BirthdaysImported:
    """Keep the birthdays of a file's good rows, and hand back the others with line and reason.

    Args:
        shop_id: whose customers.
        path: CSV, Parquet, XLSX or XLS with the columns `customer_id` and `birthday`.
        bad_rows: where to write the bad rows, to correct and import again.
        words: their language.
        by: who does it.
        at: now.

    Raises:
        FileUnreadable: no row of the file can be read.
        ColumnsMissing: one of the columns is not there.
        ColumnRepeated: one of them is there twice.
        FileUnwritable: the bad rows cannot be written.
    """
    file, told = _read(path, at)
    recorded = record_birthdays(shop_id, told, source=file.name, by=by, at=at)
    if bad_rows is not None:
        file.write_bad_rows(bad_rows, words)
    return BirthdaysImported(file.count, recorded, file.bad_rows)


def read_birthdays(path: Path, *, at: datetime) -> BirthdaysRead:
    """What a file such as `import_birthdays` takes tells; nothing is kept of it.

    Raises:
        FileUnreadable: no row of the file can be read.
        ColumnsMissing: one of the columns is not there.
        ColumnRepeated: one of them is there twice.
    """
    file, told = _read(path, at)
    return BirthdaysRead(file.count, told, file.bad_rows)


def _read(path: Path, at: datetime) -> tuple[orders.NamedRows, dict[str, BirthDate]]:
    file = orders.read_named_rows(path, BIRTHDAY_COLUMNS, customer=BIRTHDAY_COLUMNS[0])
    told: dict[str, BirthDate] = {}
    first: dict[str, int] = {}
    for row in file.rows:
        customer_id, text = (row.values[name] for name in BIRTHDAY_COLUMNS)
        try:
            born = read_birth_date(text)
            check_birth_date(born, today=_latest_day(at))
        except BirthdayWrong as wrong:
            file.hand_back(row, "birthday", wrong.reason)
            continue
        if told.setdefault(customer_id, born) != born:
            file.hand_back(row, "birthday", _told_twice(first[customer_id]))
        first.setdefault(customer_id, row.line)
    return file, told


def _told_twice(line: int) -> Message:
    return tell("line {line} says another day for this customer, and that one was taken; delete one", line=line)


def forget_birthday(shop_id: int, customer_id: str, *, by: Actor) -> bool:
    """Delete a customer's birthday, audited; whether there was one."""
    with transaction.atomic():
        was_known = store.forget(shop_id, customer_id)
        if was_known:
            tenancy.audit(shop_id, actor=by, action="birthday deleted", subject=customer_id)
        return was_known


def _latest_day(at: datetime) -> date:
    """The day that it is where the day begins first, so that nobody's birthday of today is refused."""
    return (at.astimezone(UTC) + _FIRST_TO_BEGIN).date()


def _chunks(told: Mapping[str, BirthDate]) -> Iterator[dict[str, BirthDate]]:
    """The birthdays some at a time, by customer, so that two who record many do not wait for each other."""
    ordered = iter(sorted(told.items()))
    while chunk := dict(islice(ordered, RECORDED_AT_ONCE)):
        yield chunk
