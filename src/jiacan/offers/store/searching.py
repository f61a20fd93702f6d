"""Looking for awards by what an agent knows of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import connection
from psycopg import sql

from jiacan.offers.contracts.awards import Award, ClawBack, Outcome
from jiacan.offers.contracts.searching import AwardCursor, AwardFound, AwardPage, AwardQuery
from jiacan.offers.store.awards import find_awards, find_claw_backs

_FIND = """
SELECT settled_for, order_id, offer_place, offer_id FROM offers_award AS award
WHERE {conditions}
ORDER BY settled_for DESC, order_id DESC, offer_place DESC LIMIT %(limit)s
"""

_TEXT = "(order_id LIKE %(text)s OR customer_id LIKE %(text)s)"

_REASON = """refusal IS NOT NULL AND (refusal ->> 'code') COLLATE "C" LIKE %(reason)s"""

_OF_KIND = """EXISTS (
    SELECT FROM offers_awarditem AS item
    WHERE item.shop_id = award.shop_id AND item.plan_id = award.plan_id AND item.order_id = award.order_id
        AND item.offer_id = award.offer_id AND item.kind = %(kind)s AND item.settled_for = award.settled_for)
"""

_CLAWED_BACK = """(order_id, offer_id) IN (
    SELECT back.order_id, back.offer_id FROM offers_clawbackitem AS back
    WHERE back.shop_id = %(shop_id)s AND back.plan_id = %(plan_id)s)
"""


def search_awards(
    shop_id: int, plan_id: str, asked: AwardQuery, *, after: AwardCursor | None, limit: int
) -> AwardPage:
    """A page of the plan's awards, the last settled first, each with what was taken back of it."""
    query = sql.SQL(_FIND).format(conditions=sql.SQL(" AND ").join(map(sql.SQL, conditions_of(asked, after))))
    with connection.cursor() as cursor:
        cursor.execute(query, values_of(shop_id, plan_id, asked, after, limit + 1))
        rows = cursor.fetchall()
    places = [AwardCursor(*row[:3]) for row in rows[:limit]]
    wanted = [(order_id, offer_id) for _, order_id, _, offer_id in rows[:limit]]
    return AwardPage(
        awards=tuple(_load(shop_id, plan_id, wanted)),
        next=places[-1] if len(rows) > limit else None,
    )


def conditions_of(asked: AwardQuery, after: AwardCursor | None) -> Iterator[str]:
    """What the rows must be, in SQL with named values."""
    yield "shop_id = %(shop_id)s AND plan_id = %(plan_id)s"
    if asked.text:
        yield _TEXT
    if asked.offer_id:
        yield "offer_id = %(offer)s"
    if asked.outcome == Outcome.CLAWED_BACK:
        yield _CLAWED_BACK
    elif asked.outcome:
        yield "outcome = %(outcome)s"
    if asked.kind:
        yield _OF_KIND
    if asked.reason:
        yield _REASON
    if asked.since is not None:
        yield "settled_for >= %(since)s"
    if asked.until is not None:
        yield "settled_for < %(until)s"
    if after is not None:
        yield "(settled_for, order_id, offer_place) < (%(after_at)s, %(after_order)s, %(after_place)s)"


def values_of(
    shop_id: int, plan_id: str, asked: AwardQuery, after: AwardCursor | None, limit: int
) -> dict[str, object]:
    """The values that the conditions name."""
    return {
        "shop_id": shop_id,
        "plan_id": plan_id,
        "text": _beginning(asked.text),
        "offer": asked.offer_id,
        "outcome": asked.outcome,
        "kind": asked.kind,
        "reason": _beginning(asked.reason),
        "since": asked.since,
        "until": asked.until,
        "after_at": after and after.settled_for,
        "after_order": after and after.order_id,
        "after_place": after and after.offer_place,
        "limit": limit,
    }


def _beginning(text: str) -> str:
    """The pattern of everything that begins with the text."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace("\x00", "") + "%"


def _load(shop_id: int, plan_id: str, wanted: Sequence[tuple[str, str]]) -> Iterator[AwardFound]:
    order_ids = list({order_id for order_id, _ in wanted})
    awards: dict[tuple[str, str], Award] = {
        (award.order_id, award.offer_id): award for award in find_awards(shop_id, plan_id, order_ids)
    }
    backs: dict[tuple[str, str], list[ClawBack]] = {}
    for back in find_claw_backs(shop_id, plan_id, order_ids):
        backs.setdefault((back.order_id, back.offer_id), []).append(back)
    for key in wanted:
        yield AwardFound(awards[key], tuple(backs.get(key, ())))
