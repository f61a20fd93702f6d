"""Coupons: a customer's, used on orders and given back, and codes made in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.utils import timezone
from ninja import Path, Router

from jiacan.api.contracts import FieldProblem, FieldsWrong
from jiacan.api.web.auth import Call, actor_of
from jiacan.api.web.kinds import Kind
from jiacan.api.web.operation import Answer, operation
from jiacan.api.web.paging import Cursor, Limit, Page, next_address, read_cursor
from jiacan.api.web.shapes.coupons import (
    AssignIn,
    BatchesShape,
    BatchIn,
    BatchShape,
    CodeShape,
    CouponShape,
    CustomerCouponsShape,
    UndoIn,
    UseIn,
    UseShape,
    to_batch,
    to_code,
    to_coupon,
    to_use,
)
from jiacan.api.web.shapes.values import Id, minor_of
from jiacan.campaigns.facade import coupons
from jiacan.console.facade import words
from jiacan.kernel.messages import tell
from jiacan.kernel.money import minor_digits
from jiacan.members.contracts.coupons import (
    AlreadyTheirs,
    Asked,
    BatchUnknown,
    BatchWithdrawn,
    CouponExpired,
    CouponUnknown,
    CouponUsed,
    CouponVoid,
    NewBatch,
    NoSuchCoupon,
    NoSuchLine,
    NothingToTakeOff,
    NotTheirs,
    NotUsedOnOrder,
    OtherCurrency,
    OverBefore,
    TooLittleSpend,
)
from jiacan.members.facade import coupon_batches
from jiacan.offers.contracts.errors import BeyondBudget
from jiacan.tenancy.contracts import Permission

router = Router(tags=["coupons"])

UNKNOWN = Kind(CouponUnknown, 404, tell("No such coupon"))
USED = Kind(CouponUsed, 409, tell("Coupon used already"))
EXPIRED = Kind(CouponExpired, 409, tell("Coupon expired"))
VOID = Kind(CouponVoid, 409, tell("Coupon no longer good"))
NOT_THEIRS = Kind(NotTheirs, 409, tell("Coupon of another customer"))
TOO_LITTLE = Kind(TooLittleSpend, 409, tell("Too little spend for the coupon"))
OTHER_CURRENCY = Kind(OtherCurrency, 409, tell("Coupon in another currency"))
NOTHING_OFF = Kind(NothingToTakeOff, 409, tell("Nothing to take off"))
NOT_USED = Kind(NotUsedOnOrder, 409, tell("Coupon not used on that order"))
ASSIGNED = Kind(AlreadyTheirs, 409, tell("Code is a customer's already"))
NO_COUPON = Kind(NoSuchCoupon, 409, tell("No such coupon in this plan"))
NO_LINE = Kind(NoSuchLine, 409, tell("No such budget line in this plan"))
OVER_BEFORE = Kind(OverBefore, 409, tell("Codes over before they are made"))
BEYOND_BUDGET = Kind(BeyondBudget, 409, tell("Beyond the budget line"))
NO_BATCH = Kind(BatchUnknown, 404, tell("No such batch of codes"))
WITHDRAWN = Kind(BatchWithdrawn, 409, tell("Batch withdrawn before"))


@operation(
    router,
    "GET",
    "/coupons/customers/{path:customer_id}",
    asks=Permission.SEE_COUPONS,
    answers={200: CustomerCouponsShape},
)
def get_customer_coupons(request: Call, customer_id: Path[Id]) -> CustomerCouponsShape:
    """A customer's coupons.

    Each with its code, its terms, where it stands and why, and the orders it was used on. A coupon gets its code when
    it is first asked for here. Nobody who is not known has any.
    """
    shop = request.auth.shop
    found = coupons.coupons_of(shop.id, customer_id, at=timezone.now())
    say = words(shop.zone)
    return CustomerCouponsShape(customer_id=customer_id, coupons=[to_coupon(each, say) for each in found])


# --- codes in bulk ----------------------------------------------------------------------------------------


@operation(
    router,
    "POST",
    "/coupons/batches",
    asks=Permission.MAKE_CODES,
    answers={201: BatchShape},
    problems=(NO_COUPON, NO_LINE, OVER_BEFORE, BEYOND_BUDGET),
)
def make_batch(request: Call, body: BatchIn) -> Answer:
    """Make codes that are nobody's yet, for a leaflet or a partner.

    Their face value is held on the budget line at once, all or none, and is free again as they end. Whoever uses one
    first, or is given it, has it.
    """
    asked = NewBatch(body.coupon, body.line, body.codes, body.label, body.expires_at)
    made = coupons.make_batch(request.auth.shop.id, body.plan_id, asked, actor=actor_of(request), at=timezone.now())
    return Answer(HTTPStatus.CREATED, to_batch(made))


@operation(router, "GET", "/coupons/batches", asks=Permission.SEE_COUPONS, answers={200: BatchesShape})
def list_batches(request: Call) -> BatchesShape:
    """Batches of codes, the last made first, and how many of each are used and open."""
    found = coupon_batches.batches_of(request.auth.shop.id)
    return BatchesShape(batches=[to_batch(each) for each in found])


@operation(
    router,
    "GET",
    "/coupons/batches/{batch_id}/codes",
    asks=Permission.MAKE_CODES,
    answers={200: Page[CodeShape]},
    problems=(NO_BATCH,),
)
def list_codes(request: Call, batch_id: Path[int], cursor: Cursor = None, limit: Limit = 50) -> Page[CodeShape]:
    """The codes of a batch, as they stand; audited, since whoever has them has the coupons."""
    found = coupon_batches.codes_page(
        request.auth.shop.id,
        batch_id,
        after=read_cursor(request, cursor, _to_number),
        limit=limit + 1,
        actor=actor_of(request),
        at=timezone.now(),
    )
    last = found[limit - 1].part if len(found) > limit else None
    return Page(
        items=[to_code(each) for each in found[:limit]],
        next=next_address(request, None if last is None else [last]),
    )


# --- one coupon -------------------------------------------------------------------------------------------


@operation(
    router,
    "POST",
    "/coupons/{code}/uses",
    asks=Permission.USE_COUPONS,
    answers={200: UseShape},
    problems=(UNKNOWN, USED, EXPIRED, VOID, NOT_THEIRS, TOO_LITTLE, OTHER_CURRENCY, NOTHING_OFF),
)
def use_coupon(request: Call, code: Path[Id], body: UseIn) -> UseShape:
    """Use a coupon on an order.

    Says how much it takes off. The same order by the same customer with the same spend is answered the same and takes
    nothing more; several coupons on one order never take off more than its spend.
    """
    shop = request.auth.shop
    spend = _spend(body)
    asked = Asked(body.order_id, body.customer_id, spend, body.currency)
    used = coupons.use(shop.id, code, asked, by=actor_of(request).name, at=timezone.now())
    return to_use(coupons.get_coupon(shop.id, code, at=used.used_at).coupon.code, used, body.currency)


def _spend(body: UseIn) -> int:
    """What the goods come to; an amount finer than its currency would not come to what it says."""
    _, _, fraction = body.spend.partition(".")
    if len(fraction) > minor_digits(body.currency):
        wrong = tell("has more digits after the point than {currency} has", currency=body.currency)
        raise FieldsWrong(problems=(FieldProblem("pointer", "#/spend", "too_fine", wrong),))
    return minor_of(body.spend, body.currency)


@operation(
    router,
    "POST",
    "/coupons/{code}/undo",
    asks=Permission.USE_COUPONS,
    answers={200: CouponShape},
    problems=(UNKNOWN, NOT_USED),
)
def undo_use(request: Call, code: Path[Id], body: UndoIn) -> CouponShape:
    """Give a coupon back whose order is cancelled.

    It is open again with its validity as it was, or says why it is not. The same again changes nothing.
    """
    shop, at = request.auth.shop, timezone.now()
    coupons.undo(shop.id, code, body.order_id, by=actor_of(request).name, at=at)
    return to_coupon(coupons.get_coupon(shop.id, code, at=at), words(shop.zone))


@operation(
    router,
    "POST",
    "/coupons/{code}/assign",
    asks=Permission.USE_COUPONS,
    answers={200: CouponShape},
    problems=(UNKNOWN, ASSIGNED, USED, EXPIRED, VOID),
)
def assign_code(request: Call, code: Path[Id], body: AssignIn) -> CouponShape:
    """Give a code of a batch to a customer; the same again changes nothing."""
    shop = request.auth.shop
    shown = coupons.assign(shop.id, code, body.customer_id, actor=actor_of(request), at=timezone.now())
    return to_coupon(shown, words(shop.zone))


@operation(
    router,
    "GET",
    "/coupons/{code}",
    asks=Permission.SEE_COUPONS,
    answers={200: CouponShape},
    problems=(UNKNOWN,),
)
def get_coupon(request: Call, code: Path[Id]) -> CouponShape:
    """A coupon by its code: its terms, where it stands and why, and the orders it was used on."""
    shop = request.auth.shop
    return to_coupon(coupons.get_coupon(shop.id, code, at=timezone.now()), words(shop.zone))


def _to_number(position: Sequence[Any]) -> int:
    (number,) = position
    return int(number)
