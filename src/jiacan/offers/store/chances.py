"""Every query on tickets that awards gave."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.db import connection

from jiacan.offers.contracts.chances import Chance
from jiacan.offers.contracts.occasions import OCCASION_MARK

_ALL = """
SELECT item.order_id, item.offer_id, item.item, award.customer_id, item.settled_for, item.quantity, item.quantity_left
FROM offers_awarditem AS item JOIN offers_award AS award USING (shop_id, plan_id, order_id, offer_id, settled_for)
WHERE item.shop_id = %(shop_id)s AND item.plan_id = %(plan_id)s AND item.kind = 'ticket'
    AND award.outcome IN ('granted', 'otherwise')
"""

_OF_ORDERS = _ALL + " AND item.order_id = ANY(%(order_ids)s)"

_PAGE = (
    _ALL
    + """
    AND (item.order_id, item.offer_id, item.item) > (%(order_id)s, %(offer_id)s, %(draw_id)s)
    AND item.order_id < %(end)s
ORDER BY item.order_id, item.offer_id, item.item LIMIT %(limit)s
"""
)

_BATCH = 50_000
"""Every page joins all awards anew, so that few large ones are read sooner than many small ones."""
_AFTER_ALL = chr(0x10FFFF)


def find_of_orders(shop_id: int, plan_id: str, order_ids: Collection[str]) -> tuple[Chance, ...]:
    """Of the awards of these orders and occasions."""
    return _find(_OF_ORDERS, shop_id, plan_id, order_ids=list(order_ids))


def find_all(shop_id: int, plan_id: str) -> Iterator[Chance]:
    """Of every award of the plan, by order; read page by page."""
    return _between(shop_id, plan_id, begin="", end=_AFTER_ALL)


def find_of_occasions(shop_id: int, plan_id: str) -> Iterator[Chance]:
    """Of every award of the plan that was for no order."""
    return _between(shop_id, plan_id, begin=OCCASION_MARK, end=chr(ord(OCCASION_MARK) + 1))


def _between(shop_id: int, plan_id: str, *, begin: str, end: str) -> Iterator[Chance]:
    after = (begin, "", "")
    while True:
        order_id, offer_id, draw_id = after
        last = {"order_id": order_id, "offer_id": offer_id, "draw_id": draw_id}
        page = _find(_PAGE, shop_id, plan_id, end=end, limit=_BATCH, **last)
        yield from page
        if len(page) < _BATCH:
            return
        after = (page[-1].order_id, page[-1].offer_id, page[-1].draw_id)


def _find(query: str, shop_id: int, plan_id: str, **values: object) -> tuple[Chance, ...]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"shop_id": shop_id, "plan_id": plan_id, **values})
        return tuple(Chance(*row) for row in cursor.fetchall())
