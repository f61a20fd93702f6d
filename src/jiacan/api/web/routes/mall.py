"""The points mall: what a customer can have, redeemed, paid, cancelled and looked up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.utils import timezone
from ninja import Path, Query, Router

from jiacan.api.web.auth import Call
from jiacan.api.web.kinds import Kind
from jiacan.api.web.operation import Answer, operation
from jiacan.api.web.paging import Cursor, Limit, Page, next_address, read_cursor
from jiacan.api.web.routes.points import NOT_ENOUGH
from jiacan.api.web.shapes.mall import (
    MallShape,
    PaymentIn,
    RedeemedCodeShape,
    RedeemIn,
    RedemptionFilter,
    RedemptionShape,
    to_item,
    to_redemption,
)
from jiacan.api.web.shapes.values import Id
from jiacan.campaigns.facade import mall
from jiacan.console.facade import words
from jiacan.kernel.messages import tell
from jiacan.members.contracts.mall import (
    ItemUnknown,
    KeyUsed,
    NoCode,
    NoLongerHeld,
    NotToBeHad,
    NotToCancel,
    PaidBefore,
    RedemptionUnknown,
    Wanted,
)
from jiacan.tenancy.contracts import Permission

router = Router(tags=["mall"])

ITEM_UNKNOWN = Kind(ItemUnknown, 404, tell("No such item"))
UNKNOWN = Kind(RedemptionUnknown, 404, tell("No such redemption"))
NOT_TO_BE_HAD = Kind(NotToBeHad, 409, tell("Not to be had"))
KEY_USED = Kind(KeyUsed, 409, tell("Key used before"))
PAID_BEFORE = Kind(PaidBefore, 409, tell("Paid by another payment"))
NO_LONGER_HELD = Kind(NoLongerHeld, 409, tell("Waits for no payment"))
NOT_TO_CANCEL = Kind(NotToCancel, 409, tell("Not to be cancelled"))
NO_CODE = Kind(NoCode, 409, tell("No code to show"))


@operation(
    router,
    "GET",
    "/mall/customers/{path:customer_id}",
    asks=Permission.SEE_MALL,
    answers={200: MallShape},
)
def get_mall(request: Call, customer_id: Path[Id]) -> MallShape:
    """What a customer can have for points.

    Everything that is not over: its price, how many are left, and why they cannot have it, where they cannot.
    """
    shop = request.auth.shop
    say = words(shop.zone)
    found = mall.shown(shop.id, customer_id, at=timezone.now())
    return MallShape(customer_id=customer_id, items=[to_item(each, say) for each in found])


@operation(
    router,
    "POST",
    "/mall/redemptions",
    asks=Permission.REDEEM,
    answers={201: RedemptionShape},
    problems=(ITEM_UNKNOWN, NOT_TO_BE_HAD, NOT_ENOUGH, KEY_USED),
)
def redeem(request: Call, body: RedeemIn) -> Answer:
    """Redeem a customer's points for an item.

    The points are spent and the item is held in one step, or neither. Where it costs money too, tell its payment
    before `pay_until`; after that it is let go and the points come back. The same key again takes nothing more.
    """
    shop = request.auth.shop
    item = f"{body.plan_id}/{body.item_id}"
    made = mall.redeem(shop.id, body.customer_id, item, key=body.key, at=timezone.now())
    return Answer(HTTPStatus.CREATED, to_redemption(made, words(shop.zone)))


@operation(
    router,
    "GET",
    "/mall/redemptions",
    asks=Permission.SEE_MALL,
    answers={200: Page[RedemptionShape]},
)
def list_redemptions(
    request: Call,
    asked: Query[RedemptionFilter],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[RedemptionShape]:
    """Redemptions, the last made first."""
    shop = request.auth.shop
    states = () if asked.state is None else (asked.state,)
    wanted = Wanted(customer_id=asked.customer_id, states=states)
    found = mall.search(shop.id, wanted, before=read_cursor(request, cursor, _to_place), limit=limit + 1)
    last = found[limit - 1].redemption if len(found) > limit else None
    position = None if last is None else [last.redeemed_at.isoformat(), last.id]
    say = words(shop.zone)
    return Page(items=[to_redemption(each, say) for each in found[:limit]], next=next_address(request, position))


@operation(
    router,
    "GET",
    "/mall/redemptions/{redemption_id}",
    asks=Permission.SEE_MALL,
    answers={200: RedemptionShape},
    problems=(UNKNOWN,),
)
def get_redemption(request: Call, redemption_id: Path[Id]) -> RedemptionShape:
    """A redemption as it stands."""
    shop = request.auth.shop
    return to_redemption(mall.find(shop.id, redemption_id), words(shop.zone))


@operation(
    router,
    "POST",
    "/mall/redemptions/{redemption_id}/payment",
    asks=Permission.REDEEM,
    answers={200: RedemptionShape},
    problems=(UNKNOWN, PAID_BEFORE, NO_LONGER_HELD),
)
def confirm_payment(request: Call, redemption_id: Path[Id], body: PaymentIn) -> RedemptionShape:
    """Tell that the money of a redemption was paid.

    One that comes late is taken as long as the redemption was not let go. The same payment again changes nothing.
    """
    shop = request.auth.shop
    paid = mall.confirm(shop.id, redemption_id, payment=body.payment, at=timezone.now())
    return to_redemption(paid, words(shop.zone))


@operation(
    router,
    "POST",
    "/mall/redemptions/{redemption_id}/cancelled",
    asks=Permission.REDEEM,
    answers={200: RedemptionShape},
    problems=(UNKNOWN, NOT_TO_CANCEL),
)
def cancel(request: Call, redemption_id: Path[Id]) -> RedemptionShape:
    """Cancel a redemption for its customer, before it is sent or its code was seen.

    The points come back to the lots that they came from; stock, budget and limits are free again. Where `paid_at` is
    set, pay the money back. The same again changes nothing.
    """
    shop = request.auth.shop
    gone = mall.cancel(shop.id, redemption_id, customer_id=None, at=timezone.now())
    return to_redemption(gone, words(shop.zone))


@operation(
    router,
    "POST",
    "/mall/redemptions/{redemption_id}/code",
    asks=Permission.REDEEM,
    answers={200: RedeemedCodeShape},
    problems=(UNKNOWN, NO_CODE),
)
def show_code(request: Call, redemption_id: Path[Id]) -> Answer:
    """The code that a redemption brought, for its customer to see.

    From the first time on the redemption cannot be cancelled by its customer.
    """
    code = mall.show_code(request.auth.shop.id, redemption_id, customer_id=None, at=timezone.now())
    shown = RedeemedCodeShape(redemption_id=redemption_id, code=code)
    return Answer(HTTPStatus.OK, shown, kept=RedeemedCodeShape(redemption_id=redemption_id, code=""))


def _to_place(position: Sequence[Any]) -> tuple[datetime, str]:
    at, last = position
    return datetime.fromisoformat(at), str(last)
