"""What a delivery is before, while and as it is sent: its ids, its bytes and its signature."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from jiacan.webhooks.contracts import Endpoint, WebhookEvent


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A delivery to be written."""

    id: str
    endpoint_id: int
    event_id: str
    kind: str
    subject: str
    at: datetime
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Parcel:
    """A waiting delivery with what it says. `number` is its row; `tries` are of this round."""

    number: int
    id: str
    event_id: str
    kind: str
    at: datetime
    data: Mapping[str, object]
    tries: int


@dataclass(frozen=True, slots=True)
class Letter:
    """One signed request, ready to be sent."""

    url: str
    headers: Mapping[str, str]
    body: bytes


def address_events(
    shop_id: int, events: Iterable[WebhookEvent], endpoints: Iterable[Endpoint]
) -> tuple[NewDelivery, ...]:
    """A delivery of each event to each active endpoint that asked for its kind."""
    active = [endpoint for endpoint in endpoints if endpoint.active]
    return tuple(
        new_delivery(shop_id, endpoint.id, kind=event.kind, subject=event.subject, at=event.at, data=event.data)
        for event in events
        for endpoint in active
        if event.kind in endpoint.kinds
    )


def new_delivery(
    shop_id: int, endpoint_id: int, *, kind: str, subject: str, at: datetime, data: Mapping[str, object]
) -> NewDelivery:
    """A delivery under the ids that this event always has on its way to this endpoint."""
    event_id = f"evt_{_short_hash(str(shop_id), kind, subject, _moment(at))}"
    delivery_id = f"dlv_{_short_hash(event_id, str(endpoint_id))}"
    return NewDelivery(delivery_id, endpoint_id, event_id, kind, subject, at, data)


def write_letter(parcel: Parcel, *, url: str, shop: str, secret: str, at: datetime) -> Letter:
    """The request as it is sent: only its timestamp and signature differ from one try to the next."""
    said = {"id": parcel.event_id, "kind": parcel.kind, "at": _moment(parcel.at), "shop": shop, "data": parcel.data}
    body = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    timestamp = int(at.timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Jiacan-Webhooks/1",
        "Jiacan-Delivery": parcel.id,
        "Jiacan-Timestamp": str(timestamp),
        "Jiacan-Signature": sign(secret, timestamp=timestamp, body=body),
    }
    return Letter(url, headers, body)


def sign(secret: str, *, timestamp: int, body: bytes) -> str:
    """The value of `Jiacan-Signature`: HMAC-SHA256 over `timestamp.body`, keyed by the secret.

    Source: RFC 2104. The timestamp is signed so that an old delivery cannot be sent again under a new time.
    """
    digest = hmac.new(secret.encode(), b"%d." % timestamp + body, hashlib.sha256).hexdigest()
    return f"v1={digest}"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _short_hash(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
