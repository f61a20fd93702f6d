"""Tiers: where customers stand, and what is missing to the next."""

from __future__ import annotations

from django.utils import timezone
from ninja import Path, Router

from jiacan.api.web.auth import Call
from jiacan.api.web.operation import operation
from jiacan.api.web.shapes.tiers import CustomerTiersShape, to_customer_tiers
from jiacan.api.web.shapes.values import Id
from jiacan.campaigns.facade import standing
from jiacan.tenancy.contracts import Permission

router = Router(tags=["tiers"])


@operation(
    router,
    "GET",
    "/tiers/customers/{path:customer_id}",
    asks=Permission.SEE_POINTS,
    answers={200: CustomerTiersShape},
)
def get_tiers(request: Call, customer_id: Path[Id]) -> CustomerTiersShape:
    """Where a customer stands.

    By every plan in force that says what its tiers need: the tier, what they have within the period, what is missing
    to the next tier, until when they keep one that they have too little for, and every step with its date.
    """
    shop = request.auth.shop
    return to_customer_tiers(customer_id, standing.tiers_of(shop.id, customer_id, at=timezone.now()))
