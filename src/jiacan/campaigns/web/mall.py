"""The staff's page of the points mall: what is left, what was redeemed, sending it, and codes that are uploaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from jiacan.campaigns.facade import mall
from jiacan.campaigns.web.mall_shown import STATES, shown_item, shown_redemption
from jiacan.console.contracts import Visit
from jiacan.console.facade import attempt, page, words
from jiacan.kernel.cells import csv_lines
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell
from jiacan.kernel.money import to_major
from jiacan.members.contracts.mall import ShownRedemption, State, Wanted
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Permission

ON_A_PAGE = 50
IN_A_PIECE = 200
MOST_BYTES = 2_000_000
"""Twenty thousand codes of a hundred letters."""

_COLUMNS = (
    *("redemption", "key", "plan", "item", "customer", "state", "points", "money", "currency", "redeemed_at"),
    *("paid_at", "payment", "shipped_at", "carrier", "parcel", "ended_at"),
)


@page(needs=Permission.SEE_MALL)
@require_safe
def show(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What is left of every item, and the redemptions that the address asks for."""
    at, wanted = timezone.now(), _wanted(request)
    found = mall.search(visit.shop.id, wanted, before=_before(request), limit=ON_A_PAGE + 1)
    more = found[ON_A_PAGE - 1].redemption if len(found) > ON_A_PAGE else None
    items = mall.stocked(visit.shop.id, at=at)
    facts = {
        "visit": visit,
        "items": [shown_item(each) for each in items],
        "with_codes": [each for each in items if each.item.has_codes],
        "found": [shown_redemption(each) for each in found[:ON_A_PAGE]],
        "states": STATES,
        "wanted": wanted,
        "state": wanted.states[0] if wanted.states else "",
        "query": _query(wanted),
        "next": "" if more is None else _query(wanted, before=more.redeemed_at.isoformat(), last=more.id),
    }
    return render(request, "campaigns/mall.html", facts)


def _wanted(request: HttpRequest) -> Wanted:
    state = request.GET.get("state", "")
    return Wanted(
        customer_id=request.GET.get("q", "").strip()[:200],
        states=(State(state),) if state in list(State) else (),
    )


def _query(wanted: Wanted, **place: str) -> str:
    state = wanted.states[0].value if wanted.states else ""
    return urlencode({"q": wanted.customer_id, "state": state, **place})


def _before(request: HttpRequest) -> mall.Place | None:
    try:
        at = datetime.fromisoformat(request.GET["before"])
        return (at, str(UUID(request.GET["last"]))) if at.tzinfo is not None else None
    except (KeyError, ValueError):
        return None


# --- steps ------------------------------------------------------------------------------------------------


@page(needs=Permission.SHIP_REDEMPTIONS)
@require_POST
def ship(request: HttpRequest, visit: Visit, redemption_id: str) -> HttpResponse:
    """Say that a redemption was sent."""
    carrier, parcel = _field(request, "carrier", most=100), _field(request, "parcel", most=100)
    return _step(
        request,
        visit,
        lambda: mall.ship(
            *(visit.shop.id, redemption_id), carrier=carrier, parcel=parcel, actor=visit.actor, at=timezone.now()
        ),
        tell("It is on its way; the audit says by whom."),
    )


@page(needs=Permission.SHIP_REDEMPTIONS)
@require_POST
def finish(request: HttpRequest, visit: Visit, redemption_id: str) -> HttpResponse:
    """Say that a redemption arrived."""
    return _step(
        request,
        visit,
        lambda: mall.finish(visit.shop.id, redemption_id, actor=visit.actor, at=timezone.now()),
        tell("It is done."),
    )


@page(needs=Permission.REDEEM)
@require_POST
def cancel(request: HttpRequest, visit: Visit, redemption_id: str) -> HttpResponse:
    """Cancel a redemption for the shop, with the reason."""
    reason = _field(request, "reason", most=500)
    if not reason:
        return _back(request, visit, wrong=tell("Say why; the reason is kept in the audit."))
    return _step(
        request,
        visit,
        lambda: mall.cancel_by_hand(
            visit.shop.id, redemption_id, reason=reason, actor=visit.actor, at=timezone.now()
        ),
        tell("It is cancelled; the points are the customer's again. Pay back what money was paid."),
    )


