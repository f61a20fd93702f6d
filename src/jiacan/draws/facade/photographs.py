"""Photographs of prizes: taken from the shop's people, shown to everyone. They are no part of what was promised."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

from django.db import transaction

from jiacan.draws.contracts.kept import KeptDraw
from jiacan.draws.contracts.photographs import KeptPhotograph, PhotoKind, PhotoRefused, PrizeUnknown
from jiacan.draws.core.photographs import read_photograph
from jiacan.draws.facade.force import get_draw
from jiacan.draws.readers.files import read_bytes
from jiacan.draws.store import draws
from jiacan.draws.store import photographs as store
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor


def take_photograph(
    shop_id: int, plan_id: str, draw_id: str, prize_id: str, data: bytes, *, actor: Actor, at: datetime
) -> KeptPhotograph:
    """Show the prize by this photograph from now on, stripped of all but the picture; audited.

    Raises:
        DrawUnknown, PrizeUnknown: there is none of that id.
        PhotoRefused: the bytes are no photograph that can be shown.
    """
    photograph = read_photograph(data)
    sha256 = hashlib.sha256(photograph.data).hexdigest()
    with transaction.atomic():
        draw, before = _lock(shop_id, plan_id, draw_id, prize_id)
        if before is None or before.sha256 != sha256:
            store.save(shop_id, draw.id, prize_id, photograph, sha256=sha256, by=actor.name, at=at)
            _audit(draw, prize_id, before, sha256, actor)
    return KeptPhotograph(prize_id, sha256, photograph.width, photograph.height)


def read_file(path: Path) -> bytes:
    """The bytes of a file that holds a photograph.

    Raises:
        FileUnreadable: it cannot be read.
        PhotoRefused: it is no photograph that can be shown.
    """
    data = read_bytes(path)
    try:
        read_photograph(data)
    except PhotoRefused as refused:
        raise PhotoRefused(refused.why, str(path)) from refused
    return data


def remove_photograph(shop_id: int, plan_id: str, draw_id: str, prize_id: str, *, actor: Actor) -> None:
    """Show the prize by its name alone from now on; audited. One that has no photograph stays as it is.

    Raises:
        DrawUnknown, PrizeUnknown: there is none of that id.
    """
    with transaction.atomic():
        draw, before = _lock(shop_id, plan_id, draw_id, prize_id)
        if before is not None:
            store.delete(shop_id, draw.id, prize_id)
            _audit(draw, prize_id, before, "", actor)


def photographs_of(draw: KeptDraw) -> dict[str, KeptPhotograph]:
    """The draw's photographs, by prize."""
    return store.photographs_of(draw.shop_id, draw.id)


def find_bytes(draw: KeptDraw, sha256: str) -> tuple[PhotoKind, bytes] | None:
    """What the draw's photograph with that hash is, and its bytes; None where it has no such one."""
    return store.find_bytes(draw.shop_id, draw.id, sha256)


def _lock(shop_id: int, plan_id: str, draw_id: str, prize_id: str) -> tuple[KeptDraw, KeptPhotograph | None]:
    draw = draws.lock_draw(shop_id, get_draw(shop_id, plan_id, draw_id).id)
    if prize_id not in {prize.id for prize in draw.promise.prizes}:
        raise PrizeUnknown(draw=draw_id, prize=prize_id)
    return draw, store.photographs_of(shop_id, draw.id).get(prize_id)


def _audit(draw: KeptDraw, prize_id: str, before: KeptPhotograph | None, sha256: str, actor: Actor) -> None:
    tenancy.audit(
        draw.shop_id,
        actor=actor,
        action="prize photograph changed" if sha256 else "prize photograph removed",
        subject=f"{draw.plan_id}/{draw.draw_id}/{prize_id}",
        before=None if before is None else {"sha256": before.sha256},
        after={"sha256": sha256} if sha256 else None,
    )
