"""The staff's pages of coupons: a customer's or one by its code, used and given back by hand, and codes in bulk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from jiacan.campaigns.facade import coupons
from jiacan.campaigns.facade.live import live_plans
from jiacan.campaigns.web.coupons_shown import shown_batch, shown_coupon
from jiacan.console.contracts import Visit
from jiacan.console.facade import page, words
from jiacan.kernel.cells import csv_lines
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell
from jiacan.kernel.money import Money, minor_digits
from jiacan.kernel.periods import end_of
from jiacan.members.contracts.coupons import Asked, BatchUnknown, Coupon, CouponUnknown, NewBatch, Shown
from jiacan.members.facade import coupon_batches
from jiacan.tenancy.contracts import Permission

_COLUMNS = ("code", "state", "customer", "good_until")
_MOST_MAJOR = 10**9


@page(needs=Permission.SEE_COUPONS)
@require_safe
def show(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The coupons of the customer, or the coupon of the code, that the address asks for; without one, the batches."""
    asked, at = request.GET.get("q", "").strip()[:200], timezone.now()
    facts: dict[str, object] = {"visit": visit, "asked": asked}
    if asked:
        facts["found"] = [shown_coupon(each) for each in _find(visit.shop.id, asked)]
    else:
        live = live_plans(visit.shop.id)
        facts |= {
            "batches": [shown_batch(each) for each in coupon_batches.batches_of(visit.shop.id)],
            "sorts": [(plan.plan_id, each.id, each.name) for plan in live for each in plan.rules.coupons.values()],
            "lines": [(plan.plan_id, each.id, each.name) for plan in live for each in plan.rules.budget.values()],
            "most": coupon_batches.MOST_CODES,
            "today": timezone.localdate(at, visit.shop.zone),
        }
    return render(request, "campaigns/coupons.html", facts)


def _find(shop_id: int, asked: str) -> tuple[Shown, ...]:
    """What is written is a code of the shop, or a customer's number."""
    at = timezone.now()
    try:
        return (coupons.get_coupon(shop_id, asked, at=at),)
    except CouponUnknown:
        return coupons.coupons_of(shop_id, asked, at=at)


# --- by hand ----------------------------------------------------------------------------------------------


