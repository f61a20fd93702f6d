"""What a cart would get, and holding it until the cart is paid."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from ninja import Path, Router

from jiacan.api.web.auth import Call, actor_of
from jiacan.api.web.kinds import Kind
from jiacan.api.web.operation import Answer, operation
from jiacan.api.web.routes.orders import MONEY, refuse_other_money
from jiacan.api.web.shapes.orders import CartIn, to_cart
from jiacan.api.web.shapes.quotes import (
    CommitIn,
    CommittedShape,
    QuotesShape,
    ReservationIn,
    ReservationShape,
    to_committed,
    to_quote,
    to_reservation,
)
from jiacan.campaigns.facade import online
from jiacan.console.facade import words
from jiacan.kernel.messages import tell
from jiacan.offers.contracts.reservations import OrderPaidAlready, ReservationOver, ReservationUnknown
from jiacan.offers.facade import reserving
from jiacan.tenancy.contracts import Permission

router = Router(tags=["carts"])

RESERVATION_UNKNOWN = Kind(ReservationUnknown, 404, tell("No such reservation"))
RESERVATION_OVER = Kind(ReservationOver, 409, tell("The reservation is over"))
PAID_ALREADY = Kind(OrderPaidAlready, 409, tell("Paid already"))


@operation(router, "POST", "/quote", asks=Permission.QUOTE, answers={200: QuotesShape}, problems=MONEY)
def quote_cart(request: Call, body: CartIn) -> QuotesShape:
    """Quote a cart.

    What it would cost line by line and what it would get if it were paid now, in every live plan, and what is missing
    to more. Nothing is held.
    """
    shop = request.auth.shop
    refuse_other_money(request, [body])
    at = timezone.now()
    say = words(shop.zone)
    return QuotesShape(quotes=[to_quote(each, say) for each in online.quote(shop, to_cart(body), at=at)])


@operation(
    router,
    "POST",
    "/reservations",
    asks=Permission.RESERVE,
    answers={201: ReservationShape},
    problems=(*MONEY, PAID_ALREADY),
)
def reserve_cart(request: Call, body: ReservationIn) -> Answer:
    """Reserve what a cart would get.

    Stock, budget and allowances are held for it until it is committed or released, or its time is over. The same
    order with the same goods has one open reservation; with other goods the earlier one is replaced.
    """
    shop = request.auth.shop
    refuse_other_money(request, [body])
    made = online.reserve(
        shop, to_cart(body), at=timezone.now(), hold_seconds=body.hold_seconds, actor=actor_of(request)
    )
    return Answer(201, to_reservation(made, shop.currency))


@operation(
    router,
    "GET",
    "/reservations/{reservation_id}",
    asks=Permission.RESERVE,
    answers={200: ReservationShape},
    problems=(RESERVATION_UNKNOWN,),
)
def get_reservation(request: Call, reservation_id: Path[UUID]) -> ReservationShape:
    """A reservation.

    What is held for the cart, until when, and what became of it.
    """
    shop = request.auth.shop
    return to_reservation(reserving.get_reservation(shop.id, str(reservation_id)), shop.currency)


@operation(
    router,
    "POST",
    "/reservations/{reservation_id}/commit",
    asks=Permission.RESERVE,
    answers={200: CommittedShape},
    problems=(RESERVATION_UNKNOWN, RESERVATION_OVER, PAID_ALREADY),
)
def commit_reservation(request: Call, reservation_id: Path[UUID], body: CommitIn) -> CommittedShape:
    """Commit a reservation: its cart was paid.

    The order is recorded and gets exactly what was held for it, whatever the plan says by now. Committing twice gives
    the same answer.
    """
    shop = request.auth.shop
    committed = online.commit(shop, str(reservation_id), paid_at=body.paid_at, at=timezone.now())
    return to_committed(committed, shop.currency)


@operation(
    router,
    "POST",
    "/reservations/{reservation_id}/release",
    asks=Permission.RESERVE,
    answers={200: ReservationShape},
    problems=(RESERVATION_UNKNOWN, RESERVATION_OVER),
)
def release_reservation(request: Call, reservation_id: Path[UUID]) -> ReservationShape:
    """Release a reservation.

    What it held is free again at once. Releasing twice gives the same answer.
    """
    shop = request.auth.shop
    return to_reservation(online.release(shop, str(reservation_id), at=timezone.now()), shop.currency)
