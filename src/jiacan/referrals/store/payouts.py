"""Every query on payouts, their batches and where customers are paid."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Sum

from jiacan.referrals.contracts.payouts import Batch, BatchState, Method, Payee, Payout, PayoutState
from jiacan.referrals.models import Batch as BatchRow
from jiacan.referrals.models import Payee as PayeeRow
from jiacan.referrals.models import Payout as Row
from jiacan.tenancy.sealing import Purpose, find_sealed_text, seal_text


@dataclass(frozen=True, slots=True)
class NewPayout:
    """Cash that was given, to be paid out."""

    plan_id: str
    referral_id: int
    occasion_id: str
    offer_id: str
    customer_id: str
    amount_minor: int


def add_payouts(shop_id: int, new: Iterable[NewPayout], *, at: datetime) -> None:
    """Owe what was given; what is owed already stays."""
    rows = [
        Row(
            shop_id=shop_id,
            plan_id=each.plan_id,
            referral_id=each.referral_id,
            occasion_id=each.occasion_id,
            offer_id=each.offer_id,
            customer_id=each.customer_id,
            amount_minor=each.amount_minor,
            state=PayoutState.OWED,
            made_at=at,
        )
        for each in new
    ]
    Row.objects.bulk_create(rows, ignore_conflicts=True)


def cancel_of_occasions(shop_id: int, occasion_ids: Collection[str]) -> None:
    """Owe these no longer, unless they are paid or approved to be."""
    not_yet = Q(state=PayoutState.OWED) | Q(state=PayoutState.IN_BATCH, batch__state=BatchState.WAITING)
    found = Row.objects.filter(not_yet, shop_id=shop_id, occasion_id__in=occasion_ids)
    ids = list(found.values_list("id", flat=True))
    Row.objects.filter(shop_id=shop_id, id__in=ids).update(state=PayoutState.CANCELLED, batch=None)


def find_payouts(shop_id: int, *, state: str, before: int | None, limit: int) -> tuple[Payout, ...]:
    """The payouts in that state (all without one), the last first."""
    rows = _with_payee(shop_id)
    if state:
        rows = rows.filter(state=state)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return tuple(_to_payout(row) for row in rows.order_by("-id")[:limit])


def payouts_of_batch(shop_id: int, batch_id: int) -> tuple[Payout, ...]:
    """The payouts of a batch, in their order."""
    return tuple(_to_payout(row) for row in _with_payee(shop_id).filter(batch_id=batch_id).order_by("id"))


def _with_payee(shop_id: int) -> Any:
    known = PayeeRow.objects.filter(shop_id=shop_id, customer_id=OuterRef("customer_id"))
    return Row.objects.filter(shop_id=shop_id).annotate(has_payee=Exists(known))


def owed_minor(shop_id: int) -> int:
    """How much is owed and in no batch."""
    return Row.objects.filter(shop_id=shop_id, state=PayoutState.OWED).aggregate(sum=Sum("amount_minor"))["sum"] or 0


# --- batches ----------------------------------------------------------------------------------------------


def make_batch(shop_id: int, method: Method, *, made_by: str, at: datetime) -> Batch | None:
    """A batch of everything that is owed to customers who are paid so; None where there is nothing."""
    payees = PayeeRow.objects.filter(shop_id=shop_id, method=method).values("customer_id")
    owed = Row.objects.select_for_update().filter(shop_id=shop_id, state=PayoutState.OWED, customer_id__in=payees)
    ids = list(owed.values_list("id", flat=True))
    if not ids:
        return None
    batch = BatchRow.objects.create(
        shop_id=shop_id, method=method, state=BatchState.WAITING, made_by=made_by, made_at=at, approved_by=""
    )
    Row.objects.filter(id__in=ids).update(state=PayoutState.IN_BATCH, batch=batch)
    return find_batch(shop_id, batch.pk)


def find_batches(shop_id: int, limit: int = 100) -> tuple[Batch, ...]:
    """The shop's batches, the last first."""
    return tuple(_to_batch(row) for row in _batches(shop_id).order_by("-id")[:limit])


def find_batch(shop_id: int, batch_id: int) -> Batch | None:
    """One batch of the shop."""
    row = _batches(shop_id).filter(id=batch_id).first()
    return None if row is None else _to_batch(row)


def lock_batch(shop_id: int, batch_id: int) -> Batch | None:
    """The same, locked until the transaction ends."""
    row = BatchRow.objects.select_for_update(no_key=True).filter(shop_id=shop_id, id=batch_id).first()
    return None if row is None else find_batch(shop_id, batch_id)


def approve_batch(shop_id: int, batch_id: int, *, approved_by: str, at: datetime) -> None:
    """The batch may be paid. The database refuses whoever made it."""
    rows = BatchRow.objects.filter(shop_id=shop_id, id=batch_id)
    rows.update(state=BatchState.APPROVED, approved_by=approved_by, approved_at=at)


def decline_batch(shop_id: int, batch_id: int) -> None:
    """The batch is not paid; what was in it is owed as before."""
    BatchRow.objects.filter(shop_id=shop_id, id=batch_id).update(state=BatchState.DECLINED)
    Row.objects.filter(shop_id=shop_id, batch_id=batch_id).update(state=PayoutState.OWED, batch=None)


def mark_paid(shop_id: int, batch_id: int) -> None:
    """The batch was paid."""
    BatchRow.objects.filter(shop_id=shop_id, id=batch_id).update(state=BatchState.PAID)
    Row.objects.filter(shop_id=shop_id, batch_id=batch_id).update(state=PayoutState.PAID)


def _batches(shop_id: int) -> Any:
    return BatchRow.objects.filter(shop_id=shop_id).annotate(
        payouts=Count("payout"), amount_minor=Sum("payout__amount_minor")
    )


def _to_batch(row: Any) -> Batch:
    return Batch(
        id=row.pk,
        method=Method(row.method),
        state=BatchState(row.state),
        payouts=row.payouts,
        amount_minor=row.amount_minor or 0,
        made_by=row.made_by,
        made_at=row.made_at,
        approved_by=row.approved_by,
        approved_at=row.approved_at,
    )


def _to_payout(row: Any) -> Payout:
    return Payout(
        id=row.pk,
        plan_id=row.plan_id,
        referral_id=row.referral_id,
        customer_id=row.customer_id,
        amount_minor=row.amount_minor,
        state=PayoutState(row.state),
        made_at=row.made_at,
        batch_id=row.batch_id,
        has_payee=row.has_payee,
    )


# --- where customers are paid -----------------------------------------------------------------------------


def save_payee(shop_id: int, payee: Payee, *, at: datetime) -> None:
    """Pay the customer there from now on."""
    PayeeRow.objects.update_or_create(
        shop_id=shop_id,
        customer_id=payee.customer_id,
        defaults={
            "method": payee.method,
            "sealed_account": seal_text(Purpose.PAYEES, payee.account),
            "sealed_name": seal_text(Purpose.PAYEES, payee.name),
            "bank": payee.bank,
            "changed_at": at,
        },
    )


def find_payees(shop_id: int, customer_ids: Collection[str]) -> dict[str, Payee]:
    """Where these customers are paid; one who was never told, or whose account can no longer be read, is absent."""
    found = {}
    for row in PayeeRow.objects.filter(shop_id=shop_id, customer_id__in=customer_ids):
        account, name = (find_sealed_text(Purpose.PAYEES, each) for each in (row.sealed_account, row.sealed_name))
        if account is not None and name is not None:
            found[row.customer_id] = Payee(row.customer_id, Method(row.method), account, name, row.bank)
    return found
