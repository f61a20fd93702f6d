"""Whole tables of transfers, written by COPY and a few statements that take every account at once.

Nothing is decided here: whoever calls has decided, and the database's own bounds and keys agree or refuse it all.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection
from pyarrow import csv

from jiacan.ledger.core.transfers import Kind

_BETWEEN = "\x1f"
"""Stands between unit and owner where an account is one text; units are names of ours and never hold it."""

_BLOCK_BYTES = 1 << 18

_LOCK_KNOWN = """
WITH known AS MATERIALIZED (
    SELECT asked.place, account.id
    FROM (
        SELECT value ->> 0 AS owner, value ->> 1 AS unit, place
        FROM json_array_elements(%(accounts)s::json) WITH ORDINALITY AS element (value, place)) AS asked
    JOIN ledger_account account
        ON account.shop_id = %(shop_id)s AND account.owner = asked.owner AND account.unit = asked.unit
    ORDER BY account.id FOR UPDATE OF account
)
SELECT array_agg(place - 1), array_agg(id) FROM known
"""

_NEW_IDS = "SELECT array_agg(nextval(pg_get_serial_sequence('ledger_account', 'id'))) FROM generate_series(1, %s)"

_SET_FLOORS = """
UPDATE ledger_account account SET floor = least(asked.floor, posted - held)
FROM unnest(%(ids)s::text::bigint[], %(floors)s::text::bigint[]) AS asked (id, floor)
WHERE account.shop_id = %(shop_id)s AND account.id = asked.id AND account.floor IS DISTINCT FROM asked.floor
"""

_ADD_DELTAS = """
UPDATE ledger_account account SET posted = account.posted + delta.posted, held = account.held + delta.held
FROM unnest(%(ids)s::text::bigint[], %(posted)s::text::bigint[], %(held)s::text::bigint[]) AS delta (id, posted, held)
WHERE account.shop_id = %(shop_id)s AND account.id = delta.id
"""

_FIND_HOLDS = """
SELECT array_agg(key), array_agg(debit_id), array_agg(credit_id), array_agg(amount) FROM ledger_transfer
WHERE shop_id = %(shop_id)s AND kind = %(hold)s AND key = ANY (ARRAY(SELECT json_array_elements_text(%(keys)s::json)))
"""

_LOAD_TAKEN = """
SELECT array_agg(place - 1), array_agg(held - posted)
FROM json_array_elements_text(%(owners)s::json) WITH ORDINALITY AS asked (owner, place)
JOIN ledger_account account
    ON account.shop_id = %(shop_id)s AND account.owner = asked.owner AND account.unit = %(unit)s
