"""Webhooks and their deliveries as programs manage them."""

from __future__ import annotations

from pydantic import Field

from jiacan.api.web.shapes.values import Given, Moment, Taken, Words
from jiacan.kernel.messages import Phrasebook
from jiacan.webhooks.contracts import Delivery, DeliveryState, Endpoint, EventKind


class EndpointIn(Taken):
    """An address to be told of some kinds of events."""

    url: Words = Field(max_length=500, min_length=1, examples=["https://shop.example/hooks/jiacan"])
    kinds: list[EventKind] = Field(min_length=1, max_length=len(EventKind))


class EndpointChange(Taken):
    """What is to change; what is left out stays."""

    url: Words | None = None
    kinds: list[EventKind] | None = Field(None, min_length=1, max_length=len(EventKind))
    active: bool | None = Field(None, strict=True)


class EndpointShape(Given):
    """An address that is told of the kinds it asked for, while it is active."""

    id: int
    url: str
    kinds: list[EventKind]
    active: bool
    created_by: str
    created_at: Moment
    failing_since: Moment | None = Field(description="The first failure after the last success.")


class EndpointWithSecret(Given):
    """An address and the secret that what is sent to it is signed with; it is shown this once."""

    endpoint: EndpointShape
    secret: str | None = Field(description="Null where a request is repeated under its Idempotency-Key.")


class EndpointsShape(Given):
    """Every address of the shop, the oldest first."""

    items: list[EndpointShape]


class DeliveryShape(Given):
    """One event on its way to one address."""

    id: str
    endpoint_id: int
    event_id: str
    kind: str
    subject: str
    at: Moment
    state: DeliveryState
    attempts: int
    next_try_at: Moment | None
    last_try_at: Moment | None
    last: str | None = Field(description="What came of the last try, in words.")


def to_endpoint(endpoint: Endpoint) -> EndpointShape:
    """An address, as JSON says it."""
    return EndpointShape(
        id=endpoint.id,
        url=endpoint.url,
        kinds=sorted(endpoint.kinds),
        active=endpoint.active,
        created_by=endpoint.created_by,
        created_at=endpoint.created_at,
        failing_since=endpoint.failing_since,
    )


def to_delivery(delivery: Delivery, say: Phrasebook) -> DeliveryShape:
    """A delivery, as JSON says it."""
    return DeliveryShape(
        id=delivery.id,
        endpoint_id=delivery.endpoint_id,
        event_id=delivery.event_id,
        kind=delivery.kind,
        subject=delivery.subject,
        at=delivery.at,
        state=delivery.state,
        attempts=delivery.attempts,
        next_try_at=delivery.next_try_at,
        last_try_at=None if delivery.last is None else delivery.last.at,
        last=None if delivery.last is None else say.say(delivery.last.message()),
    )
