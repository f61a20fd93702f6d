"""A draw's promise as it is kept, and whether a later version keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from pydantic import TypeAdapter

from jiacan.draws.contracts.kept import Promise
from jiacan.draws.contracts.terms import Announced, Deck

_PROMISE: TypeAdapter[Promise] = TypeAdapter(Promise)


def to_text(promise: Promise) -> str:
    """The promise as it is stored."""
    return _PROMISE.dump_json(promise).decode()


def from_text(text: str) -> Promise:
    """The promise that was stored so."""
    return _PROMISE.validate_json(text)


def facts_of(announced: Announced, promise: Promise) -> dict[str, object]:
    """Everything that a later version of the plan must leave as it is, by what a plan calls it."""
    takes = [[each.id, [[of.means.value, of.id, of.amount] for of in each.takes]] for each in promise.prizes]
    return {
        **({"set_aside": takes} if promise.sets_aside else {}),
        "mode": announced.mode.value,
        "public": announced.source,
        "during": [promise.opens_at.isoformat(), promise.ends_at.isoformat()],
        "at": promise.held_at.isoformat() if promise.held_at else None,
        "wins_per_customer": announced.wins_per_customer,
        "guarantee": [announced.guarantee_after, [[each.id, each.units] for each in announced.guaranteed]],
        "deck": [_deck(deck) for deck in announced.decks],
        "prizes": [[each.id, each.rung, each.fact, each.value_minor, each.units] for each in promise.prizes],
        "consolation": promise.consolation_fact,
        "unclaimed": promise.unclaimed,
    }


def _deck(deck: Deck) -> list[object]:
    return [deck.id, deck.cards, [[prize.id, prize.units] for prize in deck.prizes]]


def changed(was: Mapping[str, object], now: Mapping[str, object]) -> tuple[str, ...]:
    """What of an announced draw another version has otherwise."""
    return tuple(name for name in was if was[name] != now.get(name))


def is_longer(was: timedelta | None, now: timedelta | None) -> bool:
    """Whether winners have at least as long to claim as before; None is for good."""
    return now is None or (was is not None and now >= was)


def with_claims_of(promise: Promise, now: Promise) -> Promise:
    """The promise with the other's time to claim."""
    return replace(promise, claim_within=now.claim_within)
