"""A program that calls the API with a token, through Django's client, and a shop for it to call."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from jiacan.campaigns.facade import running
from jiacan.plans import facade as plans
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor, Permission, Shop
from tests.slices.histories import PLAN

OWNER = Actor("owner", "test")
PLAN_ID = "order-bonus-2011"
PLAN_TEXT = PLAN.read_text().replace("holdout: {share: 10%}\n", "")
"""The reference plan without a holdout, so that every customer gets what they earn."""


@dataclass
class Caller:
    """Calls with one token; `say` adds headers."""

    secret: str
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def get(self, path: str, **say: str) -> HttpResponse:
        return self.send("GET", path, None, **say)

    def post(self, path: str, body: Any = None, **say: str) -> HttpResponse:
        return self.send("POST", path, body, **say)

    def send(self, method: str, path: str, body: Any, **say: str) -> HttpResponse:
        headers = {name.replace("_", "-"): value for name, value in say.items()}
        if self.secret:
            headers.setdefault("Authorization", f"Bearer {self.secret}")
        address = path if path.startswith("/") else f"/api/v1/{path}"
        content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = headers.pop("Content-Type", "application/json" if content else "")
        return self.client.generic(method, address, content, content_type=kind, headers=headers)


def gifts_shop(slug: str = "gifts") -> Shop:
    """A shop in whose currency orders can be taken, with no plan."""
    plan = plans.check_text(PLAN_TEXT, "plan").document
    assert plan is not None
    return tenancy.open_shop(slug, zone=plan.zone, currency=plan.currency)


def live_shop(*edits: tuple[str, str], slug: str = "gifts") -> Shop:
    """A shop whose plan is live; each edit changes the plan's text."""
    shop = gifts_shop(slug)
    text = PLAN_TEXT.replace("shop: gifts", f"shop: {slug}")
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    running.go_live(shop.id, plans.check_text(text, "plan"), actor=OWNER, approver="lead@gifts.example")
    return shop


def token_of(shop: Shop, *scopes: Permission) -> str:
    """A new token's secret; without scopes it has them all."""
    chosen = frozenset(scopes or Permission)
    _, secret = tenancy.add_token(
        shop.id, name="shop", scopes=chosen, may=frozenset(Permission), actor=OWNER, at=timezone.now()
    )
    return secret.value


def caller(shop: Shop, *scopes: Permission) -> Caller:
    """Someone who calls with a new token of the shop."""
    return Caller(token_of(shop, *scopes))


def problem(response: HttpResponse, status: int, code: str) -> Mapping[str, Any]:
    """The problem document of a response, which must be that problem."""
    assert response.headers["Content-Type"] == "application/problem+json", response.content[:500]
    document: dict[str, Any] = json.loads(response.content)
    assert (response.status_code, document["status"], document["code"]) == (status, status, code), document
    assert document["type"] == f"/api/v1/docs#{code}"
    assert document["title"]
    assert document["detail"]
    assert document["request_id"]
    return document


def order(order_id: str = "1001", **changes: Any) -> dict[str, Any]:
    """A paid order of 160.00 that earns a mug."""
    return {
        "order_id": order_id,
        "customer_id": f"c-{order_id}",
        "currency": "GBP",
        "paid_at": "2011-11-15T10:00:00+00:00",
        "lines": [{"sku": "22423", "quantity": 2, "unit_price": "80.00"}],
        **changes,
    }
