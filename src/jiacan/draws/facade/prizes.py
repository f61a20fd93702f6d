"""What becomes of a prize that was won: claimed or given up, shipped, settled with the supplier, lost with its order.

Nothing here takes a winner: who won was decided when the ticket was drawn.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from jiacan.draws.contracts.errors import ChanceUnknown, NotClaimable
from jiacan.draws.contracts.kept import KeptDraw, Win, WinState
from jiacan.draws.core.occasions import occasion_id
from jiacan.draws.facade.force import force_of
from jiacan.draws.facade.giving import give_consolations, hold_prize, let_go, prize_of, tell_of
from jiacan.draws.store import draws as draw_store
from jiacan.draws.store import tickets
from jiacan.draws.store import wins as store
from jiacan.kernel.messages import Message, tell
from jiacan.offers.facade import awarding, occasions
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor
from jiacan.webhooks.contracts import EventKind

REMIND_WITHIN = timedelta(days=2)
"""How long before the end of its time a winner is reminded, or at most half of that time."""

AT_ONCE = 200
CONSOLATION = "consolation"
_UNCLAIMED = (WinState.WON, WinState.OWED)

_WHY_NOT: dict[WinState, Message] = {
    WinState.OWED: tell("the shop owes this prize, and gives it as soon as there is one again"),
    WinState.CLAIMED: tell("it was claimed before"),
    WinState.SHIPPED: tell("it was claimed before, and is on its way"),
    WinState.SETTLED: tell("it was claimed before"),
    WinState.GIVEN_UP: tell("the time to claim it is over"),
    WinState.LOST: tell("its order came back, and the prize with it"),
}


def claim(shop_id: int, issued: str, *, at: datetime) -> Win:
    """The winner has claimed: what was held for them is given. A second claim changes nothing.

    Raises:
        ChanceUnknown: the shop gave no such ticket.
        NotClaimable: it has won nothing, or the prize can no longer be claimed.
    """
    ticket = tickets.find_ticket(shop_id, issued)
    if ticket is None:
        raise ChanceUnknown(ticket=issued)
    draw = _draw_of(shop_id, ticket.draw_row)
    with transaction.atomic():
        awarding.lock_plans(shop_id, [draw.plan_id])
        won = store.of_tickets(shop_id, [ticket.row])
        if not won:
            raise NotClaimable(ticket=issued, why=tell("it has won no prize"))
        (win,) = store.lock_wins(shop_id, [won[0].id])
        if win.claimed_at is not None:
            return win
        if win.state is not WinState.WON:
            raise NotClaimable(ticket=issued, why=_WHY_NOT[win.state])
        if win.claim_by is not None and at >= win.claim_by:
            raise NotClaimable(ticket=issued, why=_WHY_NOT[WinState.GIVEN_UP])
        force = force_of(shop_id, draw.plan_id)
        name = occasion_id(draw, win.ticket, attempt=win.attempt)
        occasions.confirm(shop_id, force.rules, [name], rules_of=force, at=at)
        store.save(shop_id, win.id, state=WinState.CLAIMED, claimed_at=at)
        return store.get_win(shop_id, win.id)


def ship(shop_id: int, win_ids: Collection[int], *, note: str, actor: Actor, at: datetime) -> int:
    """Those of the prizes that were claimed are on their way; `note` says how. Counts them; audited."""
    with transaction.atomic():
        found = [win for win in store.lock_wins(shop_id, win_ids) if win.state is WinState.CLAIMED]
        for win in found:
            store.save(shop_id, win.id, state=WinState.SHIPPED, shipped_at=at, note=note)
        if found:
            tenancy.audit(
                shop_id, actor=actor, action="prizes shipped", subject=_subject(found), after=_after(found, note)
            )
        return len(found)


def settle(shop_id: int, win_ids: Collection[int], *, note: str, actor: Actor, at: datetime) -> int:
    """Those of the prizes that were claimed or shipped are paid for with their supplier. Counts them; audited."""
    with transaction.atomic():
        ready = (WinState.CLAIMED, WinState.SHIPPED)
        found = [win for win in store.lock_wins(shop_id, win_ids) if win.state in ready]
        for win in found:
            store.save(shop_id, win.id, state=WinState.SETTLED, settled_at=at, note=note or win.note)
        if found:
            tenancy.audit(
                shop_id, actor=actor, action="prizes settled", subject=_subject(found), after=_after(found, note)
            )
        return len(found)


def give_owed(shop_id: int, win_ids: Collection[int], *, actor: Actor, at: datetime) -> int:
    """Hold or give those of the prizes that are owed and that there is stock and budget for by now; audited."""
    given = []
    for win_id in sorted(set(win_ids)):
        with transaction.atomic():
            draw = _draw_of(shop_id, store.get_win(shop_id, win_id).draw_row)
            awarding.lock_plans(shop_id, [draw.plan_id])
            (win,) = store.lock_wins(shop_id, [win_id])
            if win.state is WinState.OWED and _hold_again(draw, win, at=at):
                given.append(win)
    if given:
        tenancy.audit(
            shop_id,
            actor=actor,
            action="prizes given that were owed",
            subject=_subject(given),
            after=_after(given, ""),
        )
    return len(given)


def _hold_again(draw: KeptDraw, win: Win, *, at: datetime) -> bool:
    attempt = win.attempt + 1
    force = force_of(draw.shop_id, draw.plan_id)
    held = hold_prize(draw, force, win.ticket, prize_of(draw, win.prize), attempt=attempt, at=at)
    store.save(
        draw.shop_id,
        win.id,
        attempt=attempt,
        state=held.state,
        claim_by=held.claim_by,
        claimed_at=held.claimed_at,
        reminded_at=None,
    )
    return held.state is not WinState.OWED


def lose(shop_id: int, ticket_rows: Collection[int], *, at: datetime) -> int:
    """Prizes of these tickets that nobody claimed are lost, because their orders came back; counts them."""
    found = [win for win in store.of_tickets(shop_id, ticket_rows) if win.state in _UNCLAIMED]
    for draw_row in {win.draw_row for win in found}:
        draw = _draw_of(shop_id, draw_row)
        let_go(draw, [win for win in found if win.draw_row == draw_row], WinState.LOST, at=at)
    return len(found)


def give_up_due(shop_id: int, *, at: datetime) -> int:
    """Prizes that nobody claimed in time are given up: stock and budget are free again, or a consolation is given."""
    given_up = 0
    while due := store.claims_over(shop_id, at, AT_ONCE):
        for win_id in due:
            given_up += _give_up(shop_id, win_id, at=at)
    return given_up


def _give_up(shop_id: int, win_id: int, *, at: datetime) -> bool:
    with transaction.atomic():
        draw = _draw_of(shop_id, store.get_win(shop_id, win_id).draw_row)
        awarding.lock_plans(shop_id, [draw.plan_id])
        (win,) = store.lock_wins(shop_id, [win_id])
        if win.state is not WinState.WON or win.claim_by is None or win.claim_by > at:
            return False
        let_go(draw, [win], WinState.GIVEN_UP, at=at)
        if draw.promise.unclaimed == CONSOLATION:
            give_consolations(draw, force_of(shop_id, draw.plan_id), [win.ticket], at=at)
        return True


def remind_due(shop_id: int, *, at: datetime) -> int:
    """Tell whoever asked to be told which prizes will soon be given up, each once; counts them."""
    with transaction.atomic():
        found = [
            win
            for win in store.to_remind(shop_id, at, at + REMIND_WITHIN, AT_ONCE)
            if win.claim_by is not None and win.claim_by - at <= (win.claim_by - win.won_at) / 2
        ]
        for draw_row in {win.draw_row for win in found}:
            draw = _draw_of(shop_id, draw_row)
            tell_of(draw, [win for win in found if win.draw_row == draw_row], EventKind.PRIZE_UNCLAIMED, at=at)
        for win in found:
            store.save(shop_id, win.id, reminded_at=at)
        return len(found)


def _draw_of(shop_id: int, draw_row: int) -> KeptDraw:
    return draw_store.find_rows(shop_id, {draw_row})[draw_row]


def _subject(wins: Collection[Win]) -> str:
    return " ".join(f"prize {win.id}" for win in wins)[:200]


def _after(wins: Collection[Win], note: str) -> dict[str, object]:
    return {"prizes": [f"{win.prize} {win.ticket.issued}" for win in wins], "note": note}
