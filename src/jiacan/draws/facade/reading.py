"""Draws, tickets and prizes, looked up."""

from __future__ import annotations

from collections.abc import Collection

from jiacan.draws.contracts.errors import ChanceUnknown, DrawUnknown
from jiacan.draws.contracts.kept import DrawCounts, DrawLeft, KeptDraw, KeptTicket, Win, WinFilter, WinState
from jiacan.draws.contracts.terms import GUARANTEE
from jiacan.draws.core.links import issued_by, link_secret
from jiacan.draws.facade import force
from jiacan.draws.store import decks, tickets, wins
from jiacan.draws.store import draws as store
from jiacan.kernel.places import at_place, each_server
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Shop
from jiacan.tenancy.sealing import Purpose, keys_of

MOST_TICKETS = 200


def draws_of(shop_id: int, plan_id: str | None = None) -> tuple[KeptDraw, ...]:
    """The shop's draws, or a plan's, in the order in which they were announced."""
    return store.find_draws(shop_id, plan_id)


def get_draw(shop_id: int, plan_id: str, draw_id: str) -> KeptDraw:
    """The plan's draw of that id.

    Raises:
        DrawUnknown: none was announced.
    """
    return force.get_draw(shop_id, plan_id, draw_id)


def find_public(code: str) -> tuple[Shop, KeptDraw] | None:
    """The draw of that public code, and whose it is; None where there is none."""
    for here in each_server():
        with here:
            draw = store.find_draw_of_code(code)
        if draw is not None:
            return _shop(draw.shop_id), draw
    return None


def find_public_draw(shop_slug: str, plan_id: str, draw_id: str) -> tuple[Shop, KeptDraw]:
    """The draw, and whose it is.

    Raises:
        ShopUnknown, DrawUnknown: there is none.
    """
    shop = tenancy.get_shop(shop_slug)
    with at_place(shop.id):
        return shop, get_draw(shop.id, plan_id, draw_id)


def left_of(shop_id: int, draw: KeptDraw) -> DrawLeft:
    """What is left of the draw's cards and prizes, without a look at every ticket: whoever comes asks for it."""
    drawn: dict[tuple[str, str], int] = {}
    for (deck, prize, is_guaranteed), count in tickets.count_prizes(shop_id, draw.id).items():
        key = (GUARANTEE if is_guaranteed else deck, prize)
        drawn[key] = drawn.get(key, 0) + count
    return DrawLeft(cards_left=decks.cards_left(shop_id, draw.id), prizes_drawn=drawn)


def counts_of(shop_id: int, draw: KeptDraw) -> DrawCounts:
    """How the draw's tickets, cards and prizes stand."""
    left, states = left_of(shop_id, draw), tickets.count_states(shop_id, draw.id)
    return DrawCounts(cards_left=left.cards_left, prizes_drawn=left.prizes_drawn, **states)


def ticket_secret(ticket: KeptTicket) -> str:
    """What opens the ticket's page for whoever has it."""
    return link_secret(keys_of(Purpose.TICKETS), ticket.issued)


def find_ticket(secret: str) -> tuple[Shop, KeptDraw, KeptTicket] | None:
    """The ticket that the secret opens, its draw, and whose it is; None where it opens nothing."""
    issued = issued_by(keys_of(Purpose.TICKETS), secret)
    shop_id = None if issued is None else _find_shop_of(issued)
    if issued is None or shop_id is None:
        return None
    shop = _shop(shop_id)
    with at_place(shop_id):
        draw, ticket = get_ticket(shop_id, issued)
        return shop, draw, ticket


def _find_shop_of(issued: str) -> int | None:
    for here in each_server():
        with here:
            shop_id = tickets.find_shop_of(issued)
        if shop_id is not None:
            return shop_id
    return None


def get_ticket(shop_id: int, issued: str) -> tuple[KeptDraw, KeptTicket]:
    """The shop's ticket of that id, and its draw.

    Raises:
        ChanceUnknown: the shop gave no such ticket.
    """
    ticket = tickets.find_ticket(shop_id, issued)
    if ticket is None:
        raise ChanceUnknown(ticket=issued)
    return store.find_rows(shop_id, {ticket.draw_row})[ticket.draw_row], ticket


def tickets_of(
    shop_id: int, customer_id: str, *, limit: int = MOST_TICKETS
) -> tuple[tuple[KeptDraw, KeptTicket], ...]:
    """The customer's tickets with their draws, the newest first."""
    return _with_draws(shop_id, tickets.tickets_of(shop_id, customer_id, limit))


def tickets_of_orders(shop_id: int, order_ids: Collection[str]) -> tuple[tuple[KeptDraw, KeptTicket], ...]:
    """The tickets that these orders gave, with their draws."""
    return _with_draws(shop_id, tickets.tickets_of_orders(shop_id, order_ids))


def _with_draws(shop_id: int, found: Collection[KeptTicket]) -> tuple[tuple[KeptDraw, KeptTicket], ...]:
    draws = store.find_rows(shop_id, {each.draw_row for each in found})
    return tuple((draws[each.draw_row], each) for each in found)


def wins_of(shop_id: int, asked: WinFilter, *, after: int | None = None, limit: int = 50) -> tuple[Win, ...]:
    """The prizes that are asked for, the last won first; `after` is the last id of the page before."""
    return wins.find_wins(shop_id, asked, after=after, limit=limit)


def count_wins(shop_id: int, asked: WinFilter) -> dict[WinState, int]:
    """How many of them stand where."""
    return wins.count_wins(shop_id, asked)


def win_of_ticket(shop_id: int, ticket_row: int) -> Win | None:
    """The prize that the ticket won, if it won one."""
    return next(iter(wins.of_tickets(shop_id, [ticket_row])), None)


def wins_of_tickets(shop_id: int, ticket_rows: Collection[int]) -> dict[int, Win]:
    """The prizes that these tickets won, by ticket."""
    return {win.ticket.row: win for win in wins.of_tickets(shop_id, ticket_rows)}


def is_begun(shop_id: int, draw: KeptDraw) -> bool:
    """Whether the live draw was begun on its stage."""
    return bool(store.load_stage(shop_id, draw.id))


def _shop(shop_id: int) -> Shop:
    found = tenancy.find_shop(shop_id)
    if found is None:
        raise DrawUnknown(plan_id="–", draw="–")
    return found
