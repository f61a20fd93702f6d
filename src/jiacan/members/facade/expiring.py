"""Points whose time is over are lost, and who is about to lose some is told beforehand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from jiacan.ledger.contracts import Group
from jiacan.ledger.contracts import Move as LedgerMove
from jiacan.members.contracts.points import Expiring, Line
from jiacan.members.core.books import EXPIRED
from jiacan.members.core.points import expire
from jiacan.members.core.used import used
from jiacan.members.facade.posting import lock, post
from jiacan.members.store import points as store
from jiacan.offers.facade import backing
from jiacan.offers.facade.points import points_account
from jiacan.tenancy import facade as tenancy
from jiacan.webhooks import facade as webhooks
from jiacan.webhooks.contracts import EventKind, WebhookEvent

CUSTOMERS_AT_ONCE = 500
WARNED_DAYS_BEFORE = (30, 7, 1)
TOLD_WITHIN = timedelta(days=1)
"""A warning that could not be told in its first day, because no worker ran, is left to the next one."""


def expire_everywhere(at: datetime) -> int:
    """Take what is over from every customer of every shop, and announce what soon will be; counts the customers."""
    return sum(tenancy.at_each_shop(lambda shop_id: _expire_at_shop(shop_id, at)))


def _expire_at_shop(shop_id: int, at: datetime) -> int:
    done = expire_due(shop_id, at)
    backing.follow_all(shop_id)
    announce_expiring(shop_id, at)
    return done


def expire_due(shop_id: int, at: datetime) -> int:
    """Take from every customer the points whose time is over by then; counts the customers."""
    done = 0
    while found := store.customers_to_expire(shop_id, at, limit=CUSTOMERS_AT_ONCE):
        _expire(shop_id, found, at)
        done += len(found)
    return done


def _expire(shop_id: int, customer_ids: list[str], at: datetime) -> None:
    with transaction.atomic():
        lock(shop_id, customer_ids)
        before = store.load_purses(shop_id, customer_ids)
        done = {each: expire(purse, at) for each, purse in before.items()}
        store.save(shop_id, before, {each: one.purse for each, one in done.items()})
        store.add_lines(shop_id, [(each, line) for each, one in done.items() for line in one.lines])
        post(shop_id, [group for each, one in done.items() for group in expiry_groups(each, one.lines)])
        backing.use(shop_id, [use for each, one in done.items() for use in used(before[each], one.purse, at=at)])


def expiry_groups(customer_id: str, lines: Iterable[Line]) -> list[Group]:
    """The ledger's side of lines of points that expired."""
    account = points_account(customer_id)
    return [
        Group((LedgerMove(f"members/expired/{line.name}", account, EXPIRED, -line.points, line.at),))
        for line in lines
    ]


def expiring(
    shop_id: int, at: datetime, *, within: timedelta, after: tuple[datetime, str] | None = None, limit: int
) -> tuple[Expiring, ...]:
    """Who loses how many points when, the first first; `after` is the moment and customer at which a page ended."""
    return store.expiring(shop_id, at, at + within, after=after, limit=limit)


def announce_expiring(shop_id: int, at: datetime) -> int:
    """Tell whoever asked what customers lose in thirty days, seven and one, each once; says how often.

    So that messages can be sent.
    """
    if EventKind.POINTS_EXPIRING not in webhooks.wanted(shop_id):
        return 0
    news = [
        _warning(each, days)
        for days in WARNED_DAYS_BEFORE
        for each in store.expiring(
            shop_id, at + timedelta(days=days) - TOLD_WITHIN, at + timedelta(days=days), limit=None
        )
    ]
    webhooks.announce(shop_id, news)
    return len(news)


def _warning(each: Expiring, days: int) -> WebhookEvent:
    return WebhookEvent(
        EventKind.POINTS_EXPIRING,
        each.customer_id,
        each.expires_at - timedelta(days=days),
        {
            "customer": each.customer_id,
            "points": each.points,
            "expires_at": each.expires_at.isoformat(),
            "days": days,
        },
    )
