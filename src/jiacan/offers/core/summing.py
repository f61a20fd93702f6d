"""Awards and claw-backs added up one at a time, so that no list of them is needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from jiacan.offers.contracts.awards import GIVEN, Award, BudgetExhausted, ClawBack, Item, StockEmpty
from jiacan.offers.contracts.benefits import Kind
from jiacan.offers.contracts.sums import ItemSum, Sums


def sum_up(awards: Iterable[Award], claw_backs: Iterable[ClawBack]) -> Sums:
    """What all of these came to; each in its order."""
    counted: Counter[tuple[str, str, str]] = Counter()
    given: dict[tuple[str, str, str], ItemSum] = {}
    last_given_at: dict[str, datetime] = {}
    short_at: dict[str, datetime] = {}
    for award in awards:
        code = "" if award.refusal is None else award.refusal.code
        counted[award.offer_id, str(award.outcome), code] += 1
        if isinstance(award.refusal, StockEmpty | BudgetExhausted):
            short_at.setdefault(code, award.settled_for)
        if award.outcome not in GIVEN:
            continue
        _add(given, award.offer_id, award.items)
        last_given_at.update(
            (item.id, award.settled_for) for item in award.items if item.kind in (Kind.GIFT, Kind.SERVICE)
        )
    clawed_back: Counter[str] = Counter()
    taken_back: dict[tuple[str, str, str], ItemSum] = {}
    for back in claw_backs:
        clawed_back[back.offer_id] += 1
        _add(taken_back, back.offer_id, back.items)
    return Sums(
        awards=dict(counted),
        clawed_back=dict(clawed_back),
        given=given,
        taken_back=taken_back,
        last_given_at=last_given_at,
        short_at=short_at,
    )


def _add(sums: dict[tuple[str, str, str], ItemSum], offer_id: str, items: Iterable[Item]) -> None:
    for item in items:
        key = (offer_id, str(item.kind), item.id)
        before = sums.get(key, ItemSum(0, 0))
        sums[key] = ItemSum(before.quantity + item.quantity, before.amount_minor + item.amount_minor)
