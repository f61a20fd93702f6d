"""Giving what tickets drew: prizes held for their winners or given at once, consolations given.

A prize is held through the plan's own stock and budget in the transaction that draws it. Where these are short it is
owed: the result stands, and the prize is given when there is some again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from jiacan.draws.contracts.kept import KeptDraw, KeptTicket, PromisedPrize, Win, WinState
from jiacan.draws.core.occasions import consolation_occasion, occasion_id, prize_occasion
from jiacan.draws.facade import setting_aside
from jiacan.draws.facade.force import Force
from jiacan.draws.store import wins as store
from jiacan.offers.contracts.awards import Outcome
from jiacan.offers.facade import occasions
from jiacan.webhooks import facade as webhooks
from jiacan.webhooks.contracts import EventKind, WebhookEvent


@dataclass(frozen=True, slots=True)
class Held:
    """What became of a prize when it was to be held: its state, and by when it has to be claimed."""

    state: WinState
    claim_by: datetime | None
    claimed_at: datetime | None


def give_prize(draw: KeptDraw, force: Force, ticket: KeptTicket, prize_id: str, *, at: datetime) -> Win:
    """The ticket has won the prize; part of the transaction that drew it."""
    prize = prize_of(draw, prize_id)
    setting_aside.free(draw, prize_id, at=at)
    held = (
        Held(WinState.LOST, None, None)
        if ticket.taken_at is not None
        else hold_prize(draw, force, ticket, prize, attempt=1, at=at)
    )
    win = store.add_win(
        draw.shop_id,
        ticket,
        prize_id,
        prize.rung,
        at=at,
        state=held.state,
        claim_by=held.claim_by,
        claimed_at=held.claimed_at,
        ended_at=at if held.state is WinState.LOST else None,
    )
    tell_of(draw, [win], EventKind.DRAW_WON, at=at)
    return win


def prize_of(draw: KeptDraw, prize_id: str) -> PromisedPrize:
    """The draw's prize of that id."""
    return next(prize for prize in draw.promise.prizes if prize.id == prize_id)


def hold_prize(
    draw: KeptDraw, force: Force, ticket: KeptTicket, prize: PromisedPrize, *, attempt: int, at: datetime
) -> Held:
    """Hold the prize for its winner, or give it at once where it need not be claimed; owed where there is none."""
    occasion = prize_occasion(draw, ticket, rung=prize.rung, attempt=attempt, at=at)
    occasions.hold(draw.shop_id, force.rules, [occasion], rules_of=force, at=at)
    answer = occasions.answers_of(draw.shop_id, draw.plan_id, [occasion.id])[occasion.id]
    if not any(award.outcome is Outcome.GRANTED for award in answer.awards):
        occasions.let_go(draw.shop_id, draw.plan_id, [occasion.id], at=at)
        return Held(WinState.OWED, None, None)
    if not prize.needs_claim:
        occasions.confirm(draw.shop_id, force.rules, [occasion.id], rules_of=force, at=at)
        return Held(WinState.CLAIMED, None, at)
    within = draw.promise.claim_within
    return Held(WinState.WON, None if within is None else at + within, None)


def give_consolations(draw: KeptDraw, force: Force, tickets: Iterable[KeptTicket], *, at: datetime) -> None:
    """What a ticket without a prize gets, to each of these that was not taken back."""
    if draw.promise.consoles:
        asked = [consolation_occasion(draw, ticket, at=at) for ticket in tickets if ticket.taken_at is None]
        occasions.give(draw.shop_id, force.rules, asked, rules_of=force, at=at)


def let_go(draw: KeptDraw, wins: Sequence[Win], state: WinState, *, at: datetime) -> None:
    """These prizes are nobody's any more: what was held for them is free again."""
    names = [occasion_id(draw, win.ticket, attempt=win.attempt) for win in wins]
    occasions.let_go(draw.shop_id, draw.plan_id, names, at=at)
    for win in wins:
        store.save(draw.shop_id, win.id, state=state, ended_at=at)


def tell_of(draw: KeptDraw, wins: Iterable[Win], kind: EventKind, *, at: datetime) -> None:
    """Tell whoever asked to be told."""
    if kind not in webhooks.wanted(draw.shop_id):
        return
    webhooks.announce(
        draw.shop_id,
        [
            WebhookEvent(
                kind,
                f"{draw.plan_id}/{draw.draw_id}/{win.ticket.issued}",
                at,
                {
                    "plan": draw.plan_id,
                    "draw": draw.draw_id,
                    "ticket": win.ticket.issued,
                    "customer": win.customer_id,
                    "prize": win.prize,
                    "state": win.state.value,
                    "claim_by": None if win.claim_by is None else win.claim_by.isoformat(),
                },
            )
            for win in wins
        ],
    )
