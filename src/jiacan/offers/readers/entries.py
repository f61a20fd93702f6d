"""Ledger entries as the tables that `ledger.apply_tables` takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from jiacan.ledger.contracts import Entry, Expire, Hold, Move, Void

_MOMENT = pa.timestamp("us", "UTC")
_MOVES = pa.schema(
    {
        "place": pa.int64(),
        "key": pa.string(),
        "debit": pa.string(),
        "credit": pa.string(),
        "unit": pa.string(),
        "amount": pa.int64(),
        "at": _MOMENT,
    }
)
_HOLDS = _MOVES.append(pa.field("expires_at", _MOMENT))
_RELEASES = pa.schema(
    {"place": pa.int64(), "key": pa.string(), "hold_key": pa.string(), "at": _MOMENT, "is_over": pa.bool_()}
)


@dataclass(frozen=True, slots=True)
class LedgerTables:
    """What moves, what is held and what is let go."""

    moves: pa.Table
    holds: pa.Table
    releases: pa.Table

    def beside(self, moves: pa.Table, holds: pa.Table) -> LedgerTables:
        """These, and others that move or hold."""
        return LedgerTables(
            pa.concat_tables([self.moves, moves.cast(_MOVES)]),
            pa.concat_tables([self.holds, holds.cast(_HOLDS)]),
            self.releases,
        )


def entry_tables(entries: Iterable[tuple[int, Entry]]) -> LedgerTables:
    """Each entry with its place; no entry posts or reverses."""
    moves: list[tuple] = []
    holds: list[tuple] = []
    releases: list[tuple] = []
    for place, entry in entries:
        match entry:
            case Move() | Hold():
                row = (
                    place,
                    entry.key,
                    entry.debit.owner,
                    entry.credit.owner,
                    entry.debit.unit,
                    entry.amount,
                    entry.at,
                )
                if isinstance(entry, Hold):
                    holds.append((*row, entry.expires_at))
                else:
                    moves.append(row)
            case Void() | Expire():
                releases.append((place, entry.key, entry.hold_key, entry.at, isinstance(entry, Expire)))
            case _:
                raise TypeError(f"{entry} is no part of an award or of its end")
    return LedgerTables(_table(moves, _MOVES), _table(holds, _HOLDS), _table(releases, _RELEASES))


def _table(rows: list[tuple], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.Table.from_arrays([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)
