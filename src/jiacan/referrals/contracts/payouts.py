"""Cash that referrers are owed: payouts, the batches they are paid in, and where they are paid to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PayoutState(StrEnum):
    """Where a payout stands."""

    OWED = "owed"
    IN_BATCH = "in_batch"
    PAID = "paid"
    CANCELLED = "cancelled"


class Method(StrEnum):
    """How someone is paid."""

    ALIPAY = "alipay"
    BANK = "bank"


@dataclass(frozen=True, slots=True)
class Payee:
    """Where a customer is paid: an Alipay account, or an account at a bank whose `bank` is named."""

    customer_id: str
    method: Method
    account: str
    name: str
    bank: str = ""

    def __repr__(self) -> str:
        return f"Payee({self.customer_id!r}, …)"


@dataclass(frozen=True, slots=True)
class Payout:
    """Cash owed for one side of a completed referral."""

    id: int
    plan_id: str
    referral_id: int
    customer_id: str
    amount_minor: int
    state: PayoutState
    made_at: datetime
    batch_id: int | None
    has_payee: bool


class BatchState(StrEnum):
    """Where a batch stands: another person than its maker approves it, then it is paid."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    PAID = "paid"


@dataclass(frozen=True, slots=True)
class Batch:
    """Payouts that are paid together, by one method."""

    id: int
    method: Method
    state: BatchState
    payouts: int
    amount_minor: int
    made_by: str
    made_at: datetime
    approved_by: str
    approved_at: datetime | None
