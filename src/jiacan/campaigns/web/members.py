"""The staff's page of one customer: tiers, points, how they came about, and correcting them by hand."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from jiacan.campaigns.facade import birthdays, standing
from jiacan.campaigns.web.members_shown import shown_line, shown_lot, shown_tier, shown_turn
from jiacan.console.contracts import Visit
from jiacan.console.facade import attempt, page, words
from jiacan.customers import facade as customers
from jiacan.kernel.messages import Message, tell
from jiacan.kernel.periods import end_of
from jiacan.members.facade import expiring, reading, spending
from jiacan.tenancy.contracts import Permission

ON_A_PAGE = 50
SOON = timedelta(days=30)
MOST_POINTS = 10**12


@page(needs=Permission.SEE_POINTS)
@require_safe
def member(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The customer that the address asks for; without one, who loses points soon."""
    customer, at = request.GET.get("q", "").strip()[:200], timezone.now()
    before = _number(request.GET.get("before", ""))
    facts: dict[str, object] = {"visit": visit, "customer": customer, "paged": before is not None}
    if customer:
        found = reading.points_of(visit.shop.id, customer, at)
        statement = reading.statement(visit.shop.id, customer, before=before, limit=ON_A_PAGE)
        facts |= {
            "points": found,
            "tiers": [shown_tier(each) for each in standing.tiers_of(visit.shop.id, customer, at=at)],
            "lots": [shown_lot(each, at) for each in found.lots],
            "lines": [shown_line(each) for each in statement.lines],
            "before": statement.next,
            **_birthday_facts(visit, customer),
            "reference": uuid4(),
        }
    else:
        facts["expiring"] = expiring.expiring(visit.shop.id, at, within=SOON, limit=ON_A_PAGE)
    return render(request, "campaigns/member.html", facts)


def _birthday_facts(visit: Visit, customer: str) -> dict[str, object]:
    """The customer's birthday and what became of it each year, for those who may see it."""
    if not visit.may(Permission.SEE_BIRTHDAYS):
        return {}
    return {
        "birthday": customers.birthdays_of(visit.shop.id, [customer]).get(customer),
        "turns": [shown_turn(each) for each in birthdays.turns_of(visit.shop.id, customer)],
    }


@page(needs=Permission.CORRECT_POINTS)
@require_POST
def correct(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Give a customer points, or take some, with a reason; once for each time the form was shown."""
    asked = request.POST
    customer, reason = asked.get("customer", "").strip()[:200], asked.get("reason", "").strip()[:500]
    points, until = _signed(asked.get("points", "")), _day(asked.get("until", ""))
    wrong = _wrong(customer, points, reason, asked.get("until", ""), until)
    if wrong is not None or points is None:
        messages.error(request, words().say(wrong or tell("Say how many points.")))
        return _back(visit, customer)
    attempt(
        request,
        lambda: spending.correct(
            visit.shop.id,
            customer,
            points,
            reference=asked.get("reference", "")[:100] or str(uuid4()),
            reason=reason,
            expires_at=None if until is None or points < 0 else end_of(until, visit.shop.zone),
            actor=visit.actor,
            at=timezone.now(),
        ),
        tell("The points are corrected; the reason is in the audit."),
    )
    return _back(visit, customer)


def _wrong(customer: str, points: int | None, reason: str, text: str, until: date | None) -> Message | None:
    """What is wrong with what was filled in, if anything."""
    if not customer or not points:
        return tell("Say whose points and how many: a number such as 100, or -100 to take some.")
    if not reason:
        return tell("Say why; the reason is kept in the audit and in the customer's statement.")
    if text and (until is None or until < timezone.localdate()):
        return tell("The last day of the points must be a day that is not over.")
    return None


def _back(visit: Visit, customer: str) -> HttpResponse:
    address = reverse("members", args=[visit.shop.slug])
    return redirect(f"{address}?{urlencode({'q': customer})}" if customer else address)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _signed(text: str) -> int | None:
    """The number that is written, if it is one that can be meant."""
    stripped = text.strip().replace("−", "-")
    number = _number(stripped.removeprefix("-").removeprefix("+"))
    if number is None or number > MOST_POINTS:
        return None
    return -number if stripped.startswith("-") else number


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
