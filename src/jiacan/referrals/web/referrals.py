"""The staff's pages of referrals: looked for, exported, links made, and the doubtful ones decided."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from jiacan.console.contracts import Visit
from jiacan.console.facade import attempt, page, words
from jiacan.kernel.cells import csv_lines
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import tell
from jiacan.referrals.contracts.referrals import Link, Reason, Referral, ReferralFilter, State
from jiacan.referrals.core.words import REASONS, STATES
from jiacan.referrals.facade import linking, programmes, reading, reviewing
from jiacan.referrals.web.shown import shown_referral
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Permission

ON_A_PAGE = 50
IN_A_PIECE = 1_000
_COLUMNS = ("referral", "plan", "friend", "referrer", "clicked_at", "order", "paid_at", "state", "reason", "ended_at")


@page(needs=Permission.SEE_REFERRALS)
@require_safe
def referrals(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Referrals that the address asks for, the last decided first."""
    return _list(request, visit)


def _list(request: HttpRequest, visit: Visit, *, made: Link | None = None) -> HttpResponse:
    asked, before = _query(request), _number(request.GET.get("before", ""))
    found = reading.search(visit.shop.id, asked, before=before, limit=ON_A_PAGE + 1)
    counts = {each.state: each.count for each in reading.count_by_state(visit.shop.id)}
    plans = programmes.programmes_of(visit.shop.id)
    facts = {
        "visit": visit,
        "asked": asked,
        "found": [shown_referral(each) for each in found[:ON_A_PAGE]],
        "before": found[ON_A_PAGE - 1].id if len(found) > ON_A_PAGE else None,
        "paged": before is not None,
        "plans": [(each.plan_id, each.name) for each in plans],
        "states": [(state.value, word, counts.get(state, 0)) for state, (_, word) in STATES.items()],
        "reasons": [(reason.value, word) for reason, word in REASONS.items()],
        "in_review": counts.get(State.REVIEW, 0),
        "made": made,
        "made_address": None if made is None else _address(request, made.code),
    }
    return render(request, "referrals/referrals.html", facts)


def _query(request: HttpRequest) -> ReferralFilter:
    wanted = request.GET.get
    return ReferralFilter(
        plan_id=wanted("plan", "")[:64],
        state=wanted("state", "") if wanted("state", "") in list(State) else "",
        customer=wanted("q", "").strip()[:200],
        reason=wanted("reason", "") if wanted("reason", "") in list(Reason) else "",
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _address(request: HttpRequest, code: str) -> str:
    path = reverse("referral-link", args=[code])
    return f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else request.build_absolute_uri(path)


@page(needs=Permission.BRING_FRIENDS)
@require_POST
def make_link(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Make a customer's link and show it with its poster; the same one when it is asked for again."""
    customer, plan_id = request.POST.get("customer", "").strip()[:200], request.POST.get("plan", "")
    if not customer:
        messages.error(request, words().say(tell("Say whose link it is: the customer's number.")))
        return redirect("referrals-list", shop=visit.shop.slug)
    try:
        made = linking.make_link(visit.shop.id, plan_id, customer, at=timezone.now())
    except JiacanError as error:
        messages.error(request, words().say(error.message()))
        return redirect("referrals-list", shop=visit.shop.slug)
    return _list(request, visit, made=made)


@page(needs=Permission.EXPORT)
@require_safe
def export(request: HttpRequest, visit: Visit) -> StreamingHttpResponse:
    """Exactly the referrals that the address asks for, as CSV; audited, since it names customers."""
    if not visit.may(Permission.SEE_REFERRALS):
        raise Http404
    asked = _query(request)
    tenancy.audit(
        visit.shop.id,
        actor=visit.actor,
        action="referrals exported",
        subject=asked.plan_id or "referrals",
        after={name: str(value) for name in request.GET if (value := request.GET[name])},
    )
    answer = StreamingHttpResponse(csv_lines(_rows(visit.shop.id, asked)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="referrals.csv"'
    return answer


def _rows(shop_id: int, asked: ReferralFilter) -> Iterator[tuple[str, ...]]:
    yield _COLUMNS
    before: int | None = None
    while found := reading.search(shop_id, asked, before=before, limit=IN_A_PIECE):
        yield from map(_cells, found)
        before = found[-1].id


def _cells(each: Referral) -> tuple[str, ...]:
    return (
        *(str(each.id), each.plan_id, each.friend_id, each.referrer_id, each.touched_at.isoformat()),
        *(each.order_id, each.paid_at.isoformat(), each.state, each.reason or ""),
        "" if each.ended_at is None else each.ended_at.isoformat(),
    )


# --- the doubtful ones ------------------------------------------------------------------------------------


@page(needs=Permission.REVIEW_REFERRALS)
@require_safe
def review(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Friends of whom a person decides, the last first."""
    before = _number(request.GET.get("before", ""))
    asked = ReferralFilter(state=State.REVIEW)
    found = reading.search(visit.shop.id, asked, before=before, limit=ON_A_PAGE + 1)
    return render(
        request,
        "referrals/review.html",
        {
            "visit": visit,
            "found": [shown_referral(each) for each in found[:ON_A_PAGE]],
            "before": found[ON_A_PAGE - 1].id if len(found) > ON_A_PAGE else None,
            "paged": before is not None,
        },
    )


@page(needs=Permission.REVIEW_REFERRALS)
@require_POST
def let_count(request: HttpRequest, visit: Visit, referral_id: int) -> HttpResponse:
    """Let a friend count."""
    attempt(
        request,
        lambda: reviewing.let_count(visit.shop.id, referral_id, actor=visit.actor, at=timezone.now()),
        tell("The friend counts; both rewards pend until the order is final."),
    )
    return redirect("referrals-review", shop=visit.shop.slug)


@page(needs=Permission.REVIEW_REFERRALS)
@require_POST
def refuse(request: HttpRequest, visit: Visit, referral_id: int) -> HttpResponse:
    """Refuse a friend, with a reason."""
    reason = request.POST.get("reason", "").strip()[:500]
    if not reason:
        messages.error(request, words().say(tell("Say why the friend does not count; it is kept in the audit.")))
        return redirect("referrals-review", shop=visit.shop.slug)
    attempt(
        request,
        lambda: reviewing.refuse(visit.shop.id, referral_id, reason=reason, actor=visit.actor, at=timezone.now()),
        tell("The friend does not count."),
    )
    return redirect("referrals-review", shop=visit.shop.slug)
