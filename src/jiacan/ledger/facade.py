"""The ledger's door: accounts are opened, groups of entries take effect whole or not at all, and all is audited."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence

import numpy as np
import pyarrow as pa
from django.db import IntegrityError, OperationalError, transaction

from jiacan.ledger.contracts import (
    Account,
    AccountKey,
    Applied,
    AuditReport,
    Balance,
    Entry,
    Group,
    Hold,
    Move,
    Outcome,
    StatementLine,
    TablesRefused,
)
from jiacan.ledger.core.decide import decide, sum_up
from jiacan.ledger.core.transfers import Transfer, referred_key, to_transfer
from jiacan.ledger.store import balances as store
from jiacan.ledger.store import posting, tables

ATTEMPTS = 20
"""Each attempt lost means that another writer got something done, so this many in a row is a fault."""


def open_accounts(shop_id: int, accounts: Sequence[Account]) -> None:
    """Open the accounts that are missing, and give those that exist the floor that is asked for.

    A floor above what the account has left becomes what it has left. None takes the bound away. Where a key
    comes twice, the last one counts.
    """
    if not accounts:
        return
    with transaction.atomic(savepoint=False):
        if not store.add_accounts(shop_id, accounts):
            store.set_floors(shop_id, accounts)


def load_balances(shop_id: int, keys: Iterable[AccountKey]) -> dict[AccountKey, Balance]:
    """The balances of those accounts; one that is not open is absent."""
    return _to_balances(store.load_balances(shop_id, keys))


def lock_balances(shop_id: int, keys: Iterable[AccountKey]) -> dict[AccountKey, Balance]:
    """The balances of those accounts, which no one else can change until the caller's transaction ends."""
    return _to_balances(store.lock_balances(shop_id, keys))


def balances_under(shop_id: int, owner_prefix: str) -> dict[AccountKey, Balance]:
    """The balances of every account whose owner begins with the prefix; end it with `/` to mean a whole path."""
    return _to_balances(store.load_balances_under(shop_id, owner_prefix))


def statement(
    shop_id: int, key: AccountKey, *, before: int | None = None, limit: int = 50
) -> tuple[StatementLine, ...]:
    """The account's transfers, the last written first; `before` is the number at which the page before ended.

    It reads the ledger backwards until the page is full, so it is quick for accounts that are much used.
    """
    return store.load_statement(shop_id, key, before=before, limit=limit)


def accounts_of(shop_id: int, keys: Iterable[str]) -> dict[str, tuple[AccountKey, AccountKey]]:
    """Which account each of these transfers takes from, and which it gives to; one that does not exist is absent."""
    return {found.key: (found.debit, found.credit) for found in store.load_transfers(shop_id, keys)}


def apply(shop_id: int, groups: Sequence[Group]) -> tuple[Outcome, ...]:
    """Apply the groups in order, each whole or not at all, and say what became of each.

    One transaction, or a part of the caller's. Whoever comes second with a key is told so by the outcome.

    Raises:
        LookupError: an entry names an account that is not open.
        ValueError: an entry that makes no sense whatever the balances are.
    """
    attempts_left = ATTEMPTS
    while True:
        attempts_left -= 1
        try:
            with transaction.atomic():
                return _apply_once(shop_id, groups)
        except store.Overtaken:
            if attempts_left == 0:
                raise


def post(
    shop_id: int, groups: Sequence[Group], accounts: Mapping[AccountKey, int | None], bounded: Collection[AccountKey]
) -> None:
    """Apply groups that were never applied before and that the books bear: all of them, as part of the caller's work.

    Args:
        shop_id: whose ledger.
        groups: in their order.
        accounts: those to be opened where they are missing, or given another floor, each with its floor.
        bounded: other accounts that the groups name, which are open.

    Raises:
        IntegrityError: the books do not bear it, or a key was used before.
    """
    entries = [entry for group in groups for entry in group.entries]
    transfers = [to_transfer(entry, None) for entry in entries if isinstance(entry, Move | Hold)]
    if len(transfers) == len(entries):
        written = [transfer for transfer in transfers if transfer is not None]
        named = {key for transfer in written for key in (transfer.debit, transfer.credit)}
        posting.post(shop_id, accounts, named.intersection(bounded) - accounts.keys(), written, sum_up(written))
        return
    open_accounts(shop_id, [Account(key, floor) for key, floor in accounts.items()])
    for group, outcome in zip(groups, apply(shop_id, groups), strict=True):
        assert isinstance(outcome, Applied), f"the ledger does not agree with what was settled: {group} {outcome}"