@page(needs=Permission.USE_COUPONS)
@require_POST
def use(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Use a coupon on an order, and say what it takes off."""
    code, order_id, customer = _field(request, "code"), _field(request, "order"), _field(request, "customer")
    try:
        currency = coupons.get_coupon(visit.shop.id, code, at=timezone.now()).terms.currency
        spend = _minor(_field(request, "spend"), currency)
        if not order_id or not customer or spend is None:
            return _back(
                request, visit, code, wrong=tell("Name the order, its customer, and what its goods come to.")
            )
        asked = Asked(order_id, customer, spend, currency)
        used = coupons.use_by_hand(visit.shop.id, code, asked, actor=visit.actor, at=timezone.now())
    except JiacanError as error:
        return _back(request, visit, code, wrong=error.message())
    off = tell("{amount} come off order {order}.", amount=Money(used.off_minor, currency), order=order_id)
    return _back(request, visit, code, done=off)


@page(needs=Permission.USE_COUPONS)
@require_POST
def undo(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Give a coupon back whose order is cancelled, with the reason."""
    code, order_id, reason = _field(request, "code"), _field(request, "order"), _field(request, "reason", most=500)
    if not reason:
        return _back(request, visit, code, wrong=tell("Say why; the reason is kept in the audit."))
    try:
        coupons.undo_by_hand(visit.shop.id, code, order_id, reason=reason, actor=visit.actor, at=timezone.now())
    except JiacanError as error:
        return _back(request, visit, code, wrong=error.message())
    return _back(request, visit, code, done=tell("The coupon is no longer on the order; it says where it stands."))


@page(needs=Permission.USE_COUPONS)
@require_POST
def assign(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Give a code of a batch to a customer."""
    code, customer = _field(request, "code"), _field(request, "customer")
    if not customer:
        return _back(request, visit, code, wrong=tell("Say whose the code is from now on: the customer's number."))
    try:
        coupons.assign(visit.shop.id, code, customer, actor=visit.actor, at=timezone.now())
    except JiacanError as error:
        return _back(request, visit, code, wrong=error.message())
    return _back(request, visit, code, done=tell("The coupon is the customer's."))


def _field(request: HttpRequest, name: str, *, most: int = 200) -> str:
    return request.POST.get(name, "").strip()[:most]


def _minor(text: str, currency: str) -> int | None:
    """The amount that is written, if it is one of that currency."""
    try:
        amount = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None
    if not amount.is_finite() or not 0 <= amount < _MOST_MAJOR:
        return None
    minor = amount.scaleb(minor_digits(currency))
    return int(minor) if minor == minor.to_integral_value() else None


def _back(
    request: HttpRequest, visit: Visit, asked: str, *, done: Message | None = None, wrong: Message | None = None
) -> HttpResponse:
    if done is not None:
        messages.success(request, words().say(done))
    if wrong is not None:
        messages.error(request, words().say(wrong))
    address = reverse("coupons", args=[visit.shop.slug])
    return redirect(f"{address}?{urlencode({'q': asked})}" if asked else address)


# --- in bulk ----------------------------------------------------------------------------------------------


@page(needs=Permission.MAKE_CODES)
@require_POST
def make(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Make codes for a leaflet or a partner."""
    plan_id, _, coupon = _field(request, "coupon").partition("/")
    line_plan, _, line = _field(request, "line").partition("/")
    codes, until, label = _field(request, "codes"), _day(_field(request, "until")), _field(request, "label")
    if not label or until is None or not (codes.isascii() and codes.isdigit() and len(codes) < 9):
        return _back(request, visit, "", wrong=tell("Say how many codes, their last day, and what they are for."))
    if line_plan != plan_id:
        return _back(request, visit, "", wrong=tell("The budget line must be one of the coupon's own plan."))
    asked = NewBatch(coupon, line, int(codes), label, end_of(until, visit.shop.zone))
    try:
        made = coupons.make_batch(visit.shop.id, plan_id, asked, actor=visit.actor, at=timezone.now())
    except JiacanError as error:
        return _back(request, visit, "", wrong=error.message())
    return _back(request, visit, "", done=tell("{codes} codes are made; export them below.", codes=made.codes))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@page(needs=Permission.MAKE_CODES)
@require_safe
def export(request: HttpRequest, visit: Visit, batch_id: int) -> StreamingHttpResponse:
    """The codes of a batch as CSV; audited, since whoever has the file has the coupons."""
    try:
        found = coupon_batches.export_codes(visit.shop.id, batch_id, actor=visit.actor, at=timezone.now())
    except BatchUnknown as error:
        raise Http404 from error
    answer = StreamingHttpResponse(csv_lines(_rows(found)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="codes-{batch_id}.csv"'
    return answer


def _rows(found: Iterator[Coupon]) -> Iterator[tuple[str, ...]]:
    yield _COLUMNS
    for each in found:
        until = "" if each.expires_at is None else each.expires_at.isoformat()
        yield each.code, each.state, each.customer_id or "", until


@page(needs=Permission.MAKE_CODES)
@require_POST
def withdraw(request: HttpRequest, visit: Visit, batch_id: int) -> HttpResponse:
    """Make void what of a batch nobody has, with the reason."""
    reason = _field(request, "reason", most=500)
    if not reason:
        return _back(request, visit, "", wrong=tell("Say why; the reason is kept in the audit."))
    try:
        gone = coupons.withdraw(visit.shop.id, batch_id, reason=reason, actor=visit.actor, at=timezone.now())
    except JiacanError as error:
        return _back(request, visit, "", wrong=error.message())
    return _back(request, visit, "", done=tell("{codes} codes are void; their money is free again.", codes=gone))