"""

_ACCOUNT_COLUMNS = "id, shop_id, owner, unit, posted, held, floor"
_TRANSFER_COLUMNS = "shop_id, key, kind, debit_id, credit_id, amount, at, expires_at, refers_to"


class HoldMissing(Exception):
    """A hold that is to be let go does not exist."""


@dataclass(frozen=True, slots=True)
class Transfers:
    """Tables of what moves, is held and is let go; see `facade.apply_tables`."""

    moves: pa.Table
    holds: pa.Table
    releases: pa.Table
    floors: pa.Table


@dataclass(frozen=True, slots=True)
class _Accounts:
    """Every account that the tables name, each once.

    `debits` and `credits` are its place for each row of moves, then of holds; `floors` is by account, `_NO_FLOOR`
    where none is asked for.
    """

    names: pa.Array
    debits: np.ndarray
    credits: np.ndarray
    floors: np.ndarray


@dataclass(frozen=True, slots=True)
class _Changes:
    """By how much balances change, by account number in order."""

    ids: np.ndarray
    posted: np.ndarray
    held: np.ndarray


_NO_FLOOR = np.iinfo(np.int64).min


def write_tables(shop_id: int, transfers: Transfers) -> None:
    """Write the transfers in the order of their places, and change each balance by what they do to it.

    Raises:
        HoldMissing: a hold that is to be let go is neither stored nor in the tables.
        IntegrityError, OperationalError: the database refuses.
    """
    accounts = _accounts_of(transfers)
    known, ids = _lock_known(shop_id, accounts)
    rows = _moves_and_holds(transfers, ids[accounts.debits], ids[accounts.credits])
    released = _releases(shop_id, transfers.releases, rows)
    changes = _changes(ids, rows, released)
    _set_floors(shop_id, ids[known], accounts.floors[known])
    _add_accounts(shop_id, accounts, ~known, ids, changes)
    _add_deltas(shop_id, changes, new=ids[~known])
    lines = pa.concat_tables([rows, released]).sort_by("place").drop_columns("place")
    lines = lines.add_column(0, "shop_id", pa.repeat(shop_id, lines.num_rows))
    _copy(lines, f"ledger_transfer ({_TRANSFER_COLUMNS})")


def load_taken(shop_id: int, owners: Sequence[str], unit: str) -> np.ndarray:
    """By how much more each account has given, or promised, than it got; 0 where it is not open."""
    taken = np.zeros(len(owners), np.int64)
    if owners:
        with connection.cursor() as cursor:
            cursor.execute(
                _LOAD_TAKEN,
                {"shop_id": shop_id, "owners": json.dumps(list(owners), ensure_ascii=False), "unit": unit},
            )
            places, amounts = cursor.fetchone()
        if places is not None:
            taken[places] = amounts
    return taken


def _accounts_of(transfers: Transfers) -> _Accounts:
    moves, holds, floors = transfers.moves, transfers.holds, transfers.floors
    sides = [
        *(_named(table, side) for side in ("debit", "credit") for table in (moves, holds)),
        _named(floors, "owner"),
    ]
    coded = pa.chunked_array(sides, pa.string()).combine_chunks().dictionary_encode()
    codes, rows = coded.indices.to_numpy(), moves.num_rows + holds.num_rows
    asked = np.full(len(coded.dictionary), _NO_FLOOR, np.int64)
    asked[codes[2 * rows :]] = floors["floor"].to_numpy()
    return _Accounts(coded.dictionary, codes[:rows], codes[rows : 2 * rows], asked)


def _named(table: pa.Table, side: str) -> pa.Array:
    return pc.binary_join_element_wise(table["unit"], table[side], _BETWEEN).combine_chunks()


def _lock_known(shop_id: int, accounts: _Accounts) -> tuple[np.ndarray, np.ndarray]:
    """Which accounts are open, and the row number of each: its own, or the one it will be opened with."""
    owners, units = _split(accounts.names)
    known, ids = np.zeros(len(owners), np.bool_), np.zeros(len(owners), np.int64)
    with connection.cursor() as cursor:
        named = json.dumps(list(zip(owners.to_pylist(), units.to_pylist(), strict=True)), ensure_ascii=False)
        cursor.execute(_LOCK_KNOWN, {"shop_id": shop_id, "accounts": named})
        places, found = cursor.fetchone()
        if places is not None:
            known[places], ids[places] = True, found
        cursor.execute(_NEW_IDS, [int(np.count_nonzero(~known))])
        (new,) = cursor.fetchone()
    if new is not None:
        ids[~known] = new
    return known, ids


def _split(names: pa.Array) -> tuple[pa.Array, pa.Array]:
    parts = pc.split_pattern(names, _BETWEEN, max_splits=1)
    return pc.list_element(parts, 1), pc.list_element(parts, 0)


def _moves_and_holds(transfers: Transfers, debit_ids: np.ndarray, credit_ids: np.ndarray) -> pa.Table:
    moves, holds = transfers.moves, transfers.holds
    count = moves.num_rows + holds.num_rows
    expires_at = pa.concat_arrays([pa.nulls(moves.num_rows, _MOMENT), *holds["expires_at"].cast(_MOMENT).chunks])
    both = pa.concat_tables([table.select(["place", "key", "amount", "at"]) for table in (moves, holds)])
    return pa.table(
        {
            "place": both["place"].cast(pa.int64()),
            "key": both["key"],
            "kind": np.repeat(np.array([Kind.MOVE, Kind.HOLD], np.int16), [moves.num_rows, holds.num_rows]),
            "debit_id": debit_ids,
            "credit_id": credit_ids,
            "amount": both["amount"].cast(pa.int64()),
            "at": both["at"].cast(_MOMENT),
            "expires_at": expires_at,
            "refers_to": pa.nulls(count, pa.string()),
        }
    )


_MOMENT = pa.timestamp("us", "UTC")


def _releases(shop_id: int, releases: pa.Table, rows: pa.Table) -> pa.Table:
    """The lines that let holds go, each with its hold's accounts and amount."""
    holds = pa.concat_tables([rows.select(_OF_HOLD), _stored_holds(shop_id, releases, rows)])
    hold = pc.index_in(releases["hold_key"], holds["key"].combine_chunks())
    if hold.null_count:
        raise HoldMissing(releases["key"].filter(pc.is_null(hold))[0].as_py())
    of_hold = holds.take(hold)
    kind = pc.if_else(
        releases["is_over"], pa.scalar(int(Kind.EXPIRE), pa.int16()), pa.scalar(int(Kind.VOID), pa.int16())
    )
    return pa.table(
        {
            "place": releases["place"].cast(pa.int64()),
            "key": releases["key"],
            "kind": kind,
            "debit_id": of_hold["debit_id"],
            "credit_id": of_hold["credit_id"],
            "amount": of_hold["amount"],
            "at": releases["at"].cast(_MOMENT),
            "expires_at": pa.nulls(releases.num_rows, _MOMENT),
            "refers_to": releases["hold_key"],
        }
    )


