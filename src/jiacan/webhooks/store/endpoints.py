"""Every query on endpoints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from jiacan.kernel.statements import Prepared
from jiacan.tenancy.sealing import Purpose, find_sealed_text, seal_text
from jiacan.webhooks.contracts import Endpoint, EventKind
from jiacan.webhooks.models import Endpoint as EndpointRow

_WANTED = Prepared("SELECT DISTINCT unnest(kinds) FROM webhooks_endpoint WHERE shop_id = %s::bigint AND active")


@dataclass(frozen=True, slots=True)
class Receiver:
    """What sending to an endpoint needs: `secret` is None when it can no longer be read."""

    endpoint: Endpoint
    shop: str
    secret: str | None


def find_wanted(shop_id: int) -> frozenset[EventKind]:
    """Every kind that some active endpoint of the shop asked for."""
    with connection.cursor() as cursor:
        cursor.execute(_WANTED, [shop_id])
        return frozenset(EventKind(kind) for (kind,) in cursor.fetchall())


def add_endpoint(
    shop_id: int, *, url: str, kinds: Iterable[EventKind], secret: str, created_by: str, at: datetime
) -> Endpoint:
    """A new endpoint, active."""
    row = EndpointRow.objects.create(
        shop_id=shop_id,
        url=url,
        kinds=sorted(kinds),
        sealed_secret=seal_text(Purpose.WEBHOOKS, secret),
        created_by=created_by,
        created_at=at,
    )
    return _to_endpoint(row)


def count_endpoints(shop_id: int) -> int:
    """How many the shop has."""
    return EndpointRow.objects.filter(shop_id=shop_id).count()


def find_endpoints(shop_id: int) -> tuple[Endpoint, ...]:
    """The shop's endpoints, the oldest first."""
    return tuple(_to_endpoint(row) for row in EndpointRow.objects.filter(shop_id=shop_id).order_by("id"))


def find_endpoint(shop_id: int, endpoint_id: int) -> Endpoint | None:
    """One of the shop's endpoints."""
    row = EndpointRow.objects.filter(shop_id=shop_id, id=endpoint_id).first()
    return None if row is None else _to_endpoint(row)


def lock_endpoint(shop_id: int, endpoint_id: int) -> Endpoint | None:
    """`find_endpoint`, locked until the transaction ends."""
    row = EndpointRow.objects.select_for_update(no_key=True).filter(shop_id=shop_id, id=endpoint_id).first()
    return None if row is None else _to_endpoint(row)


def find_receiver(shop_id: int, endpoint_id: int) -> Receiver | None:
    """What sending to the endpoint needs."""
    row = EndpointRow.objects.select_related("shop").filter(shop_id=shop_id, id=endpoint_id).first()
    if row is None:
        return None
    return Receiver(_to_endpoint(row), row.shop.slug, find_sealed_text(Purpose.WEBHOOKS, row.sealed_secret))


def save_endpoint(shop_id: int, endpoint: Endpoint) -> None:
    """Store what may change: address, kinds and whether it is active; switched on, its failures are forgotten."""
    EndpointRow.objects.filter(shop_id=shop_id, id=endpoint.id).update(
        url=endpoint.url,
        kinds=sorted(endpoint.kinds),
        active=endpoint.active,
        failing_since=endpoint.failing_since,
    )


def save_secret(shop_id: int, endpoint_id: int, secret: str) -> None:
    """Sign with another secret from now on."""
    EndpointRow.objects.filter(shop_id=shop_id, id=endpoint_id).update(
        sealed_secret=seal_text(Purpose.WEBHOOKS, secret)
    )


def delete_endpoint(shop_id: int, endpoint_id: int) -> None:
    """Delete it; its deliveries go first."""
    EndpointRow.objects.filter(shop_id=shop_id, id=endpoint_id).delete()


def mark_failing(shop_id: int, endpoint_id: int, *, since: datetime) -> None:
    """Remember the first failure after the last success."""
    rows = EndpointRow.objects.filter(shop_id=shop_id, id=endpoint_id, failing_since=None)
    rows.update(failing_since=since)


def mark_well(shop_id: int, endpoint_id: int) -> None:
    """Forget its failures; writes nothing where there are none."""
    rows = EndpointRow.objects.filter(shop_id=shop_id, id=endpoint_id, failing_since__isnull=False)
    rows.update(failing_since=None)


def _to_endpoint(row: EndpointRow) -> Endpoint:
    return Endpoint(
        id=row.pk,
        url=row.url,
        kinds=frozenset(EventKind(kind) for kind in row.kinds),
        active=row.active,
        created_by=row.created_by,
        created_at=row.created_at,
        failing_since=row.failing_since,
    )
