"""Every query on codes of the mall: sealed, known again by a mark that only the server can make."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import connection
from django.db.models import Count

from jiacan.members.models.mall import MallCode
from jiacan.tenancy.sealing import Purpose, find_sealed_text, keys_of, seal_text

_PIECE = 2_000

# Whoever comes second does not wait for the code that another is given, and takes the next.
_TAKE = """
UPDATE members_mallcode SET redemption_id = %(redemption)s
WHERE id = (
    SELECT id FROM members_mallcode
    WHERE shop_id = %(shop)s AND plan_id = %(plan)s AND item_id = %(item)s AND redemption_id IS NULL
    ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
  AND redemption_id IS NULL
"""


def known_among(shop_id: int, codes: Collection[str]) -> frozenset[str]:
    """Those of the codes that the shop uploaded before, whichever item they were for."""
    marks = {mark: code for code in codes for mark in _marks(shop_id, code)}
    found = MallCode.objects.filter(shop_id=shop_id, mark__in=marks).values_list("mark", flat=True)
    return frozenset(marks[each] for each in found)


def add(shop_id: int, plan_id: str, item_id: str, codes: Iterable[tuple[str, str]], *, at: datetime) -> None:
    """Keep codes, each with its end; none of them is known."""
    rows = (
        MallCode(
            shop_id=shop_id,
            plan_id=plan_id,
            item_id=item_id,
            sealed=seal_text(Purpose.MALL_CODES, code),
            mark=_marks(shop_id, code)[0],
            end=end,
            uploaded_at=at,
        )
        for code, end in codes
    )
    MallCode.objects.bulk_create(rows, batch_size=_PIECE)


def take(shop_id: int, plan_id: str, item_id: str, redemption_id: str) -> bool:
    """Give the redemption the first code that nobody has; whether there was one."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"shop": shop_id, "plan": plan_id, "item": item_id, "redemption": redemption_id})
        return bool(cursor.rowcount)


def put_back(shop_id: int, redemption_id: str) -> None:
    """The redemption's code, which nobody saw, is there for another."""
    MallCode.objects.filter(shop_id=shop_id, redemption_id=redemption_id).update(redemption=None)


def find_code(shop_id: int, redemption_id: str) -> str | None:
    """The redemption's code in the clear; None where it has none, or the server lost the key."""
    row = MallCode.objects.filter(shop_id=shop_id, redemption_id=redemption_id).first()
    return None if row is None else find_sealed_text(Purpose.MALL_CODES, row.sealed)


def count_left(shop_id: int) -> dict[tuple[str, str], int]:
    """How many codes nobody has, by plan and item."""
    rows = MallCode.objects.filter(shop_id=shop_id, redemption__isnull=True).values("plan_id", "item_id")
    return {(row["plan_id"], row["item_id"]): row["many"] for row in rows.annotate(many=Count("id"))}


def _marks(shop_id: int, code: str) -> tuple[str, ...]:
    """The code's mark by the server's key, and by keys that it had before."""
    text = f"{shop_id}/{code}".encode()
    return tuple(hmac.new(key, text, hashlib.sha256).hexdigest() for key in keys_of(Purpose.MALL_CODES))
