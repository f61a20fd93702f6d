"""The member's page: links by which a shop's system lets a customer in."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from ninja import Path, Router
from pydantic import Field

from jiacan.api.web.auth import Call
from jiacan.api.web.operation import Answer, operation
from jiacan.api.web.shapes.values import Given, Id, Moment
from jiacan.members.contracts.sign_in import LINK_LASTS
from jiacan.members.facade import sign_in
from jiacan.tenancy.contracts import Permission

router = Router(tags=["members"])


class SignInLinkShape(Given):
    """A link that lets a customer in to their own page, once, before `expires_at`.

    `address` is told once: a request that is repeated under its Idempotency-Key is answered null.
    """

    customer_id: str = Field(examples=["c-17"])
    address: str | None = Field(examples=["https://shop.example/m/gifts/link/Vb2…"])
    expires_at: Moment


@operation(
    router,
    "POST",
    "/members/{path:customer_id}/sign-in-link",
    asks=Permission.LET_MEMBERS_IN,
    answers={201: SignInLinkShape},
)
def make_sign_in_link(request: Call, customer_id: Path[Id]) -> Answer:
    """Make a link to a customer's own page.

    Whoever opens it is signed in as the customer: send it to them alone, or lead their browser there. It works once,
    within a quarter of an hour. A site whose customers come often signs tokens instead: see the guide to the member
    page.
    """
    shop, at = request.auth.shop, timezone.now()
    secret = sign_in.make_link(shop.id, customer_id, made_by=f"token {request.auth.name}", at=at)
    path = reverse("member-link", args=[shop.slug, secret.value])
    address = f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else request.build_absolute_uri(path)
    told = SignInLinkShape(customer_id=customer_id, address=address, expires_at=at + LINK_LASTS)
    return Answer(HTTPStatus.CREATED, told, kept=told.model_copy(update={"address": None}))
