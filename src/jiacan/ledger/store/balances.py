"""Every query on accounts and transfers.

Arrays reach PostgreSQL as `(SELECT %s::bigint[])`: it hides their length, so that the planner looks rows up by
their index one by one and never reads a whole table because a batch is long.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import IntegrityError, OperationalError, connection
from django.db.transaction import TransactionManagementError
from psycopg import errors

from jiacan.kernel.statements import Prepared
from jiacan.ledger.contracts import (
    Account,
    AccountKey,
    AuditReport,
    Balance,
    Difference,
    Happening,
    StatementLine,
)
from jiacan.ledger.core.decide import Delta
from jiacan.ledger.core.transfers import MOVES_MONEY, Kind, Transfer
from jiacan.ledger.models import Account as AccountRow


class Overtaken(Exception):
    """Another writer was first, and the database refused what was decided from an older state; decide again."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An account's row number and its balance."""

    id: int
    balance: Balance


# What is there already with another floor, or was added meanwhile by someone else, is left to `set_floors`.
_ADD_ACCOUNTS = """
WITH asked AS (
    SELECT asked.owner, asked.unit, asked.floor, present.id, present.floor AS present_floor
    FROM unnest((SELECT %(owners)s::text[]), (SELECT %(units)s::text[]), (SELECT %(floors)s::bigint[]))
        AS asked (owner, unit, floor)
    LEFT JOIN ledger_account present
        ON present.shop_id = %(shop_id)s AND present.owner = asked.owner AND present.unit = asked.unit
), added AS (
    INSERT INTO ledger_account (shop_id, owner, unit, floor)
    SELECT %(shop_id)s, owner, unit, CASE WHEN floor > 0 THEN 0 ELSE floor END
    FROM asked WHERE id IS NULL ORDER BY owner, unit
    ON CONFLICT (shop_id, owner, unit) DO NOTHING
    RETURNING owner
)
SELECT (SELECT count(*) FROM asked WHERE id IS NULL OR present_floor IS DISTINCT FROM floor)
     = (SELECT count(*) FROM added)
"""

_SET_FLOORS = """
WITH changed AS (
    SELECT account.id, asked.floor
    FROM unnest((SELECT %(owners)s::text[]), (SELECT %(units)s::text[]), (SELECT %(floors)s::bigint[]))
        AS asked (owner, unit, floor)
    JOIN ledger_account account
        ON account.shop_id = %(shop_id)s AND account.owner = asked.owner AND account.unit = asked.unit
    WHERE account.floor IS DISTINCT FROM asked.floor
    ORDER BY account.id
    FOR UPDATE OF account
)
UPDATE ledger_account account
SET floor = CASE WHEN changed.floor > posted - held THEN posted - held ELSE changed.floor END
FROM changed
WHERE account.shop_id = %(shop_id)s AND account.id = changed.id
"""

_LOAD_BALANCES = Prepared("""
SELECT account.owner, account.unit, account.id, account.posted, account.held, account.floor
FROM unnest((SELECT %(owners)s::text[]), (SELECT %(units)s::text[])) AS asked (owner, unit)
JOIN ledger_account account
    ON account.shop_id = %(shop_id)s::bigint AND account.owner = asked.owner AND account.unit = asked.unit
ORDER BY account.id
""")

_LOCK_BALANCES = _LOAD_BALANCES + "FOR UPDATE OF account"

_LOAD_TRANSFERS = """
SELECT transfer.key, transfer.kind, debit.owner, debit.unit, credit.owner, credit.unit,
       transfer.amount, transfer.at, transfer.expires_at, transfer.refers_to
FROM ledger_transfer transfer
JOIN ledger_account debit ON debit.shop_id = %(shop_id)s AND debit.id = transfer.debit_id
JOIN ledger_account credit ON credit.shop_id = %(shop_id)s AND credit.id = transfer.credit_id
WHERE transfer.shop_id = %(shop_id)s AND """

