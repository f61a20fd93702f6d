"""Every query on kept answers and rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from jiacan.api.contracts import KEPT_HOURS, KeptAnswer
from jiacan.kernel.rates import Bucket


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept answer and the request it answers."""

    request_hash: str
    answer: KeptAnswer


@dataclass(frozen=True, slots=True)
class Keyed:
    """A request under a key."""

    shop_id: int
    token_id: int
    key: str
    request_hash: str


@dataclass(frozen=True, slots=True)
class Lookup:
    """Whether the key is locked for this transaction, and what was kept under it."""

    is_locked: bool
    kept: Kept | None


def try_lock_key(shop_id: int, token_id: int, key: str) -> bool:
    """Let only one transaction at a time work under this key; false where another one does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"api/{shop_id}/{token_id}/{key}"]
        )
        return bool(cursor.fetchone()[0])


def find_answer(shop_id: int, token_id: int, key: str) -> Kept | None:
    """What was answered under this key, unless it is too old."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT request_hash, status, body FROM api_keptanswer
               WHERE shop_id = %s AND token_id = %s AND key = %s AND kept_at > now() - make_interval(hours => %s)""",
            [shop_id, token_id, key, KEPT_HOURS],
        )
        row = cursor.fetchone()
    return None if row is None else Kept(row[0], KeptAnswer(status=row[1], body=row[2]))


def keep_answer(shop_id: int, token_id: int, key: str, *, request_hash: str, answer: KeptAnswer) -> None:
    """Keep the answer under this key; one that was too old makes room."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO api_keptanswer (token_id, key, shop_id, request_hash, status, body, kept_at)
               VALUES (%s, %s, %s, %s, %s, %s, now())
               ON CONFLICT (token_id, key) DO UPDATE SET
                   shop_id = excluded.shop_id, request_hash = excluded.request_hash, status = excluded.status,
                   body = excluded.body, kept_at = excluded.kept_at""",
            [token_id, key, shop_id, request_hash, answer.status, answer.body],
        )


_LOCK_MANY = """
SELECT pg_try_advisory_xact_lock(hashtextextended(format('api/%%s/%%s/%%s', %(shop_id)s, token_id, key), 0))
FROM unnest(%(tokens)s::bigint[], %(keys)s::text[]) AS asked (token_id, key)
"""

_KEPT_MANY = """
SELECT asked.place, kept.request_hash, kept.status, kept.body
FROM unnest(%(tokens)s::bigint[], %(keys)s::text[]) WITH ORDINALITY AS asked (token_id, key, place)
JOIN api_keptanswer AS kept ON kept.shop_id = %(shop_id)s AND kept.token_id = asked.token_id AND kept.key = asked.key
WHERE kept.kept_at > now() - make_interval(hours => %(hours)s)
"""

_KEEP_MANY = """
INSERT INTO api_keptanswer (token_id, key, shop_id, request_hash, status, body, kept_at)
SELECT answered.token_id, answered.key, %(shop_id)s, answered.hash, answered.status, answered.body, now()
FROM unnest(%(tokens)s::bigint[], %(keys)s::text[], %(hashes)s::text[], %(statuses)s::int[], %(bodies)s::text[])
    AS answered (token_id, key, hash, status, body)
ON CONFLICT (token_id, key) DO UPDATE SET
    shop_id = excluded.shop_id, request_hash = excluded.request_hash, status = excluded.status,
    body = excluded.body, kept_at = excluded.kept_at
"""


def find_answers(shop_id: int, asked: Sequence[Keyed]) -> list[Lookup]:
    """Lock the keys, each unless another transaction works under it, and then see what was answered under them."""
    values = {"shop_id": str(shop_id), **_keys(asked)}
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_MANY, values)
        locked = [bool(ours) for (ours,) in cursor.fetchall()]
        # Only a statement that begins under the locks sees what was kept before they were free.
        cursor.execute(_KEPT_MANY, {**values, "shop_id": shop_id, "hours": KEPT_HOURS})
        kept = {
            place - 1: Kept(request_hash, KeptAnswer(status=status, body=body))
            for place, request_hash, status, body in cursor.fetchall()
        }
    return [Lookup(ours, kept.get(place)) for place, ours in enumerate(locked)]


def keep_answers(shop_id: int, answered: Sequence[tuple[Keyed, KeptAnswer]]) -> None:
    """Keep each answer under its key; one that was too old makes room."""
    values = {
        "shop_id": shop_id,
        **_keys([keyed for keyed, _ in answered]),
        "hashes": [keyed.request_hash for keyed, _ in answered],
        "statuses": [answer.status for _, answer in answered],
        "bodies": [answer.body for _, answer in answered],
    }
    with connection.cursor() as cursor:
        cursor.execute(_KEEP_MANY, values)


def _keys(asked: Sequence[Keyed]) -> dict[str, object]:
    return {"tokens": [each.token_id for each in asked], "keys": [each.key for each in asked]}


def delete_old_answers() -> int:
    """Forget every answer that is too old to be given again, of every shop; says how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM api_keptanswer WHERE kept_at <= now() - make_interval(hours => %s)", [KEPT_HOURS])
        return cursor.rowcount


def lock_bucket(shop_id: int, token_id: int, *, full: int) -> tuple[Bucket, float]:
    """The token's bucket, locked, and the time; a token that was not here before has a full one."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO api_ratebucket (token_id, shop_id, requests_left, at_seconds)
               VALUES (%s, %s, %s, extract(epoch FROM clock_timestamp())) ON CONFLICT DO NOTHING""",
            [token_id, shop_id, full],
        )
        cursor.execute(
            """SELECT requests_left, at_seconds, extract(epoch FROM clock_timestamp())::float8 FROM api_ratebucket
               WHERE token_id = %s AND shop_id = %s FOR UPDATE""",
            [token_id, shop_id],
        )
        left, at_seconds, now_seconds = cursor.fetchone()
    return Bucket(left, at_seconds), now_seconds


def put_bucket(shop_id: int, token_id: int, bucket: Bucket) -> None:
    """The bucket as it stands from now on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE api_ratebucket SET requests_left = %s, at_seconds = %s WHERE token_id = %s AND shop_id = %s",
            [bucket.left, bucket.at_seconds, token_id, shop_id],
        )
