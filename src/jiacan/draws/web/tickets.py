"""A customer's ticket, behind its unguessable link: drawn, kept, checked and claimed there."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jiacan.console.facade import attempt, open_page, words
from jiacan.draws.contracts.errors import NotDrawable
from jiacan.draws.contracts.kept import KeptDraw, KeptTicket
from jiacan.draws.facade import drawing, photographs, prizes, reading, revealing
from jiacan.draws.web.shown import shown_draw, shown_photograph
from jiacan.draws.web.shown_ticket import shown_other, shown_ticket
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import tell
from jiacan.kernel.places import at_place
from jiacan.tenancy.contracts import Shop

NONCE_BYTES = 16
_WHY = "whoever has the unguessable link may use the ticket, as with a paper one"


@open_page(why=_WHY)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def ticket(request: HttpRequest, secret: str) -> HttpResponse:
    """The ticket as it stands; posted to, it is drawn, and shows its card."""
    with _found(secret) as (shop, draw, kept):
        if request.method == "POST":
            return _draw(request, shop, kept, secret)
        return _private(_page(request, shop, draw, kept, secret))


def _draw(request: HttpRequest, shop: Shop, kept: KeptTicket, secret: str) -> HttpResponse:
    nonce = request.POST.get("nonce", "") or secrets.token_hex(NONCE_BYTES)
    try:
        drawing.draw_ticket(shop.id, kept.issued, nonce, at=datetime.now(UTC))
    except JiacanError as error:
        messages.error(request, words().say(error.message()))
        return _private(redirect("draw-ticket", secret=secret))
    return _private(redirect(f"{reverse('draw-ticket', args=[secret])}?drawn"))


def _page(request: HttpRequest, shop: Shop, draw: KeptDraw, kept: KeptTicket, secret: str) -> HttpResponse:
    now = datetime.now(UTC)
    others = (
        other
        for other_draw, other in reading.tickets_of(shop.id, kept.customer_id)
        if other_draw.id == draw.id and other.issued != kept.issued
    )
    taken, won = photographs.photographs_of(draw), kept.result.prize if kept.result is not None else ""
    facts = {
        "draw": shown_draw(shop, draw, reading.left_of(shop.id, draw), taken, at=now),
        "photograph": shown_photograph(draw, won, taken),
        "ticket": shown_ticket(draw, kept, reading.win_of_ticket(shop.id, kept.row), secret=secret, at=now),
        "others": [shown_other(draw, each) for each in others],
        "is_new": "drawn" in request.GET,
    }
    return render(request, "draws/ticket.html", facts)


@open_page(why=_WHY)
@require_POST
@never_cache
def claim(request: HttpRequest, secret: str) -> HttpResponse:
    """Claim what the ticket won."""
    with _found(secret) as (shop, _, kept):
        attempt(
            request,
            lambda: prizes.claim(shop.id, kept.issued, at=datetime.now(UTC)),
            tell("Claimed: the prize is yours, and the shop sends it."),
        )
    return _private(redirect("draw-ticket", secret=secret))


@open_page(why=_WHY)
@require_safe
@never_cache
def receipt(request: HttpRequest, secret: str) -> HttpResponse:
    """The receipt with which the ticket is checked alone."""
    with _found(secret) as (shop, draw, kept):
        try:
            data = revealing.receipt_of(shop.id, kept.issued)
        except NotDrawable as error:
            raise Http404 from error
    answer = HttpResponse(data, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{draw.draw_id}-{kept.number}.json"'
    return _private(answer)


@contextmanager
def _found(secret: str) -> Iterator[tuple[Shop, KeptDraw, KeptTicket]]:
    """The ticket of the link, at its shop's place and in its draw's zone."""
    found = reading.find_ticket(secret)
    if found is None:
        raise Http404
    shop, draw, kept = found
    with at_place(shop.id), timezone.override(draw.promise.zone):
        yield shop, draw, kept


def _private(answer: HttpResponse) -> HttpResponse:
    answer["Referrer-Policy"] = "same-origin"
    answer["X-Robots-Tag"] = "noindex"
    return answer
