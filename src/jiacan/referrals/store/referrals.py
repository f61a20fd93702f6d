"""Every query on referrals and on marks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import pyarrow as pa
from django.db import connection
from django.db.models import Count, Q

from jiacan.referrals.contracts.referrals import (
    COUNTS,
    STANDS,
    Reason,
    Referral,
    ReferralCount,
    ReferralFilter,
    State,
)
from jiacan.referrals.core.merging import Edge
from jiacan.referrals.models import Mark
from jiacan.referrals.models import Referral as Row

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('jiacan referrals', %s))"

_UPWARD = """
WITH RECURSIVE above AS (
    SELECT friend_id, referrer_id, id, paid_at FROM referrals_referral
    WHERE shop_id = %(shop_id)s AND friend_id = ANY(%(customers)s) AND state = ANY(%(stands)s)
    UNION
    SELECT next.friend_id, next.referrer_id, next.id, next.paid_at FROM above
    JOIN referrals_referral AS next ON next.shop_id = %(shop_id)s AND next.friend_id = above.referrer_id
    WHERE next.state = ANY(%(stands)s))
SELECT friend_id, id, referrer_id, paid_at FROM above
"""

_EDGES = """
SELECT friend_id, referrer_id, extract(epoch FROM paid_at - touched_at)::float8 FROM referrals_referral
WHERE shop_id = %(shop_id)s AND state = ANY(%(stands)s)
"""


def lock_tree(shop_id: int) -> None:
    """Nobody else decides who brought whom at the shop until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [shop_id])


def parents_above(shop_id: int, customer_ids: Collection[str]) -> Mapping[str, Edge]:
    """The parent of each of these customers and of everyone above them, by friend."""
    with connection.cursor() as cursor:
        cursor.execute(
            _UPWARD, {"shop_id": shop_id, "customers": list(customer_ids), "stands": sorted(map(str, STANDS))}
        )
        return {friend: Edge(number, referrer, at) for friend, number, referrer, at in cursor.fetchall()}


def add_referral(shop_id: int, referral: Referral, *, network: str) -> Referral:
    """Write a decision down and give it its number.

    Raises:
        IntegrityError: the friend has been decided of before.
    """
    row = Row.objects.create(
        shop_id=shop_id,
        plan_id=referral.plan_id,
        friend_id=referral.friend_id,
        referrer_id=referral.referrer_id,
        touched_at=referral.touched_at,
        network=network,
        order_id=referral.order_id,
        paid_at=referral.paid_at,
        state=referral.state,
        reason=referral.reason or "",
        decided_at=referral.decided_at,
        ended_at=referral.ended_at,
        due_at=referral.due_at,
    )
    return _to_referral(row)


def save_step(shop_id: int, referral: Referral) -> None:
    """Keep what may change of a referral: where it stands, why, and when it is next looked at."""
    Row.objects.filter(shop_id=shop_id, id=referral.id).update(
        state=referral.state, reason=referral.reason or "", ended_at=referral.ended_at, due_at=referral.due_at
    )


def decided_of(shop_id: int, friend_ids: Collection[str]) -> frozenset[str]:
    """Those of whom it was decided."""
    rows = Row.objects.filter(shop_id=shop_id, friend_id__in=friend_ids).values_list("friend_id", flat=True)
    return frozenset(rows)


def count_of_referrer(shop_id: int, plan_id: str, referrer_id: str) -> int:
    """The friends of the referrer in the plan that count."""
    rows = Row.objects.filter(shop_id=shop_id, plan_id=plan_id, referrer_id=referrer_id, state__in=COUNTS)
    return rows.count()


def count_of_network(shop_id: int, plan_id: str, networks: Collection[str], since: datetime, until: datetime) -> int:
    """The friends in the plan whose click came from that network in that time and who were not refused."""
    rows = Row.objects.filter(shop_id=shop_id, plan_id=plan_id, network__in=networks, state__in=STANDS)
    return rows.filter(touched_at__gte=since, touched_at__lt=until).count()


def lock_referral(shop_id: int, referral_id: int) -> Referral | None:
    """One referral of the shop, locked until the transaction ends."""
    row = Row.objects.select_for_update(no_key=True).filter(shop_id=shop_id, id=referral_id).first()
    return None if row is None else _to_referral(row)


def lock_referrals(shop_id: int, ids: Collection[int]) -> tuple[Referral, ...]:
    """These referrals as they stand now, in order, locked until the transaction ends."""
    rows = Row.objects.select_for_update(no_key=True).filter(shop_id=shop_id, id__in=ids).order_by("id")
    return tuple(_to_referral(row) for row in rows)


def due_of_plan(shop_id: int, plan_id: str, at: datetime, limit: int) -> tuple[int, ...]:
    """The referrals that are due to be looked at, the longest due first."""
    rows = Row.objects.filter(shop_id=shop_id, plan_id=plan_id, due_at__lte=at).order_by("due_at", "id")
    return tuple(rows.values_list("id", flat=True)[:limit])


def open_by_order(shop_id: int, order_ids: Collection[str]) -> tuple[Referral, ...]:
    """The referrals by these first orders of which something can still come."""
    rows = Row.objects.filter(shop_id=shop_id, order_id__in=order_ids, state__in=COUNTS).order_by("id")
    return tuple(_to_referral(row) for row in rows)


