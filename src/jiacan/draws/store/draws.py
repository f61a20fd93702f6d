"""Every query on draws."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from jiacan.draws.contracts.kept import DrawState, KeptDraw, Promise
from jiacan.draws.contracts.terms import Terms
from jiacan.draws.core.promised import from_text, to_text
from jiacan.draws.core.reading import to_terms
from jiacan.draws.core.terms import to_json
from jiacan.draws.models import Deck, Draw

KEPT_PARSED = 256
"""How many draws a process keeps parsed."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A draw's seed and the key of its customers' words, as the database keeps them."""

    seed: str
    key: str

    def __repr__(self) -> str:
        return "Sealed(…)"


def add_draw(
    shop_id: int, promise: Promise, facts: Mapping[str, object], terms: Terms, sealed: Sealed, **others: object
) -> KeptDraw:
    """A draw that is announced, with its decks, each whole.

    Raises:
        IntegrityError: the plan's draw of that id was announced before.
    """
    commitment = str(others["commitment"])
    row = Draw.objects.create(
        shop_id=shop_id,
        plan_id=terms.plan_id,
        draw_id=terms.draw,
        mode=terms.mode,
        promise=to_text(promise),
        facts=json.dumps(facts),
        terms=json.dumps(to_json(terms)),
        sealed_seed=sealed.seed,
        sealed_key=sealed.key,
        ends_at=promise.ends_at,
        state=DrawState.OPEN,
        head=commitment,
        **others,
    )
    Deck.objects.bulk_create(
        Deck(shop_id=shop_id, draw=row, deck_id=each.deck.id, cards=each.deck.cards, left=each.deck.cards)
        for each in terms.decks
    )
    return to_draw(row)


def find_draws(shop_id: int, plan_id: str | None = None) -> tuple[KeptDraw, ...]:
    """The shop's draws, or a plan's, in the order in which they were announced."""
    rows = Draw.objects.filter(shop_id=shop_id).order_by("id")
    return tuple(to_draw(row) for row in (rows if plan_id is None else rows.filter(plan_id=plan_id)))


def find_draw(shop_id: int, plan_id: str, draw_id: str) -> KeptDraw | None:
    """The plan's draw of that id."""
    row = Draw.objects.filter(shop_id=shop_id, plan_id=plan_id, draw_id=draw_id).first()
    return None if row is None else to_draw(row)


def find_draw_of_code(code: str) -> KeptDraw | None:
    """The draw of that public code, whichever shop's of this server it is."""
    row = Draw.objects.filter(code=code).first()
    return None if row is None else to_draw(row)


def find_rows(shop_id: int, rows: set[int]) -> dict[int, KeptDraw]:
    """These draws of the shop, by row."""
    return {row.pk: to_draw(row) for row in Draw.objects.filter(shop_id=shop_id, pk__in=rows)}


def lock_draw(shop_id: int, row: int) -> KeptDraw:
    """The draw as it stands now; nobody else adds to its log until the transaction ends."""
    return to_draw(Draw.objects.select_for_update(no_key=True).get(shop_id=shop_id, pk=row))


def plans_of(shop_id: int, rows: set[int]) -> dict[int, str]:
    """The plans of these draws of the shop, by row."""
    return dict(Draw.objects.filter(shop_id=shop_id, pk__in=rows).values_list("pk", "plan_id"))


def load_sealed(shop_id: int, row: int) -> Sealed:
    """What is sealed of the draw."""
    return Sealed(*Draw.objects.values_list("sealed_seed", "sealed_key").get(shop_id=shop_id, pk=row))


def facts_of(shop_id: int, row: int) -> dict[str, object]:
    """What a later version must leave as it is."""
    found: dict[str, object] = json.loads(Draw.objects.values_list("facts", flat=True).get(shop_id=shop_id, pk=row))
    return found


def load_stage(shop_id: int, row: int) -> str:
    """What is sealed of a live draw's results."""
    sealed: str = Draw.objects.values_list("sealed_stage", flat=True).get(shop_id=shop_id, pk=row)
    return sealed


def load_seed(shop_id: int, row: int) -> str:
    """The seed in hexadecimal once it is revealed; empty before."""
    seed: str = Draw.objects.values_list("seed", flat=True).get(shop_id=shop_id, pk=row)
    return seed


def save(shop_id: int, row: int, **columns: object) -> None:
    """Keep what may change of a draw; the database refuses the rest."""
    Draw.objects.filter(shop_id=shop_id, pk=row).update(**columns)


def save_promise(shop_id: int, row: int, promise: Promise) -> None:
    """Keep a promise that is better for customers."""
    save(shop_id, row, promise=to_text(promise))


def due_to_close(shop_id: int, at: datetime) -> tuple[KeptDraw, ...]:
    """The open draws whose time for tickets is over."""
    return tuple(to_draw(row) for row in Draw.objects.filter(shop_id=shop_id, state=DrawState.OPEN, ends_at__lte=at))


def in_state(shop_id: int, state: DrawState) -> tuple[KeptDraw, ...]:
    """The shop's draws that stand so."""
    return tuple(to_draw(row) for row in Draw.objects.filter(shop_id=shop_id, state=state).order_by("id"))


def to_draw(row: Draw) -> KeptDraw:
    """The draw of that row."""
    return KeptDraw(
        id=row.pk,
        shop_id=row.shop_id,
        plan_id=row.plan_id,
        draw_id=row.draw_id,
        code=row.code,
        promise=_promise(row.promise),
        terms=_terms(row.terms),
        commitment=row.commitment,
        rules=row.rules,
        announced_at=row.announced_at,
        state=DrawState(row.state),
        head=row.head,
        tickets=row.tickets,
        guaranteed=row.guaranteed,
        closed_at=row.closed_at,
        public_value=row.public_value,
        valued_at=row.valued_at,
        valued_by=row.valued_by,
        value_note=row.value_note,
        over_at=row.over_at,
        revealed_at=row.revealed_at,
    )


@lru_cache(maxsize=KEPT_PARSED)
def _promise(text: str) -> Promise:
    return from_text(text)


@lru_cache(maxsize=KEPT_PARSED)
def _terms(text: str) -> Terms:
    return to_terms(json.loads(text))
