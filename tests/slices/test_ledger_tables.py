"""Whole tables of transfers do to the ledger what the same transfers do one group at a time."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from django.db import transaction

from jiacan.ledger import facade as ledger
from jiacan.ledger.contracts import (
    Account,
    AccountKey,
    Applied,
    Balance,
    Entry,
    Expire,
    Group,
    Hold,
    Move,
    TablesRefused,
    Void,
)
from jiacan.ledger.models import Account as AccountRow
from jiacan.ledger.models import Transfer

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 11, tzinfo=UTC)
UNIT = "CNY"
BUDGET, SPENT = AccountKey("plan/a/budget/gifts", UNIT), AccountKey("plan/a/spent/gifts", UNIT)
TREASURY = AccountKey("plan/a/treasury", UNIT)
ONE, OTHER = 1, 2


def to_tables(entries: list[Entry], floors: dict[AccountKey, int] | None = None) -> dict[str, pa.Table]:
    """The entries as tables, in their order."""
    moves, holds, releases = [], [], []
    for place, entry in enumerate(entries):
        match entry:
            case Move():
                moves.append(_row(place, entry))
            case Hold():
                holds.append({**_row(place, entry), "expires_at": entry.expires_at})
            case Void() | Expire():
                over = isinstance(entry, Expire)
                found = {"place": place, "key": entry.key, "hold_key": entry.hold_key, "at": entry.at}
                releases.append({**found, "is_over": over})
    asked = [{"owner": key.owner, "unit": key.unit, "floor": floor} for key, floor in (floors or {}).items()]
    return {
        "moves": pa.Table.from_pylist(moves, MOVES),
        "holds": pa.Table.from_pylist(holds, HOLDS),
        "releases": pa.Table.from_pylist(releases, RELEASES),
        "floors": pa.Table.from_pylist(asked, FLOORS),
    }


MOMENT = pa.timestamp("us", "UTC")
MOVES = pa.schema(
    {
        "place": pa.int64(),
        "key": pa.string(),
        "debit": pa.string(),
        "credit": pa.string(),
        "unit": pa.string(),
        "amount": pa.int64(),
        "at": MOMENT,
    }
)
HOLDS = pa.schema([*MOVES, pa.field("expires_at", MOMENT)])
RELEASES = pa.schema(
    {"place": pa.int64(), "key": pa.string(), "hold_key": pa.string(), "at": MOMENT, "is_over": pa.bool_()}
)
FLOORS = pa.schema({"owner": pa.string(), "unit": pa.string(), "floor": pa.int64()})


def _row(place: int, entry: Move | Hold) -> dict:
    return {
        "place": place,
        "key": entry.key,
        "debit": entry.debit.owner,
        "credit": entry.credit.owner,
        "unit": entry.debit.unit,
        "amount": entry.amount,
        "at": entry.at,
    }


def customer(name: object) -> AccountKey:
    return AccountKey(f"customer/{name}", "points")


def random_entries(chance: random.Random, known_holds: list[str], name: str) -> list[Entry]:
    """Moves of points, holds of budget and their ends, some of holds that were made before."""
    issued, entries = AccountKey("plan/a/issued", "points"), []
    for number in range(chance.randint(1, 30)):
        at, key = AT + timedelta(seconds=number), f"{name}/{number}"
        kind = chance.choice(("move", "hold", "end"))
        if kind == "move":
            owner = customer(chance.choice(("a", "b", 'c "quoted", and more', "", "NULL")))
            entries.append(Move(key, issued, owner, chance.randint(1, 9), at))
        elif kind == "hold":
            expires_at = chance.choice((None, AT))
            entries.append(Hold(key, BUDGET, SPENT, chance.randint(1, 5), at, expires_at))
            known_holds.append(key if expires_at is None else f"{key}!")
        elif known_holds:
            hold = known_holds.pop(chance.randrange(len(known_holds)))
            end = Expire if hold.endswith("!") else Void
            entries.append(end(f"{key}/end", hold.rstrip("!"), at))
    return entries


def open_budget(shop: int, amount: int = 100_000) -> None:
    ledger.open_accounts(shop, [Account(BUDGET, 0), Account(TREASURY, None)])
    assert ledger.apply(shop, [Group((Move("fill", TREASURY, BUDGET, amount, AT),))]) == (Applied(),)


def stored(shop: int) -> tuple[list[tuple], list[tuple]]:
    """Balances, and transfers in the order in which they were written, by the names of their accounts."""
    names = dict(AccountRow.objects.filter(shop_id=shop).values_list("id", "owner"))
    accounts = AccountRow.objects.filter(shop_id=shop).order_by("owner", "unit")
    columns = ("key", "kind", "amount", "at", "expires_at", "refers_to", "debit_id", "credit_id")
    rows = Transfer.objects.filter(shop_id=shop).order_by("id").values_list(*columns)
    balances = list(accounts.values_list("owner", "unit", "posted", "held", "floor"))
    return balances, [(*row[:-2], names[row[-2]], names[row[-1]]) for row in rows]


@pytest.mark.parametrize("seed", range(12))
def test_tables_do_what_the_same_transfers_do_one_by_one(seed):
    chance, holds = random.Random(seed), []
    open_budget(ONE)
    open_budget(OTHER)
    for batch in range(4):
        entries = random_entries(chance, holds, f"batch-{batch}")
        named = {key for entry in entries if isinstance(entry, Move | Hold) for key in (entry.debit, entry.credit)}
        ledger.open_accounts(ONE, [Account(key, None) for key in named - {BUDGET}])
        assert set(ledger.apply(ONE, [Group((entry,)) for entry in entries])) <= {Applied()}
        ledger.apply_tables(OTHER, **to_tables(entries))
        assert stored(OTHER) == stored(ONE)
    assert ledger.audit(OTHER).clean


def test_an_account_is_opened_with_its_floor_and_an_open_one_is_given_it():
    allowance, awarded = AccountKey("plan/a/allowance/x/total", "award"), AccountKey("plan/a/awarded/x", "award")
    taken = [Move(f"m{number}", allowance, awarded, 1, AT) for number in range(3)]
    ledger.apply_tables(ONE, **to_tables(taken, {allowance: -3}))
    assert ledger.load_balances(ONE, [allowance])[allowance] == Balance(-3, 0, -3)
    ledger.apply_tables(ONE, **to_tables([Move("n", allowance, awarded, 1, AT)], {allowance: -5}))
    assert ledger.load_balances(ONE, [allowance])[allowance] == Balance(-4, 0, -5)


def refused(entries: list[Entry], floors: dict[AccountKey, int] | None = None) -> None:
    """The tables are refused, and nothing of them is left."""
    before = stored(ONE)
    with pytest.raises(TablesRefused), transaction.atomic():
        ledger.apply_tables(ONE, **to_tables(entries, floors))
    assert stored(ONE) == before


def test_more_than_is_left_is_refused_of_an_open_account_and_of_a_new_one():
    open_budget(ONE, 10)
    refused([Hold("h", BUDGET, SPENT, 11, AT)])
    refused([Move("m", BUDGET, SPENT, 6, AT), Hold("h", BUDGET, SPENT, 5, AT)])
    allowance, awarded = AccountKey("plan/a/allowance/x/total", "award"), AccountKey("plan/a/awarded/x", "award")
    refused([Move(f"m{number}", allowance, awarded, 1, AT) for number in range(3)], {allowance: -2})
    ledger.apply_tables(ONE, **to_tables([Hold("h", BUDGET, SPENT, 10, AT)]))


def test_a_key_that_was_used_is_refused_and_so_is_the_end_of_a_hold_that_has_ended_or_never_was():
    open_budget(ONE)
    hold = Hold("h", BUDGET, SPENT, 5, AT)
    ledger.apply_tables(ONE, **to_tables([hold]))
    refused([hold])
    refused([Void("v", "nowhere", AT)])
    refused([Void("v", "fill", AT)])
    refused([Void("v", "h", AT), Expire("w", "h", AT)])
    ledger.apply_tables(ONE, **to_tables([Void("v", "h", AT)]))
    refused([Expire("w", "h", AT)])
    assert ledger.audit(ONE).clean


def test_nothing_at_all_writes_nothing():
    ledger.apply_tables(ONE, **to_tables([]))
    assert stored(ONE) == ([], [])
