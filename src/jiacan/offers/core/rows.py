"""Settlements as the rows of an awards file: one row per benefit, in the order in which things happened."""

from __future__ import annotations

from collections.abc import Iterator

from jiacan.offers.contracts.awards import BY_HAND, Award, AwardRow, ClawBack, Item, Outcome
from jiacan.offers.core.settle import Settlement


def to_rows(settlement: Settlement) -> Iterator[AwardRow]:
    """The rows of one event: its awards, refusals and hold-outs in plan order, or its claw-backs."""
    for award in settlement.awards:
        yield from award_rows(award)
    for back in settlement.claw_backs:
        yield from claw_back_rows(back)


def award_rows(award: Award) -> Iterator[AwardRow]:
    """One row for each benefit that was given, refused or held out."""
    reason = "" if award.refusal is None else award.refusal.code
    for item in award.items:
        yield _row(award, item, award.outcome, reason)


def claw_back_rows(back: ClawBack) -> Iterator[AwardRow]:
    """One row for each benefit that was taken back, with the refund or the hand that took it."""
    reason = back.refund_id if back.refund_id.startswith(BY_HAND) else f"refund:{back.refund_id}"
    for item in back.items:
        yield _row(back, item, Outcome.CLAWED_BACK, reason)


def _row(of: Award | ClawBack, item: Item, outcome: Outcome, reason: str) -> AwardRow:
    return AwardRow(
        order_id=of.order_id,
        customer_id=of.customer_id,
        offer_id=of.offer_id,
        rung=of.rung,
        kind=item.kind,
        item=item.id,
        quantity=item.quantity,
        amount_minor=item.amount_minor,
        outcome=outcome,
        reason=reason,
    )
