"""Chances that awards give become tickets, each piece one; what an award loses is taken back, unused ones first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from django.db import transaction

from jiacan.draws.contracts.kept import DrawState, KeptDraw
from jiacan.draws.facade.prizes import lose
from jiacan.draws.store import draws as store
from jiacan.draws.store import tickets
from jiacan.offers.contracts.chances import Chance
from jiacan.offers.facade import awarding


def note(shop_id: int, plan_id: str, chances: Iterable[Chance], *, at: datetime) -> int:
    """Make the tickets of these chances what their awards say by now; safe to repeat. Counts the chances.

    A chance that was earned outside its draw's time is none: the plan's check warned of it.
    """
    draws = {draw.draw_id: draw for draw in store.find_draws(shop_id, plan_id)}
    counted = 0
    rest = iter(chances)
    while batch := list(islice(rest, tickets.AT_A_TIME)):
        counted += len(batch)
        with transaction.atomic():
            awarding.lock_plans(shop_id, [plan_id])
            _note(shop_id, draws, batch, at=at)
    return counted


def _note(shop_id: int, draws: dict[str, KeptDraw], batch: list[Chance], *, at: datetime) -> None:
    new = list(_new(draws, batch))
    tickets.add_chances(shop_id, new)
    taken = tickets.take_back(shop_id, [each for each in new if each.gone], at=at)
    if taken:
        lose(shop_id, taken, at=at)
    for draw_row in {each.draw_row for each in new}:
        if store.lock_draw(shop_id, draw_row).state is not DrawState.OPEN:
            tickets.expire(shop_id, draw_row)


def _new(draws: dict[str, KeptDraw], batch: Iterable[Chance]) -> Iterator[tickets.NewChance]:
    for chance in batch:
        draw = draws.get(chance.draw_id)
        if draw is not None and draw.promise.opens_at <= chance.given_for < draw.promise.ends_at:
            yield tickets.NewChance(
                draw_row=draw.id,
                order_id=chance.order_id,
                offer_id=chance.offer_id,
                customer_id=chance.customer_id,
                earned_at=chance.given_for,
                deck_id=_deck_of(draw, chance.given_for),
                pieces=chance.pieces,
                gone=chance.pieces - chance.left,
            )


def _deck_of(draw: KeptDraw, at: datetime) -> str:
    if draw.promise.is_daily:
        return at.astimezone(draw.promise.zone).date().isoformat()
    return draw.terms.decks[0].deck.id