_OF_HOLD = ["key", "debit_id", "credit_id", "amount"]


def _stored_holds(shop_id: int, releases: pa.Table, rows: pa.Table) -> pa.Table:
    written_now = pc.is_in(releases["hold_key"], rows["key"].combine_chunks())
    keys = releases["hold_key"].filter(pc.invert(written_now)).to_pylist()
    found: Sequence[Any] = (None,) * 4
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(
                _FIND_HOLDS,
                {"shop_id": shop_id, "hold": int(Kind.HOLD), "keys": json.dumps(keys, ensure_ascii=False)},
            )
            found = cursor.fetchone()
    types = (pa.string(), pa.int64(), pa.int64(), pa.int64())
    columns = [pa.array(column or [], kind) for column, kind in zip(found, types, strict=True)]
    return pa.table(columns, names=_OF_HOLD)


def _changes(ids: np.ndarray, rows: pa.Table, released: pa.Table) -> _Changes:
    """What the lines do to each account that they or the tables name."""
    debit, credit, amount = (rows[name].to_numpy() for name in ("debit_id", "credit_id", "amount"))
    freed_of, freed = released["debit_id"].to_numpy(), released["amount"].to_numpy()
    every = np.unique(np.concatenate([ids, freed_of]))
    posted, held = np.zeros(len(every), np.int64), np.zeros(len(every), np.int64)
    moved = rows["kind"].to_numpy() == Kind.MOVE
    np.subtract.at(posted, np.searchsorted(every, debit[moved]), amount[moved])
    np.add.at(posted, np.searchsorted(every, credit[moved]), amount[moved])
    np.add.at(held, np.searchsorted(every, debit[~moved]), amount[~moved])
    np.subtract.at(held, np.searchsorted(every, freed_of), freed)
    return _Changes(every, posted, held)


def _set_floors(shop_id: int, ids: np.ndarray, floors: np.ndarray) -> None:
    """Give open accounts the floor that is asked for, or the nearest one that their balance can bear."""
    asked = floors != _NO_FLOOR
    if asked.any():
        with connection.cursor() as cursor:
            cursor.execute(
                _SET_FLOORS, {"shop_id": shop_id, "ids": _array(ids[asked]), "floors": _array(floors[asked])}
            )


def _add_accounts(shop_id: int, accounts: _Accounts, new: np.ndarray, ids: np.ndarray, changes: _Changes) -> None:
    """Open the accounts that are missing, with what the lines do to them; always in one order of theirs."""
    if not new.any():
        return
    owners, units = _split(accounts.names.filter(pa.array(new)))
    floors = accounts.floors[new]
    at = np.searchsorted(changes.ids, ids[new])
    table = pa.table(
        {
            "id": ids[new],
            "shop_id": np.full(len(owners), shop_id, np.int64),
            "owner": owners,
            "unit": units,
            "posted": changes.posted[at],
            "held": changes.held[at],
            "floor": pa.array(np.minimum(floors, 0), mask=floors == _NO_FLOOR),
        }
    )
    _copy(table.sort_by([("owner", "ascending"), ("unit", "ascending")]), f"ledger_account ({_ACCOUNT_COLUMNS})")


def _add_deltas(shop_id: int, changes: _Changes, *, new: np.ndarray) -> None:
    """Change the balances of accounts that were open before, by difference."""
    changed = ((changes.posted != 0) | (changes.held != 0)) & ~np.isin(changes.ids, new)
    values = {
        "shop_id": shop_id,
        "ids": _array(changes.ids[changed]),
        "posted": _array(changes.posted[changed]),
        "held": _array(changes.held[changed]),
    }
    with connection.cursor() as cursor:
        cursor.execute(_ADD_DELTAS, values)


def _array(numbers: np.ndarray) -> str:
    """As PostgreSQL writes an array: joined here faster than the driver does it."""
    return "{" + ",".join(map(str, numbers.tolist())) + "}"


def _copy(table: pa.Table, into: str) -> None:
    """Copy a table into `table (columns)` of the same order."""
    file = BytesIO()
    csv.write_csv(_plain(table), file, csv.WriteOptions(include_header=False))
    written = file.getbuffer()
    query = f"COPY {into} FROM STDIN (FORMAT csv)"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(query) as copy:
        for start in range(0, len(written), _BLOCK_BYTES):
            copy.write(written[start : start + _BLOCK_BYTES])


def _plain(table: pa.Table) -> pa.Table:
    """Its moments as texts: written so, they cost a tenth of what Arrow takes to write them with their zone."""
    for place, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            texts = table.column(place).cast(pa.timestamp("us")).cast(pa.string())
            table = table.set_column(place, field.name, pc.binary_join_element_wise(texts, "+00", ""))
    return table
