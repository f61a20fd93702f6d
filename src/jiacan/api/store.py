"""Every query on kept answers and rates."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from jiacan.api.contracts import KEPT_HOURS, Bucket, KeptAnswer


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept answer and the request it answers."""

    request_hash: str
    answer: KeptAnswer


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