_BY_KEY = "transfer.key = ANY ((SELECT %(keys)s::text[])::text[])"
_BY_TARGET = "transfer.refers_to IS NOT NULL AND transfer.refers_to = ANY ((SELECT %(keys)s::text[])::text[])"

_STATEMENT = """
SELECT transfer.id, transfer.key, transfer.kind, transfer.credit_id = account.id, transfer.amount,
       (SELECT owner FROM ledger_account other
        WHERE other.id = transfer.debit_id + transfer.credit_id - account.id),
       transfer.at
FROM ledger_account account, ledger_transfer transfer
WHERE account.shop_id = %(shop_id)s AND account.owner = %(owner)s AND account.unit = %(unit)s
  AND transfer.shop_id = account.shop_id AND account.id IN (transfer.debit_id, transfer.credit_id)
  AND (%(before)s::bigint IS NULL OR transfer.id < %(before)s)
ORDER BY transfer.id DESC LIMIT %(limit)s
"""

_HAPPENINGS = {
    Kind.MOVE: Happening.MOVED,
    Kind.HOLD: Happening.PROMISED,
    Kind.POST: Happening.SETTLED,
    Kind.VOID: Happening.VOIDED,
    Kind.EXPIRE: Happening.EXPIRED,
    Kind.REVERSE: Happening.REVERSED,
}

_COPY_TRANSFERS = """
COPY ledger_transfer (shop_id, key, kind, debit_id, credit_id, amount, at, expires_at, refers_to)
FROM STDIN (FORMAT BINARY)
"""
_COPY_TYPES = ("int8", "text", "int2", "int8", "int8", "int8", "timestamptz", "timestamptz", "text")

FEW = 20
"""Up to so many rows go faster in one statement than by COPY, which takes several turns with the server."""

_ADD_DELTAS = """
UPDATE ledger_account account
SET posted = account.posted + delta.posted, held = account.held + delta.held
FROM unnest((SELECT %(ids)s::bigint[]), (SELECT %(posted)s::bigint[]), (SELECT %(held)s::bigint[]))
    AS delta (id, posted, held)
WHERE account.shop_id = %(shop_id)s AND account.id = delta.id
"""

_WRITE_FEW = f"""
WITH written AS (
    INSERT INTO ledger_transfer (shop_id, key, kind, debit_id, credit_id, amount, at, expires_at, refers_to)
    SELECT * FROM unnest(%(shop)s::bigint[], %(key)s::text[], %(kind)s::smallint[], %(debit)s::bigint[],
        %(credit)s::bigint[], %(amount)s::bigint[], %(at)s::timestamptz[], %(expires_at)s::timestamptz[],
        %(refers_to)s::text[])
)
{_ADD_DELTAS}
"""  # noqa: S608 - the statement above
_TRANSFER_COLUMNS = ("shop", "key", "kind", "debit", "credit", "amount", "at", "expires_at", "refers_to")

_AUDIT = """
WITH transfers AS (
    SELECT * FROM ledger_transfer WHERE shop_id = %(shop_id)s
), posted AS (
    SELECT account_id, sum(amount) AS amount
    FROM (
        SELECT debit_id, -amount FROM transfers WHERE kind = ANY (%(moving)s)
        UNION ALL
        SELECT credit_id, amount FROM transfers WHERE kind = ANY (%(moving)s)
    ) side (account_id, amount)
    GROUP BY account_id
), held AS (
    SELECT debit_id AS account_id, sum(amount) AS amount
    FROM transfers hold
    WHERE kind = %(hold)s AND NOT EXISTS (SELECT FROM transfers fate WHERE fate.refers_to = hold.key)
    GROUP BY debit_id
), books AS (
    SELECT account.id, account.owner, account.unit, account.posted, account.held,
           coalesce(posted.amount, 0)::bigint AS summed_posted, coalesce(held.amount, 0)::bigint AS summed_held
    FROM ledger_account account
    LEFT JOIN posted ON posted.account_id = account.id
    LEFT JOIN held ON held.account_id = account.id
    WHERE account.shop_id = %(shop_id)s
)
SELECT (SELECT count(*) FROM books),
       (SELECT count(*) FROM transfers),
       ARRAY (SELECT unit FROM books GROUP BY unit HAVING sum(posted) <> 0 ORDER BY unit),
       first.owner, first.unit, first.posted, first.held, first.summed_posted, first.summed_held
FROM (SELECT) AS always
LEFT JOIN LATERAL (
    SELECT * FROM books WHERE (posted, held) <> (summed_posted, summed_held) ORDER BY id LIMIT 1
) first ON true
"""


