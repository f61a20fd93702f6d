"""Orders and refunds of many requests settled together, and the keys under which they work once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from jiacan.api import store
from jiacan.api.contracts import KeptAnswer, KeyBusy, KeyReused
from jiacan.api.store import Keyed
from jiacan.campaigns.contracts.online import Delivery, Earlier, Once, TakenAnswer
from jiacan.campaigns.facade import gathering
from jiacan.kernel.errors import JiacanError
from jiacan.tenancy.contracts import Shop, Token


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer of a request with a key, and whether it was kept from an earlier one."""

    kept: KeptAnswer
    is_repeated: bool


@dataclass(frozen=True, slots=True)
class _Ticket:
    """A request with a key, and what its answer is written as."""

    keyed: Keyed
    write: Callable[[TakenAnswer], KeptAnswer]


def take(shop: Shop, delivery: Delivery) -> TakenAnswer:
    """The delivery, settled with what arrives together with it.

    Raises:
        OrderUnusable: one of its orders or refunds cannot be recorded as it stands; then none is.
    """
    taken = gathering.take(shop, delivery)
    assert isinstance(taken, TakenAnswer), "only what has a key can have been answered before"
    return taken


def take_once(
    token: Token, delivery: Delivery, *, key: str, request_hash: str, write: Callable[[TakenAnswer], KeptAnswer]
) -> Answered:
    """The same under a key: settled and its answer kept in one transaction, or the answer that was kept before.

    Raises:
        KeyBusy: the first request with this key is still at work.
        KeyReused: the key belonged to another request.
        OrderUnusable: one of its orders or refunds cannot be recorded as it stands; then none is.
    """
    ticket = _Ticket(Keyed(token.shop.id, token.id, key, request_hash), write)
    taken = gathering.take(token.shop, replace(delivery, once=Once(ticket, _find, _keep)))
    if isinstance(taken, Earlier):
        return Answered(taken.answer, is_repeated=True)
    return Answered(write(taken), is_repeated=False)


def _find(tickets: Sequence[_Ticket]) -> list[Earlier | JiacanError | None]:
    """Lock the keys, and say what was answered under them; of two requests with one key the first goes on."""
    shop_id = tickets[0].keyed.shop_id
    kept = store.find_answers(shop_id, [ticket.keyed for ticket in tickets])
    at_work: set[tuple[int, str]] = set()
    found: list[Earlier | JiacanError | None] = []
    for ticket, lookup in zip(tickets, kept, strict=True):
        keyed = ticket.keyed
        if not lookup.is_locked or (keyed.token_id, keyed.key) in at_work:
            found.append(KeyBusy(key=keyed.key))
            continue
        at_work.add((keyed.token_id, keyed.key))
        if lookup.kept is None:
            found.append(None)
        elif lookup.kept.request_hash != keyed.request_hash:
            found.append(KeyReused(key=keyed.key))
        else:
            found.append(Earlier(lookup.kept.answer))
    return found


def _keep(answered: Sequence[tuple[_Ticket, TakenAnswer]]) -> None:
    shop_id = answered[0][0].keyed.shop_id
    store.keep_answers(shop_id, [(ticket.keyed, ticket.write(taken)) for ticket, taken in answered])
