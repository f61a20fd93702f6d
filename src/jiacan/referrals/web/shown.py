"""Referrals as pages show them."""

from __future__ import annotations

from dataclasses import dataclass

from jiacan.kernel.messages import Message, tell
from jiacan.referrals.contracts.payouts import Batch, Payout
from jiacan.referrals.contracts.referrals import Referral
from jiacan.referrals.core.words import BATCH_STATES, METHODS, PAYOUT_STATES, REASONS, STATES


@dataclass(frozen=True, slots=True)
class ShownReferral:
    """A referral in a list, and what the dialogs of a doubtful one say."""

    referral: Referral
    look: str
    word: Message
    reason: Message | None
    touches: Message

    @property
    def key(self) -> str:
        """Names its dialogs."""
        return f"referral-{self.referral.id}"


def shown_referral(referral: Referral) -> ShownReferral:
    """The referral in words."""
    look, word = STATES[referral.state]
    return ShownReferral(
        referral=referral,
        look=look,
        word=word,
        reason=None if referral.reason is None else REASONS[referral.reason],
        touches=tell(
            "Order {order} of {friend}, brought by {referrer}.",
            order=referral.order_id,
            friend=referral.friend_id,
            referrer=referral.referrer_id,
        ),
    )


@dataclass(frozen=True, slots=True)
class ShownPayout:
    """A payout in a list."""

    payout: Payout
    look: str
    word: Message


def shown_payout(payout: Payout) -> ShownPayout:
    """The payout in words."""
    return ShownPayout(payout, *PAYOUT_STATES[payout.state])


@dataclass(frozen=True, slots=True)
class ShownBatch:
    """A batch in a list; `own` is whether whoever looks made it."""

    batch: Batch
    look: str
    word: Message
    method: Message
    own: bool
    touches: Message

    @property
    def key(self) -> str:
        """Names its dialogs."""
        return f"batch-{self.batch.id}"


def shown_batch(batch: Batch, *, looking: str) -> ShownBatch:
    """The batch in words."""
    touches = tell(
        "{payouts} payouts, made ready by {who}. What is paid cannot be called back.",
        payouts=batch.payouts,
        who=batch.made_by,
    )
    return ShownBatch(
        batch, *BATCH_STATES[batch.state], METHODS[batch.method], own=batch.made_by == looking, touches=touches
    )
