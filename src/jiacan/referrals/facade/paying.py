"""Cash that referrers are owed: listed, put into batches, approved by another person, exported and paid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from django.db import transaction

from jiacan.ledger import facade as ledger
from jiacan.ledger.contracts import Account, AccountKey, Group, Move
from jiacan.referrals.contracts.errors import BatchDone, BatchUnknown, NothingToPay, NotInYuan, PayeeLost, SamePerson
from jiacan.referrals.contracts.payouts import Batch, BatchState, Method, Payee, Payout
from jiacan.referrals.core.bank_files import Line, rows
from jiacan.referrals.store import payouts as store
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor, Shop

YUAN = "CNY"


def payouts_of(shop_id: int, *, state: str = "", before: int | None = None, limit: int = 50) -> tuple[Payout, ...]:
    """Payouts in that state (all without one), the last first; before that number where one is given."""
    return store.find_payouts(shop_id, state=state, before=before, limit=limit)


def owed_minor(shop_id: int) -> int:
    """How much is owed and in no batch."""
    return store.owed_minor(shop_id)


def batches_of(shop_id: int) -> tuple[Batch, ...]:
    """The shop's batches, the last first."""
    return store.find_batches(shop_id)


def save_payee(shop_id: int, payee: Payee, *, actor: Actor, at: datetime) -> None:
    """Pay the customer there from now on; audited without the account."""
    with transaction.atomic():
        store.save_payee(shop_id, payee, at=at)
        after = {"method": payee.method, "account": f"…{payee.account[-4:]}"}
        _audit(shop_id, f"customer {payee.customer_id}", "payee changed", actor, after=after)


def make_batch(shop_id: int, method: Method, *, actor: Actor, at: datetime) -> Batch:
    """Put everything that is owed to customers who are paid so into a batch, for another person to approve; audited.

    Raises:
        NothingToPay: nothing is owed to any of them.
    """
    with transaction.atomic():
        batch = store.make_batch(shop_id, method, made_by=actor.name, at=at)
        if batch is None:
            raise NothingToPay
        _audit(shop_id, f"batch {batch.id}", "payouts put into a batch", actor, after=_shown(batch))
        return batch


def approve_batch(shop_id: int, batch_id: int, *, actor: Actor, at: datetime) -> Batch:
    """Let a batch be paid; audited.

    Raises:
        BatchUnknown, BatchDone: it does not wait for approval.
        SamePerson: whoever made it cannot approve it.
    """
    with transaction.atomic():
        batch = _lock(shop_id, batch_id, BatchState.WAITING)
        if batch.made_by == actor.name:
            raise SamePerson(person=actor.name)
        store.approve_batch(shop_id, batch_id, approved_by=actor.name, at=at)
        _audit(shop_id, f"batch {batch_id}", "payouts approved", actor, after=_shown(batch))
        return _get(shop_id, batch_id)


def decline_batch(shop_id: int, batch_id: int, *, reason: str, actor: Actor) -> Batch:
    """Do not pay a batch; what was in it is owed as before. Audited.

    Raises:
        BatchUnknown, BatchDone: it does not wait for approval.
    """
    with transaction.atomic():
        batch = _lock(shop_id, batch_id, BatchState.WAITING)
        store.decline_batch(shop_id, batch_id)
        _audit(shop_id, f"batch {batch_id}", "payouts declined", actor, after={**_shown(batch), "reason": reason})
        return _get(shop_id, batch_id)


def export_batch(shop: Shop, batch_id: int, *, purpose: str, actor: Actor) -> Iterator[tuple[str, ...]]:
    """The rows of the file that Alipay or the bank takes of an approved batch; audited.

    Raises:
        BatchUnknown, BatchDone: it is not approved.
        NotInYuan: the shop's money is not what these files are in.
        PayeeLost: an account can no longer be read.
    """
    if shop.currency != YUAN:
        raise NotInYuan(currency=shop.currency)
    with transaction.atomic():
        batch = _lock(shop.id, batch_id, BatchState.APPROVED)
        _audit(shop.id, f"batch {batch_id}", "payouts exported", actor, after=_shown(batch))
        payouts = store.payouts_of_batch(shop.id, batch_id)
        payees = store.find_payees(shop.id, {each.customer_id for each in payouts})
    lost = next((each.customer_id for each in payouts if each.customer_id not in payees), None)
    if lost is not None:
        raise PayeeLost(customer_id=lost)
    lines = [Line(payees[each.customer_id], each.amount_minor, purpose) for each in payouts]
    return rows(batch.method, lines)


def mark_paid(shop: Shop, batch_id: int, *, actor: Actor, at: datetime) -> Batch:
    """Say that an approved batch was paid: what its customers held in cash they hold no longer. Audited.

    Raises:
        BatchUnknown, BatchDone: it is not approved.
    """
    with transaction.atomic():
        batch = _lock(shop.id, batch_id, BatchState.APPROVED)
        moves = [_move(each, shop.currency, at) for each in store.payouts_of_batch(shop.id, batch_id)]
        ledger.open_accounts(shop.id, [Account(_paid_account(shop.currency), None)])
        ledger.apply(shop.id, [Group((move,)) for move in moves])
        store.mark_paid(shop.id, batch_id)
        _audit(shop.id, f"batch {batch_id}", "payouts paid", actor, after=_shown(batch))
        return _get(shop.id, batch_id)


def _move(payout: Payout, currency: str, at: datetime) -> Move:
    """Out of where the customer's cash was given to; see docs/algorithms/ledger.md for the paths."""
    held_by = AccountKey(f"customer/{payout.customer_id}", f"cash:{currency}")
    return Move(f"payout/{payout.id}", held_by, _paid_account(currency), payout.amount_minor, at)


def _paid_account(currency: str) -> AccountKey:
    return AccountKey("payouts/paid", f"cash:{currency}")


def _lock(shop_id: int, batch_id: int, needed: BatchState) -> Batch:
    batch = store.lock_batch(shop_id, batch_id)
    if batch is None:
        raise BatchUnknown(batch_id=batch_id)
    if batch.state is not needed:
        raise BatchDone(batch_id=batch_id)
    return batch


def _get(shop_id: int, batch_id: int) -> Batch:
    batch = store.find_batch(shop_id, batch_id)
    assert batch is not None, "it was locked just now"
    return batch


def _shown(batch: Batch) -> dict[str, object]:
    return {"method": batch.method, "payouts": batch.payouts, "amount_minor": batch.amount_minor}


def _audit(shop_id: int, subject: str, action: str, actor: Actor, *, after: Mapping[str, object]) -> None:
    tenancy.audit(shop_id, actor=actor, action=action, subject=subject, after=after)