def add_accounts(shop_id: int, accounts: Iterable[Account]) -> bool:
    """Create those that are missing, empty; a floor above nothing becomes 0.

    Tells whether every account has its floor now; if not, `set_floors` gives it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ADD_ACCOUNTS, _to_columns(shop_id, accounts))
        (complete,) = cursor.fetchone()
    return bool(complete)


def set_floors(shop_id: int, accounts: Iterable[Account]) -> None:
    """Give each account the floor that is asked for, or the nearest one that its balance can bear."""
    with connection.cursor() as cursor:
        cursor.execute(_SET_FLOORS, _to_columns(shop_id, accounts))


def load_balances(shop_id: int, keys: Iterable[AccountKey]) -> dict[AccountKey, Opened]:
    """The accounts with those keys; one that is not open is absent."""
    return _fetch_balances(_LOAD_BALANCES, shop_id, keys)


def lock_balances(shop_id: int, keys: Iterable[AccountKey]) -> dict[AccountKey, Opened]:
    """`load_balances`, locked until the transaction ends, always in the same order so that no two writers wait
    for each other.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("a lock outside a transaction is over before it is of use")
    with _overtaken():
        return _fetch_balances(_LOCK_BALANCES, shop_id, keys)


def load_balances_under(shop_id: int, owner_prefix: str) -> dict[AccountKey, Opened]:
    """The accounts whose owner begins with the prefix."""
    rows = AccountRow.objects.filter(shop_id=shop_id, owner__startswith=owner_prefix).order_by("owner", "unit")
    return _to_accounts(rows.values_list("owner", "unit", "id", "posted", "held", "floor"))


def load_transfers(shop_id: int, keys: Iterable[str]) -> list[Transfer]:
    """The transfers with those keys."""
    return _fetch_transfers(_LOAD_TRANSFERS + _BY_KEY, shop_id, keys)


def load_fates(shop_id: int, keys: Iterable[str]) -> list[Transfer]:
    """The transfers that refer to one with those keys."""
    return _fetch_transfers(_LOAD_TRANSFERS + _BY_TARGET, shop_id, keys)


def load_statement(shop_id: int, key: AccountKey, *, before: int | None, limit: int) -> tuple[StatementLine, ...]:
    """The account's transfers, the last written first."""
    values = {"shop_id": shop_id, "owner": key.owner, "unit": key.unit, "before": before, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, values)
        return tuple(
            StatementLine(number, line_key, _HAPPENINGS[Kind(kind)], *rest)
            for number, line_key, kind, *rest in cursor.fetchall()
        )


def write(
    shop_id: int,
    transfers: Sequence[Transfer],
    deltas: Mapping[AccountKey, Delta],
    accounts: Mapping[AccountKey, Opened],
) -> None:
    """Write the transfers in the given order, and change each balance by its delta.

    By difference, so that the floor is checked against what is there now.

    Raises:
        Overtaken: one of the keys, or the fate of one they refer to, was written meanwhile; or the balance that is
            there now cannot bear its delta.
    """
    rows = [_to_row(shop_id, transfer, accounts) for transfer in transfers]
    changes = _to_changes(shop_id, deltas, accounts)
    with _overtaken(), connection.cursor() as cursor:
        if len(rows) <= FEW:
            columns = map(list, zip(*rows, strict=True))
            cursor.execute(_WRITE_FEW, {**changes, **dict(zip(_TRANSFER_COLUMNS, columns, strict=True))})
            return
        with connection.wrap_database_errors, cursor.copy(_COPY_TRANSFERS) as copy:
            copy.set_types(_COPY_TYPES)
            for row in rows:
                copy.write_row(row)
        cursor.execute(_ADD_DELTAS, changes)


