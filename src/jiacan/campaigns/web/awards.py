"""The awards of a campaign: looked for, explained, exported, and taken back by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from jiacan.campaigns.core.naming import KINDS, OUTCOMES, reason_named
from jiacan.campaigns.facade import awards as facade
from jiacan.campaigns.facade import public
from jiacan.campaigns.facade.asking import ask_recorded
from jiacan.campaigns.facade.live import LivePlan, find_live
from jiacan.campaigns.web import shown
from jiacan.campaigns.web.offers import in_both
from jiacan.console.contracts import Visit
from jiacan.console.facade import page, words
from jiacan.kernel.cells import csv_lines
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, Name, tell
from jiacan.kernel.money import Money
from jiacan.kernel.periods import end_of, start_of
from jiacan.offers.contracts.awards import Award, Item, Outcome
from jiacan.offers.contracts.benefits import Kind
from jiacan.offers.contracts.errors import OrderNotPaid
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.contracts.searching import AwardCursor, AwardFound, AwardQuery
from jiacan.offers.facade import reading
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Permission

ON_A_PAGE = 50
IN_A_PIECE = 1_000
_COLUMNS = (
    "order_id",
    "customer_id",
    "offer_id",
    "rung",
    "paid_at",
    "outcome",
    "reason",
    "version",
    "benefits",
    "back",
)


@dataclass(frozen=True, slots=True)
class ShownAward:
    """An award in a list: what it gave and what is left of that with its customer."""

    award: Award
    offer: Name
    gives: tuple[Message, ...]
    reason: Message | None
    back: tuple[Message, ...]
    state: str
    word: Message
    at_risk: Money


def find_campaign(visit: Visit, plan_id: str) -> LivePlan:
    """The live plan, or 404 where none of that id went live."""
    live = find_live(visit.shop.id, plan_id)
    if live is None:
        raise Http404
    return live


def shown_award(found: AwardFound, live: LivePlan) -> ShownAward:
    """The award in words, by the version that settled it."""
    award = found.award
    rules = live(award.plan_version)
    state, word = shown.outcome_named(award.outcome)
    back = tuple(item for each in found.clawed_back for item in each.items)
    return ShownAward(
        award=award,
        offer=_offer_name(award, rules),
        gives=reading.items_in_words(award.items, rules),
        reason=None if award.refusal is None else reason_named(award.refusal.code, rules),
        back=reading.items_in_words(back, rules),
        state=state,
        word=word,
        at_risk=Money(sum(item.amount_minor for item in award.items), rules.currency),
    )


def _offer_name(award: Award, rules: PlanRules) -> Name:
    return next(offer.name for offer in rules.offers if offer.id == award.offer_id)


# --- looking ----------------------------------------------------------------------------------------------


@page(needs=Permission.SEE_AWARDS)
@require_safe
def awards(request: HttpRequest, visit: Visit, plan_id: str) -> HttpResponse:
    """Awards that the address asks for, the last settled first."""
    live = find_campaign(visit, plan_id)
    asked = _query(request, live.rules.zone)
    cursor = _cursor_from(request.GET.get("after", ""))
    found = facade.search(visit.shop.id, plan_id, asked, after=cursor, limit=ON_A_PAGE)
    return render(
        request,
        "campaigns/awards.html",
        {
            "visit": visit,
            "plan_id": plan_id,
            "name": live.rules.name,
            "asked": asked,
            "since": request.GET.get("since", ""),
            "until": request.GET.get("until", ""),
            "found": [shown_award(each, live) for each in found.awards],
            "after": None if found.next is None else _cursor_to(found.next),
            "paged": cursor is not None,
            "offers": [(offer.id, offer.name) for offer in live.rules.offers],
            "outcomes": [(outcome.value, word) for outcome, word in OUTCOMES.items()],
            "kinds": [(kind.value, word) for kind, word in KINDS.items()],
        },
    )


def _query(request: HttpRequest, zone: ZoneInfo) -> AwardQuery:
    wanted = request.GET.get
    since, until = _day(wanted("since", "")), _day(wanted("until", ""))
    return AwardQuery(
        text=wanted("q", "").strip(),
        offer_id=wanted("offer", ""),
        outcome=_one_of(Outcome, wanted("outcome", "")),
        kind=_one_of(Kind, wanted("kind", "")),
        reason=wanted("reason", ""),
        since=None if since is None else start_of(since, zone),
        until=None if until is None else end_of(until, zone),
    )


def _one_of(known: type[Outcome] | type[Kind], text: str) -> str:
    return text if text in list(known) else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _cursor_to(cursor: AwardCursor) -> str:
    return f"{cursor.settled_for.isoformat()}~{cursor.offer_place}~{cursor.order_id}"


def _cursor_from(text: str) -> AwardCursor | None:
    """The place that the address names; what is no place is the beginning."""
    at, _, rest = text.partition("~")
    place, _, order_id = rest.partition("~")
    try:
        settled_for = datetime.fromisoformat(at)
        cursor = AwardCursor(settled_for, order_id, int(place))
    except ValueError:
        return None
    return cursor if settled_for.tzinfo is not None and order_id else None


# --- one award --------------------------------------------------------------------------------------------


@page(needs=Permission.SEE_AWARDS)
@require_safe
def award(request: HttpRequest, visit: Visit, plan_id: str, order_id: str) -> HttpResponse:
    """Everything one order got of the campaign, its receipt to copy, and what can be taken back."""
    live = find_campaign(visit, plan_id)
    try:
        asked = ask_recorded(live, order_id)
    except OrderNotPaid as error:
        raise Http404 from error
    return render(
        request,
        "campaigns/award.html",
        {
            "visit": visit,
            "plan_id": plan_id,
            "name": live.rules.name,
            "asked": asked,
            "awards": [
                (shown_award(each, live), _left(each)) for each in facade.of_order(visit.shop.id, plan_id, order_id)
            ],
            "to_send": in_both(asked),
            "link": _link(request, visit, order_id) if visit.may(Permission.SEE_CUSTOMERS) else "",
        },
    )


def _link(request: HttpRequest, visit: Visit, order_id: str) -> str:
    return public.receipt_address(visit.shop.id, order_id, at=request.build_absolute_uri("/"))


def _left(found: AwardFound) -> tuple[Item, ...]:
    """Which items were given and not wholly taken back; lapsed ones are seen when they are taken."""
    if found.award.outcome not in (Outcome.GRANTED, Outcome.OTHERWISE):
        return ()
    back: dict[tuple[Kind, str], int] = {}
    for each in found.clawed_back:
        for item in each.items:
            back[item.kind, item.id] = back.get((item.kind, item.id), 0) + max(item.quantity, 1)
    return tuple(item for item in found.award.items if back.get((item.kind, item.id), 0) < item.quantity)


@page(needs=Permission.CLAW_BACK)
@require_http_methods(["POST"])
def take_back(request: HttpRequest, visit: Visit, plan_id: str, order_id: str) -> HttpResponse:
    """Take one award of an order back, with a reason."""
    live = find_campaign(visit, plan_id)
    reason = request.POST.get("reason", "").strip()[:500]
    offer_id = request.POST.get("offer", "")
    if not reason:
        messages.error(request, words().say(tell("Say why it is taken back; the reason is kept in the audit.")))
        return redirect("campaign-awards-award", shop=visit.shop.slug, plan_id=plan_id, order_id=order_id)
    try:
        back = facade.take_back(
            visit.shop, plan_id, order_id, offer_id, reason=reason, actor=visit.actor, at=datetime.now(UTC)
        )
    except JiacanError as error:
        messages.error(request, words().say(error.message()))
    else:
        items = reading.items_in_words(back.items, live.rules)
        messages.success(request, words().say(tell("Taken back: {items}.", items=items)))
    return redirect("campaign-awards-award", shop=visit.shop.slug, plan_id=plan_id, order_id=order_id)


# --- a file -----------------------------------------------------------------------------------------------


@page(needs=Permission.EXPORT)
@require_safe
def export(request: HttpRequest, visit: Visit, plan_id: str) -> StreamingHttpResponse:
    """Exactly the awards that the address asks for, as CSV; audited, since it names customers."""
    live = find_campaign(visit, plan_id)
    asked = _query(request, live.rules.zone)
    tenancy.audit(
        visit.shop.id,
        actor=visit.actor,
        action="awards exported",
        subject=plan_id,
        after={name: str(value) for name in request.GET if (value := request.GET[name])},
    )
    answer = StreamingHttpResponse(
        csv_lines(_rows(visit.shop.id, live, asked)), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="{plan_id}-awards.csv"'
    return answer


def _rows(shop_id: int, live: LivePlan, asked: AwardQuery) -> Iterator[tuple[str, ...]]:
    yield _COLUMNS
    cursor: AwardCursor | None = None
    while True:
        found = facade.search(shop_id, live.plan_id, asked, after=cursor, limit=IN_A_PIECE)
        yield from map(_cells, found.awards)
        if found.next is None:
            return
        cursor = found.next


def _cells(found: AwardFound) -> tuple[str, ...]:
    award = found.award
    back = (item for each in found.clawed_back for item in each.items)
    return (
        *(award.order_id, award.customer_id, award.offer_id, str(award.rung), award.settled_for.isoformat()),
        *(award.outcome, "" if award.refusal is None else award.refusal.code, str(award.plan_version)),
        *(_codes(award.items), _codes(back)),
    )


def _codes(items: Iterator[Item] | tuple[Item, ...]) -> str:
    return " ".join(f"{item.kind}:{item.id}×{item.quantity}({item.amount_minor})" for item in items)
