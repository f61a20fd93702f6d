"""Orders and refunds of many requests settled together, and the keys under which they work once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from jiacan.api import store
from jiacan.api.contracts import KeptAnswer, KeyBusy, KeyReused
from jiacan.api.store import Keyed
from jiacan.campaigns.contracts.online import Delivery, Earlier, Once, TakenAnswer, Told
from jiacan.campaigns.facade import gathering
from jiacan.kernel.errors import JiacanError
from jiacan.tenancy.contracts import Shop, Token


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer of a request with a key, and whether it was kept from an earlier one."""

    kept: KeptAnswer
    is_repeated: bool


def take(shop: Shop, delivery: Delivery, *, write: Callable[[TakenAnswer], KeptAnswer]) -> KeptAnswer:
    """What is answered to the delivery, settled with what arrives together with it.

    Raises:
        OrderUnusable: one of its orders or refunds cannot be recorded as it stands; then none is.
    """
    taken = gathering.take(shop, replace(delivery, write=write))
    assert isinstance(taken, Told), "only what has a key can have been answered before"
    return taken.answer


def take_once(
    token: Token, delivery: Delivery, *, key: str, request_hash: str, write: Callable[[TakenAnswer], KeptAnswer]
) -> Answered:
    """The same under a key: settled and its answer kept in one transaction, or the answer that was kept before.

    Raises:
        KeyBusy: the first request with this key is still at work.
        KeyReused: the key belonged to another request.
        OrderUnusable: one of its orders or refunds cannot be recorded as it stands; then none is.
    """
    once = Once(Keyed(token.shop.id, token.id, key, request_hash), _find, _keep)
    taken = gathering.take(token.shop, replace(delivery, once=once, write=write))
    assert isinstance(taken, Told | Earlier), "it is written"
    return Answered(taken.answer, is_repeated=isinstance(taken, Earlier))


def _find(asked: Sequence[Keyed]) -> list[Earlier | JiacanError | None]:
    """Lock the keys, and say what was answered under them; of two requests with one key the first goes on."""
    kept = store.find_answers(asked[0].shop_id, asked)
    at_work: set[tuple[int, str]] = set()
    found: list[Earlier | JiacanError | None] = []
    for keyed, lookup in zip(asked, kept, strict=True):
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


def _keep(answered: Sequence[tuple[Keyed, KeptAnswer]]) -> None:
    store.keep_answers(answered[0][0].shop_id, answered)