def load_taken(shop_id: int, owners: Sequence[str], unit: str) -> np.ndarray:
    """By how much more each account has given, or promised, than it got; 0 where it is not open."""
    return tables.load_taken(shop_id, owners, unit)


def apply_tables(shop_id: int, *, moves: pa.Table, holds: pa.Table, releases: pa.Table, floors: pa.Table) -> None:
    """Write down whole tables of transfers that were decided elsewhere, as a part of the caller's transaction.

    Nothing is decided here: bounds hold for what accounts have after all of it, and a key that was used before, or a
    hold that was let go before, is refused. Accounts are opened as they are named.

    Args:
        shop_id: whose ledger.
        moves: `place, key, debit, credit, unit, amount, at`; `debit` and `credit` are owners. Lines are written in
            the order of their places.
        holds: the same with `expires_at`.
        releases: `place, key, hold_key, at, is_over`: holds, stored or of these tables, that are let go; `is_over`
            where their time is over.
        floors: `owner, unit, floor`: accounts to be opened with a floor, or given it.

    Raises:
        TablesRefused: the database, or a hold that is not there, stands against it; roll back.
    """
    try:
        tables.write_tables(shop_id, tables.Transfers(moves=moves, holds=holds, releases=releases, floors=floors))
    except (tables.HoldMissing, IntegrityError, OperationalError) as error:
        raise TablesRefused(str(error)) from error


def audit(shop_id: int) -> AuditReport:
    """Recompute every balance from its transfers and name the first that differs, and units that do not sum to 0."""
    return store.audit(shop_id)


def units_out_of_balance(shop_id: int) -> tuple[str, ...]:
    """Units whose balances do not sum to nothing: the part of `audit` that reads accounts only."""
    return store.units_out_of_balance(shop_id)


def _apply_once(shop_id: int, groups: Sequence[Group]) -> tuple[Outcome, ...]:
    entries = [entry for group in groups for entry in group.entries]
    if not entries:
        return decide({}, (), groups).outcomes
    referred = {key for key in map(referred_key, entries) if key is not None}
    # They never change, so they may be read before the lock, which must take in their accounts.
    found = store.load_transfers(shop_id, referred)
    accounts = _lock_accounts(shop_id, entries, found)
    unseen = ({entry.key for entry in entries} | referred).difference(transfer.key for transfer in found)
    late = store.load_transfers(shop_id, unseen)
    _check_locked(accounts, referred, late)
    earlier = [*found, *late, *store.load_fates(shop_id, referred)]
    decision = decide(_to_balances(accounts), earlier, groups)
    if decision.transfers:
        store.write(shop_id, decision.transfers, decision.deltas, accounts)
    return decision.outcomes


def _lock_accounts(
    shop_id: int, entries: Sequence[Entry], found: Iterable[Transfer]
) -> dict[AccountKey, store.Opened]:
    """Lock what the entries name, and what the transfers that they refer to name."""
    named = {key for entry in entries if isinstance(entry, Move | Hold) for key in (entry.debit, entry.credit)}
    accounts = store.lock_balances(shop_id, named.union(*((t.debit, t.credit) for t in found)))
    for key in named:
        if key not in accounts:
            raise LookupError(f"shop {shop_id} has no account {key.owner} in {key.unit}; open it first")
    return accounts


def _check_locked(
    accounts: Mapping[AccountKey, store.Opened], referred: Container[str], late: Iterable[Transfer]
) -> None:
    """A transfer that is referred to and was written since we looked for it may name accounts we did not lock."""
    for transfer in late:
        if transfer.key in referred and not (transfer.debit in accounts and transfer.credit in accounts):
            raise store.Overtaken(f"{transfer.key} was written meanwhile")


def _to_balances(accounts: Mapping[AccountKey, store.Opened]) -> dict[AccountKey, Balance]:
    return {key: opened.balance for key, opened in accounts.items()}
