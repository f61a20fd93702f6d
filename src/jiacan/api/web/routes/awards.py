"""Awards: looked for, and taken back by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from ninja import Query, Router

from jiacan.api.web.auth import Call, actor_of
from jiacan.api.web.kinds import Kind
from jiacan.api.web.operation import operation
from jiacan.api.web.paging import Cursor, Limit, Page, next_address, read_cursor
from jiacan.api.web.routes.plans import CAMPAIGN_UNKNOWN
from jiacan.api.web.shapes.awards import (
    AwardFilter,
    AwardFoundShape,
    ClawBackIn,
    ClawBackShape,
    to_claw_back,
    to_found,
    to_query,
)
from jiacan.campaigns.contracts.public import CampaignUnknown
from jiacan.campaigns.facade import awards
from jiacan.campaigns.facade.live import find_live
from jiacan.kernel.messages import tell
from jiacan.offers.contracts.errors import AwardUnknown, NothingToTakeBack
from jiacan.offers.contracts.searching import AwardCursor
from jiacan.tenancy.contracts import Permission

router = Router(tags=["awards"])

AWARD_UNKNOWN = Kind(AwardUnknown, 404, tell("No such award"))
NOTHING_LEFT = Kind(NothingToTakeBack, 409, tell("Nothing to take back"))


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
    if find_live(shop.id, asked.plan_id) is None:
        raise CampaignUnknown(plan_id=asked.plan_id)
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
    problems=(CAMPAIGN_UNKNOWN, AWARD_UNKNOWN, NOTHING_LEFT),
)
def claw_back_award(request: Call, body: ClawBackIn) -> ClawBackShape:
    """Take an award back by hand, whole.

    As a refund would: a gift is owed, a coupon voided if unused, points taken back even into debt. The reason is
    written into the audit.
    """
    shop = request.auth.shop
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


def _position(cursor: AwardCursor) -> list[Any]:
    return [cursor.settled_for.isoformat(), cursor.order_id, cursor.offer_place]


def _to_cursor(position: Sequence[Any]) -> AwardCursor:
    settled_for, order_id, offer_place = position
    return AwardCursor(datetime.fromisoformat(settled_for), order_id, offer_place)