def _to_changes(
    shop_id: int, deltas: Mapping[AccountKey, Delta], accounts: Mapping[AccountKey, Opened]
) -> dict[str, object]:
    changes = sorted((accounts[key].id, delta.posted, delta.held) for key, delta in deltas.items())
    return {
        "shop_id": shop_id,
        "ids": [row_id for row_id, _, _ in changes],
        "posted": [posted for _, posted, _ in changes],
        "held": [held for _, _, held in changes],
    }


def audit(shop_id: int) -> AuditReport:
    """Every balance recomputed from its transfers, in one statement and so at one moment."""
    with connection.cursor() as cursor:
        cursor.execute(_AUDIT, {"shop_id": shop_id, "moving": sorted(MOVES_MONEY), "hold": int(Kind.HOLD)})
        accounts, transfers, units, owner, unit, *sums = cursor.fetchone()
    first = None if owner is None else Difference(AccountKey(owner, unit), *sums)
    return AuditReport(accounts, transfers, tuple(units), first)


def units_out_of_balance(shop_id: int) -> tuple[str, ...]:
    """Units whose balances do not sum to nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT unit FROM ledger_account WHERE shop_id = %s GROUP BY unit HAVING sum(posted) <> 0 ORDER BY unit",
            [shop_id],
        )
        return tuple(unit for (unit,) in cursor.fetchall())


@contextmanager
def _overtaken() -> Iterator[None]:
    """Tell the refusals that a later look would not meet again from those that are faults."""
    try:
        yield
    except (IntegrityError, OperationalError) as error:
        cause = error.__cause__
        if isinstance(cause, (errors.UniqueViolation, errors.CheckViolation, errors.DeadlockDetected)):
            raise Overtaken(str(error)) from error
        raise


def _fetch_balances(query: str, shop_id: int, keys: Iterable[AccountKey]) -> dict[AccountKey, Opened]:
    asked = set(keys)
    owners, units = [key.owner for key in asked], [key.unit for key in asked]
    with connection.cursor() as cursor:
        cursor.execute(query, {"shop_id": shop_id, "owners": owners, "units": units})
        return _to_accounts(cursor.fetchall())


def _fetch_transfers(query: str, shop_id: int, keys: Iterable[str]) -> list[Transfer]:
    asked = list(keys)
    if not asked:
        return []
    with connection.cursor() as cursor:
        cursor.execute(query, {"shop_id": shop_id, "keys": asked})
        return [
            Transfer(key, Kind(kind), AccountKey(owner, unit), AccountKey(to_owner, to_unit), *rest)
            for key, kind, owner, unit, to_owner, to_unit, *rest in cursor.fetchall()
        ]


def _to_row(shop_id: int, transfer: Transfer, accounts: Mapping[AccountKey, Opened]) -> tuple:
    return (
        shop_id,
        transfer.key,
        transfer.kind.value,
        accounts[transfer.debit].id,
        accounts[transfer.credit].id,
        transfer.amount,
        transfer.at,
        transfer.expires_at,
        transfer.refers_to,
    )


def _to_accounts(rows: Iterable[tuple]) -> dict[AccountKey, Opened]:
    return {
        AccountKey(owner, unit): Opened(row_id, Balance(posted, held, floor))
        for owner, unit, row_id, posted, held, floor in rows
    }


def _to_columns(shop_id: int, accounts: Iterable[Account]) -> dict[str, object]:
    by_key = {account.key: account.floor for account in accounts}
    return {
        "shop_id": shop_id,
        "owners": [key.owner for key in by_key],
        "units": [key.unit for key in by_key],
        "floors": list(by_key.values()),
    }
