"""Every query on photographs of prizes."""

from __future__ import annotations

from datetime import datetime

from jiacan.draws.contracts.photographs import KeptPhotograph, Photograph, PhotoKind
from jiacan.draws.models import Photograph as Row


def save(
    shop_id: int, draw_row: int, prize: str, photograph: Photograph, *, sha256: str, by: str, at: datetime
) -> None:
    """Keep the prize's photograph, in place of one that it had."""
    Row.objects.update_or_create(
        draw_id=draw_row,
        prize=prize,
        defaults={
            "shop_id": shop_id,
            "sha256": sha256,
            "kind": photograph.kind,
            "width": photograph.width,
            "height": photograph.height,
            "data": photograph.data,
            "taken_at": at,
            "taken_by": by,
        },
    )


def delete(shop_id: int, draw_row: int, prize: str) -> None:
    """Forget the prize's photograph."""
    Row.objects.filter(shop_id=shop_id, draw_id=draw_row, prize=prize).delete()


def photographs_of(shop_id: int, draw_row: int) -> dict[str, KeptPhotograph]:
    """The draw's photographs by prize, without their bytes."""
    rows = Row.objects.filter(shop_id=shop_id, draw_id=draw_row).values_list("prize", "sha256", "width", "height")
    return {prize: KeptPhotograph(prize, sha256, width, height) for prize, sha256, width, height in rows}


def find_bytes(shop_id: int, draw_row: int, sha256: str) -> tuple[PhotoKind, bytes] | None:
    """What the photograph with that hash is, and its bytes."""
    rows = Row.objects.filter(shop_id=shop_id, draw_id=draw_row, sha256=sha256)
    found = rows.values_list("kind", "data").first()
    return None if found is None else (PhotoKind(found[0]), bytes(found[1]))
