"""Orders that come in one after another, as they would at a shop: paid now, and now and then one comes back."""

from __future__ import annotations

import itertools
import logging
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.utils import timezone

from jiacan.campaigns.facade import online
from jiacan.kernel.periods import Period
from jiacan.orders import facade as orders
from jiacan.orders.contracts import IncomingOrder, Order, Refund, RefundLine
from jiacan.project.demo.moving import ZONE
from jiacan.tenancy.contracts import Shop

PAUSES_SECONDS = (1.0, 2.0, 1.5, 1.0, 1.5)
A_REFUND_EVERY = 12
REFUNDED_AFTER = 5
"""Orders between an order and its refund."""

_EVER = Period(datetime(1971, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC))
_log = logging.getLogger("jiacan.demo")


def read_coming(path: Path, currency: str) -> Iterator[Order]:
    """The orders of the file in the order of their payment."""
    with orders.read_history([path], [], zone=ZONE, currency=currency) as history:
        yield from history.orders(_EVER)


def send(shop: Shop, coming: Iterable[Order], *, place: Path, until: threading.Event) -> None:
    """Take one order after another, until the event is set or there are no more.

    `place` is a file that remembers how many were taken, so that the next start goes on from there. An order that was
    taken and not yet counted is known when it comes again, and earns nothing more.
    """
    done = int(place.read_text()) if place.is_file() else 0
    of_late: deque[Order] = deque(maxlen=REFUNDED_AFTER)
    pauses = itertools.cycle(PAUSES_SECONDS)
    for number, order in enumerate(coming):
        if number < done:
            continue
        at = timezone.now()
        refunds = [_refund(of_late[0], at)] if number % A_REFUND_EVERY == 0 and len(of_late) == REFUNDED_AFTER else []
        online.take(shop, [_paid_now(order, at)], refunds, at=at)
        of_late.append(order)
        place.write_text(str(number + 1))
        if until.wait(next(pauses)):
            return
    _log.info("every order of the history has been sent")


def _paid_now(order: Order, at: datetime) -> IncomingOrder:
    return IncomingOrder(
        order_id=order.order_id,
        customer_id=order.customer_id,
        lines=order.lines,
        paid_at=at,
        placed_at=at,
        channel=order.channel,
        region=order.region,
        shipping_minor=order.shipping_minor,
    )


def _refund(order: Order, at: datetime) -> Refund:
    line = order.lines[0]
    return Refund(f"R{order.order_id}", order.order_id, at, (RefundLine(line.sku, line.quantity),))
