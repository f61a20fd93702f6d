"""Awards: looked for, explained, and taken back by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from ninja import Path, Query, Router

from jiacan.api.contracts import OrderUnknown
from jiacan.api.web.auth import Call, actor_of
from jiacan.api.web.kinds import Kind
from jiacan.api.web.operation import operation
from jiacan.api.web.paging import Cursor, Limit, Page, next_address, read_cursor
from jiacan.api.web.routes.orders import ORDER_UNKNOWN
from jiacan.api.web.routes.plans import CAMPAIGN_UNKNOWN
from jiacan.api.web.shapes.awards import (
    AwardFilter,
    AwardFoundShape,
    ClawBackIn,
    ClawBackShape,
    CustomerShape,
    ReceiptShape,
    ReceiptsShape,
    to_award,
    to_claw_back,
    to_found,
    to_lines,
    to_query,
    to_statement,
)
from jiacan.api.web.shapes.values import Id
from jiacan.campaigns.contracts.public import CampaignUnknown
from jiacan.campaigns.facade import awards
from jiacan.console.facade import words
from jiacan.kernel.messages import Phrasebook, tell
from jiacan.offers import facade as offers
from jiacan.offers.contracts.errors import CustomerUnknown, OrderNotPaid
from jiacan.offers.contracts.searching import AwardCursor
from jiacan.orders import facade as orders
from jiacan.plans import facade as plans
from jiacan.plans.contracts import PlanVersion
from jiacan.tenancy.contracts import Permission, Shop

router = Router(tags=["awards"])

NOT_PAID = Kind(OrderNotPaid, 409, tell("Not paid yet"))
CUSTOMER_UNKNOWN = Kind(CustomerUnknown, 404, tell("No such customer"))


@operation(
    router,
    "GET",
    "/awards",
    asks=Permission.SEE_AWARDS,
    answers={200: Page[AwardFoundShape]},
    problems=(CAMPAIGN_UNKNOWN,),
)
def list_awards(
    request: Call,
    asked: Query[AwardFilter],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[AwardFoundShape]:
    """Look for awards of a campaign, the last settled first.

    `text` is an order's or a customer's number, or its beginning; `reason` a refusal's code or its beginning, such as
    `stock:`; `outcome=clawed_back` gives awards of which something was taken back.
    """
    shop = request.auth.shop
    _live(shop, asked.plan_id)
    found = awards.search(
        shop.id, asked.plan_id, to_query(asked), after=read_cursor(request, cursor, _to_cursor), limit=limit
    )
    return Page(
        items=[to_found(asked.plan_id, each, shop.currency) for each in found.awards],
        next=next_address(request, None if found.next is None else _position(found.next)),
    )


@operation(
    router,
    "POST",
    "/awards/claw-back",
    asks=Permission.CLAW_BACK,
    answers={200: ClawBackShape},
    problems=(CAMPAIGN_UNKNOWN,),
)
def claw_back_award(request: Call, body: ClawBackIn) -> ClawBackShape:
    """Take an award back by hand, whole.

    As a refund would: a gift is owed, a coupon voided if unused, points taken back even into debt. The reason is
    written into the audit.
    """
    shop = request.auth.shop
    _live(shop, body.plan_id)
    back = awards.take_back(
        shop,
        body.plan_id,
        body.order_id,
        body.offer_id,
        reason=body.reason,
        actor=actor_of(request),
        at=timezone.now(),
    )
    return to_claw_back(body.plan_id, back, shop.currency)


@operation(
    router,
    "GET",
    "/receipts/{path:order_id}",
    asks=Permission.SEE_AWARDS,
    answers={200: ReceiptsShape},
    problems=(ORDER_UNKNOWN, NOT_PAID),
)
def get_receipts(request: Call, order_id: Path[Id]) -> ReceiptsShape:
    """Why an order got what it got, and why not.

    Every offer of every live plan, in words to send to the customer, in the language asked for by Accept-Language,
    and as facts.
    """
    shop = request.auth.shop
    if orders.find_order(shop.id, order_id) is None:
        raise OrderUnknown(order_id=order_id)
    say = words(shop.zone)
    return ReceiptsShape(
        order_id=order_id,
        receipts=[_receipt(shop, order_id, version, say) for version in plans.live_plans(shop.id)],
    )


@operation(
    router,
    "GET",
    "/customers/{path:customer_id}",
    asks=Permission.SEE_CUSTOMERS,
    answers={200: CustomerShape},
    problems=(CUSTOMER_UNKNOWN,),
)
def get_customer(request: Call, customer_id: Path[Id]) -> CustomerShape:
    """What a customer has and owes.

    For every live plan in which an order of theirs met an offer: what they have, what they owe after claw-backs, and
    each order's receipt.
    """
    shop = request.auth.shop
    say = words(shop.zone)
    statements = []
    for version in plans.live_plans(shop.id):
        rules = plans.rules_of(shop.id, version)
        try:
            found = offers.statement(shop.id, customer_id, rules, rules_of=_versions(shop, version))
        except CustomerUnknown:
            continue
        statements.append(to_statement(version.plan_id, found, say))
    if not statements:
        raise CustomerUnknown(customer_id=customer_id)
    return CustomerShape(customer_id=customer_id, statements=statements)


def _receipt(shop: Shop, order_id: str, version: PlanVersion, say: Phrasebook) -> ReceiptShape:
    rules = plans.rules_of(shop.id, version)
    lines = offers.receipt(shop.id, order_id, rules, rules_of=_versions(shop, version))
    found = offers.awards_for(shop.id, version.plan_id, [order_id])
    return ReceiptShape(
        plan_id=version.plan_id,
        lines=to_lines(lines, say),
        awards=[to_award(version.plan_id, award, shop.currency) for award in found],
    )


def _versions(shop: Shop, version: PlanVersion) -> offers.VersionRules:
    return lambda number: plans.load_rules(shop.id, version.plan_id, number)


def _live(shop: Shop, plan_id: str) -> None:
    if not any(version.plan_id == plan_id for version in plans.live_plans(shop.id)):
        raise CampaignUnknown(plan_id=plan_id)


def _position(cursor: AwardCursor) -> list[Any]:
    return [cursor.settled_for.isoformat(), cursor.order_id, cursor.offer_place]


def _to_cursor(position: Sequence[Any]) -> AwardCursor:
    settled_for, order_id, offer_place = position
    return AwardCursor(datetime.fromisoformat(settled_for), order_id, offer_place)