@page(needs=Permission.UPLOAD_CODES)
@require_POST
def upload(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Take the codes of a file, or of a field; says which were not taken, and why."""
    file = request.FILES.get("file")
    if file is not None and (file.size or 0) > MOST_BYTES:
        return _back(request, visit, wrong=tell("The file is larger than 2 MB; upload its codes in parts."))
    written = request.POST.get("codes", "")[:MOST_BYTES]
    try:
        text = written if file is None else file.read().decode("utf-8-sig")
        item = _field(request, "item")
        found = mall.upload_codes(visit.shop.id, item, text, actor=visit.actor, at=timezone.now())
    except UnicodeDecodeError:
        return _back(request, visit, wrong=tell("The file is not text in UTF-8; save it as such."))
    except JiacanError as error:
        return _back(request, visit, wrong=error.message())
    for bad in found.bad[:ON_A_PAGE]:
        messages.warning(request, words().say(tell("Line {line} was not taken: {why}.", line=bad.line, why=bad.says)))
    if len(found.bad) > ON_A_PAGE:
        messages.warning(
            request, words().say(tell("{more} more lines were not taken.", more=len(found.bad) - ON_A_PAGE))
        )
    return _back(request, visit, done=tell("{codes} codes were taken.", codes=found.taken))


def _step(request: HttpRequest, visit: Visit, work: Callable[[], ShownRedemption], done: Message) -> HttpResponse:
    attempt(request, work, done)
    return _back(request, visit)


def _field(request: HttpRequest, name: str, *, most: int = 200) -> str:
    return request.POST.get(name, "").strip()[:most]


def _back(
    request: HttpRequest, visit: Visit, *, done: Message | None = None, wrong: Message | None = None
) -> HttpResponse:
    if done is not None:
        messages.success(request, words().say(done))
    if wrong is not None:
        messages.error(request, words().say(wrong))
    query = _query(_wanted(request))
    return redirect(f"{reverse('mall', args=[visit.shop.slug])}?{query}")


# --- a file -----------------------------------------------------------------------------------------------


@page(needs=Permission.EXPORT)
@require_safe
def export(request: HttpRequest, visit: Visit) -> StreamingHttpResponse:
    """Exactly the redemptions that the address asks for, as CSV; audited, since it names customers."""
    if not visit.may(Permission.SEE_MALL):
        raise Http404
    wanted = _wanted(request)
    after = {"customer": wanted.customer_id, "state": ", ".join(wanted.states)}
    tenancy.audit(visit.shop.id, actor=visit.actor, action="redemptions exported", subject="", after=after)
    answer = StreamingHttpResponse(csv_lines(_rows(visit.shop.id, wanted)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="redemptions.csv"'
    return answer


def _rows(shop_id: int, wanted: Wanted) -> Iterator[tuple[str, ...]]:
    yield _COLUMNS
    before: mall.Place | None = None
    while found := mall.search(shop_id, wanted, before=before, limit=IN_A_PIECE):
        yield from (_cells(each) for each in found)
        last = found[-1].redemption
        before = last.redeemed_at, last.id


def _cells(shown: ShownRedemption) -> tuple[str, ...]:
    each = shown.redemption
    return (
        *(each.id, each.key, each.plan_id, each.item_id, each.customer_id, each.state.value, str(each.points)),
        *(str(to_major(each.money_minor, each.currency)), each.currency, each.redeemed_at.isoformat()),
        *(_moment(each.paid_at), each.payment, _moment(each.shipped_at), each.carrier, each.parcel),
        _moment(each.ended_at),
    )


def _moment(at: datetime | None) -> str:
    return "" if at is None else at.isoformat()