def open_of_plan(shop_id: int, plan_id: str, *, after: int, limit: int) -> tuple[Referral, ...]:
    """The plan's referrals of which something can still come, after that number."""
    rows = Row.objects.filter(shop_id=shop_id, plan_id=plan_id, state__in=COUNTS, id__gt=after).order_by("id")
    return tuple(_to_referral(row) for row in rows[:limit])


def search(shop_id: int, asked: ReferralFilter, *, before: int | None, limit: int) -> tuple[Referral, ...]:
    """The referrals that are asked for, the last decided first; those before that number where one is given."""
    rows = Row.objects.filter(shop_id=shop_id)
    if asked.plan_id:
        rows = rows.filter(plan_id=asked.plan_id)
    if asked.state:
        rows = rows.filter(state=asked.state)
    if asked.reason:
        rows = rows.filter(reason=asked.reason)
    if asked.customer:
        rows = rows.filter(Q(friend_id=asked.customer) | Q(referrer_id=asked.customer) | Q(order_id=asked.customer))
    if before is not None:
        rows = rows.filter(id__lt=before)
    return tuple(_to_referral(row) for row in rows.order_by("-id")[:limit])


def count_by_state(shop_id: int) -> tuple[ReferralCount, ...]:
    """How many referrals of the shop stand in each state."""
    rows = Row.objects.filter(shop_id=shop_id).values_list("state").annotate(n=Count("id")).order_by("state")
    return tuple(ReferralCount(State(state), count) for state, count in rows)


def _to_referral(row: Row) -> Referral:
    return Referral(
        id=row.pk,
        plan_id=row.plan_id,
        friend_id=row.friend_id,
        referrer_id=row.referrer_id,
        touched_at=row.touched_at,
        order_id=row.order_id,
        paid_at=row.paid_at,
        state=State(row.state),
        reason=Reason(row.reason) if row.reason else None,
        decided_at=row.decided_at,
        ended_at=row.ended_at,
        due_at=row.due_at,
    )


def standing_edges(shop_id: int) -> pa.Table:
    """`(friend_id, referrer_id, seconds)` of everyone who was brought; `seconds` from click to first order."""
    with connection.cursor() as cursor:
        cursor.execute(_EDGES, {"shop_id": shop_id, "stands": sorted(map(str, STANDS))})
        rows = cursor.fetchall()
    friends, referrers, seconds = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.table(
        {
            "friend_id": pa.array(friends, pa.string()),
            "referrer_id": pa.array(referrers, pa.string()),
            "seconds": pa.array(seconds, pa.float64()),
        }
    )


# --- merges -----------------------------------------------------------------------------------------------


def rows_of_friends(shop_id: int, friend_ids: Collection[str]) -> tuple[Referral, ...]:
    """What was decided of these friends, by the moment of their first order."""
    rows = Row.objects.filter(shop_id=shop_id, friend_id__in=friend_ids).exclude(state=State.MERGED)
    return tuple(_to_referral(row) for row in rows.order_by("paid_at", "id"))


def end_merged(shop_id: int, ids: Collection[int], *, at: datetime) -> None:
    """These referrals are of a person who has another parent, or is their own."""
    Row.objects.filter(shop_id=shop_id, id__in=ids).update(state=State.MERGED, ended_at=at, due_at=None)


def rename(shop_id: int, *, gone: str, kept: str) -> None:
    """Put one number for the other wherever it stands, but in what has ended by a merge."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('jiacan.merging', 'on', true)")
        for column in ("referrer_id", "friend_id"):
            cursor.execute(
                f"UPDATE referrals_referral SET {column} = %s "  # noqa: S608 - two known columns
                f"WHERE shop_id = %s AND {column} = %s AND state <> 'merged'",
                [kept, shop_id, gone],
            )
        cursor.execute("SELECT set_config('jiacan.merging', '', true)")


# --- marks ------------------------------------------------------------------------------------------------


def add_marks(shop_id: int, customer_id: str, marks: Iterable[tuple[str, str]]) -> None:
    """Keep marks of a customer, each a kind and a hash."""
    rows = [Mark(shop_id=shop_id, customer_id=customer_id, kind=kind, digest=digest) for kind, digest in marks]
    Mark.objects.bulk_create(rows, ignore_conflicts=True)


def kinds_shared(shop_id: int, friend_ids: Collection[str], referrer_ids: Sequence[str]) -> frozenset[str]:
    """The kinds of mark that the friend shares with the referrer, or with another friend of theirs."""
    others = Row.objects.filter(shop_id=shop_id, referrer_id__in=referrer_ids, state__in=STANDS)
    near = {*referrer_ids, *others.values_list("friend_id", flat=True)} - set(friend_ids)
    own = Mark.objects.filter(shop_id=shop_id, customer_id__in=friend_ids).values_list("kind", "digest")
    wanted = Q(pk__in=[])
    for kind, digest in own:
        wanted |= Q(kind=kind, digest=digest)
    shared = Mark.objects.filter(wanted, shop_id=shop_id, customer_id__in=near)
    return frozenset(shared.values_list("kind", flat=True))
