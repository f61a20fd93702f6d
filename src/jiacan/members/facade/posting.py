"""Points that no offer moves, in the ledger: spent, expired, set off, corrected by hand."""

from __future__ import annotations

from collections.abc import Sequence

from jiacan.ledger import facade as ledger
from jiacan.ledger.contracts import Account, Applied, Group
from jiacan.members.core.books import OPPOSITE
from jiacan.offers.facade.points import points_account


def lock(shop_id: int, customer_ids: Sequence[str]) -> None:
    """Let no one else change these customers' points until the caller's transaction ends."""
    accounts = [points_account(each) for each in customer_ids]
    ledger.open_accounts(shop_id, [Account(each, None) for each in accounts])
    ledger.lock_balances(shop_id, accounts)


def post(shop_id: int, groups: Sequence[Group]) -> None:
    """Move points between customers' accounts, which are open, and those opposite."""
    if not groups:
        return
    ledger.open_accounts(shop_id, [Account(each, None) for each in OPPOSITE])
    for group, outcome in zip(groups, ledger.apply(shop_id, groups), strict=True):
        assert isinstance(outcome, Applied), f"the ledger does not agree with the lots: {group} {outcome}"
