"""Webhooks: addresses that are told what happens, and what became of each delivery."""

from __future__ import annotations

from typing import Annotated

from django.utils import timezone
from ninja import Path, Router

from jiacan.api.web.auth import Call, actor_of
from jiacan.api.web.kinds import Kind
from jiacan.api.web.operation import Answer, operation
from jiacan.api.web.paging import Cursor, Limit, Page, next_address, read_cursor
from jiacan.api.web.shapes.webhooks import (
    DeliveryShape,
    EndpointChange,
    EndpointIn,
    EndpointShape,
    EndpointsShape,
    EndpointWithSecret,
    to_delivery,
    to_endpoint,
)
from jiacan.console.facade import words
from jiacan.kernel.messages import tell
from jiacan.tenancy.contracts import Permission, Secret
from jiacan.webhooks import facade as webhooks
from jiacan.webhooks.contracts import (
    DeliveryUnknown,
    Endpoint,
    EndpointOff,
    EndpointUnknown,
    NothingWanted,
    TooManyEndpoints,
    UrlRefused,
)

router = Router(tags=["webhooks"])

ENDPOINT_UNKNOWN = Kind(EndpointUnknown, 404, tell("No such webhook"))
DELIVERY_UNKNOWN = Kind(DeliveryUnknown, 404, tell("No such delivery"))
URL_REFUSED = Kind(UrlRefused, 422, tell("Address refused"))
NOTHING_WANTED = Kind(NothingWanted, 422, tell("Nothing asked for"))
ENDPOINT_OFF = Kind(EndpointOff, 409, tell("Switched off"))
TOO_MANY = Kind(TooManyEndpoints, 409, tell("Too many webhooks"))

EndpointId = Annotated[int, Path(ge=1, le=2**31)]
DeliveryId = Annotated[str, Path(max_length=40, pattern=r"^dlv_[A-Za-z0-9_-]+$")]


@operation(router, "GET", "/webhooks", asks=Permission.MANAGE_WEBHOOKS, answers={200: EndpointsShape})
def list_webhooks(request: Call) -> EndpointsShape:
    """The shop's webhooks.

    Every address that is told what happens, the oldest first.
    """
    return EndpointsShape(items=[to_endpoint(each) for each in webhooks.endpoints_of(request.auth.shop.id)])


@operation(
    router,
    "POST",
    "/webhooks",
    asks=Permission.MANAGE_WEBHOOKS,
    answers={201: EndpointWithSecret},
    problems=(URL_REFUSED, NOTHING_WANTED, TOO_MANY),
)
def add_webhook(request: Call, body: EndpointIn) -> Answer:
    """Add a webhook.

    The answer has the secret that everything sent there is signed with; it is shown this once.
    """
    endpoint, secret = webhooks.add_endpoint(
        request.auth.shop.id, url=body.url, kinds=body.kinds, actor=actor_of(request), at=timezone.now()
    )
    return _with_secret(endpoint, secret, status=201)


@operation(
    router,
    "GET",
    "/webhooks/{endpoint_id}",
    asks=Permission.MANAGE_WEBHOOKS,
    answers={200: EndpointShape},
    problems=(ENDPOINT_UNKNOWN,),
)
def get_webhook(request: Call, endpoint_id: EndpointId) -> EndpointShape:
    """One webhook.

    What it is told of, and since when it has been failing, if it has.
    """
    return to_endpoint(_endpoint(request, endpoint_id))


@operation(
    router,
    "PATCH",
    "/webhooks/{endpoint_id}",
    asks=Permission.MANAGE_WEBHOOKS,
    answers={200: EndpointShape},
    problems=(ENDPOINT_UNKNOWN, URL_REFUSED, NOTHING_WANTED),
)
def change_webhook(request: Call, endpoint_id: EndpointId, body: EndpointChange) -> EndpointShape:
    """Change a webhook.

    What is left out stays. Switched off, what waits for it is given up.
    """
    return to_endpoint(
        webhooks.update_endpoint(
            request.auth.shop.id,
            endpoint_id,
            actor=actor_of(request),
            url=body.url,
            kinds=body.kinds,
            active=body.active,
        )
    )


@operation(
    router,
    "DELETE",
    "/webhooks/{endpoint_id}",
    asks=Permission.MANAGE_WEBHOOKS,
    answers={204: None},
    problems=(ENDPOINT_UNKNOWN,),
)
def remove_webhook(request: Call, endpoint_id: EndpointId) -> Answer:
    """Remove a webhook.

    With its deliveries, also those on their way.
    """
    webhooks.remove_endpoint(request.auth.shop.id, endpoint_id, actor=actor_of(request))
    return Answer(204, None)


@operation(
    router,
    "POST",
    "/webhooks/{endpoint_id}/secret",
    asks=Permission.MANAGE_WEBHOOKS,
    answers={200: EndpointWithSecret},
    problems=(ENDPOINT_UNKNOWN,),
)
def renew_webhook_secret(request: Call, endpoint_id: EndpointId) -> Answer:
    """Give a webhook a new secret.

    What is sent from now on is signed with it; it is shown this once.
    """
    secret = webhooks.rotate_secret(request.auth.shop.id, endpoint_id, actor=actor_of(request))
    return _with_secret(_endpoint(request, endpoint_id), secret, status=200)


@operation(
    router,
    "GET",
    "/webhooks/{endpoint_id}/deliveries",
    asks=Permission.MANAGE_WEBHOOKS,
    answers={200: Page[DeliveryShape]},
    problems=(ENDPOINT_UNKNOWN,),
)
def list_deliveries(
    request: Call, endpoint_id: EndpointId, cursor: Cursor = None, limit: Limit = 50
) -> Page[DeliveryShape]:
    """What was sent to a webhook.

    Its deliveries of the last thirty days, the newest first, with what came of the last try.
    """
    endpoint = _endpoint(request, endpoint_id)
    before = read_cursor(request, cursor, lambda position: str(position[0]))
    found = webhooks.deliveries_of(request.auth.shop.id, endpoint.id, before=before, limit=limit + 1)
    shown, more = found[:limit], len(found) > limit
    say = words(request.auth.shop.zone)
    return Page(
        items=[to_delivery(each, say) for each in shown],
        next=next_address(request, [shown[-1].id] if more else None),
    )


@operation(
    router,
    "POST",
    "/webhooks/deliveries/{delivery_id}/replay",
    asks=Permission.MANAGE_WEBHOOKS,
    answers={202: DeliveryShape},
    problems=(DELIVERY_UNKNOWN, ENDPOINT_OFF),
)
def replay_delivery(request: Call, delivery_id: DeliveryId) -> Answer:
    """Send a delivery again.

    With its id and its words, whatever became of it before.
    """
    delivery = webhooks.replay(request.auth.shop.id, delivery_id, actor=actor_of(request))
    return Answer(202, to_delivery(delivery, words(request.auth.shop.zone)))


def _endpoint(request: Call, endpoint_id: int) -> Endpoint:
    endpoint = webhooks.find_endpoint(request.auth.shop.id, endpoint_id)
    if endpoint is None:
        raise EndpointUnknown(endpoint_id=endpoint_id)
    return endpoint


def _with_secret(endpoint: Endpoint, secret: Secret, *, status: int) -> Answer:
    """The secret itself is kept nowhere, so a repeated request cannot be told it."""
    shown = to_endpoint(endpoint)
    return Answer(
        status,
        EndpointWithSecret(endpoint=shown, secret=secret.value),
        kept=EndpointWithSecret(endpoint=shown, secret=None),
    )
