"""The offers of a campaign in words and with their course, and why an order got what it got."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_safe

from jiacan.campaigns.contracts.asking import Asked
from jiacan.campaigns.core.naming import reason_named
from jiacan.campaigns.facade import asking
from jiacan.campaigns.facade.live import find_live
from jiacan.campaigns.web.tasks import find_plan
from jiacan.console.contracts import Visit
from jiacan.console.facade import page, words
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message
from jiacan.offers.contracts.awards import Outcome
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.contracts.words import OfferWords
from jiacan.offers.facade import reading
from jiacan.tenancy.contracts import Permission

COURSE = timedelta(days=2)
HOURS = int(COURSE / timedelta(hours=1))
MOST_PASTED = 100_000

EXAMPLE = "order_id,customer_id,paid_at,sku,quantity,unit_price\nA-1001,c1,2026-11-11 20:05,mug,2,160.00"


@dataclass(frozen=True, slots=True)
class OfferCourse:
    """An offer, how often it had which outcome, and what was given by the hour of the last two days."""

    offer: OfferWords
    counts: Mapping[str, int]
    reasons: tuple[tuple[str, Message, int], ...]
    by_hour: tuple[int, ...]


@page(needs=Permission.SEE_CAMPAIGNS)
@require_safe
def offers(request: HttpRequest, visit: Visit, plan_id: str) -> HttpResponse:
    """Each offer in words, with its course where the plan is live."""
    plan, now = find_plan(visit, plan_id), datetime.now(UTC)
    courses = () if plan.rules is None else _courses(visit.shop.id, plan.rules, now, live=plan.version is not None)
    return render(
        request,
        "campaigns/offers.html",
        {"visit": visit, "plan_id": plan_id, "plan": plan, "courses": courses, "hours": HOURS},
    )


def _courses(shop_id: int, rules: PlanRules, now: datetime, *, live: bool) -> tuple[OfferCourse, ...]:
    totals = reading.award_totals(shop_id, rules.plan_id) if live else ()
    since = (now - COURSE).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    pace = reading.award_pace(shop_id, rules.plan_id, since, now) if live else ()
    given: dict[str, Counter[int]] = defaultdict(Counter)
    for each in pace:
        if each.outcome in (Outcome.GRANTED, Outcome.OTHERWISE):
            given[each.offer_id][(each.minute - since) // timedelta(hours=1)] += each.awards
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    reasons: dict[str, Counter[str]] = defaultdict(Counter)
    for total in totals:
        counts[total.offer_id][total.outcome] += total.awards
        if total.outcome == Outcome.REFUSED:
            reasons[total.offer_id][total.reason] += total.awards
    return tuple(
        OfferCourse(
            offer=offer,
            counts={outcome: counts[offer.offer_id][outcome] for outcome in Outcome},
            reasons=tuple((code, reason_named(code, rules), n) for code, n in reasons[offer.offer_id].most_common()),
            by_hour=tuple(given[offer.offer_id][hour] for hour in range(HOURS)) if given[offer.offer_id] else (),
        )
        for offer in reading.in_words_with_draws(rules)
    )


@page(needs=Permission.SEE_AWARDS)
@require_http_methods(["GET", "HEAD", "POST"])
def why(request: HttpRequest, visit: Visit, plan_id: str) -> HttpResponse:
    """Why an order got what it got: by its number, or by its pasted lines, which are not kept."""
    plan = find_plan(visit, plan_id)
    live = find_live(visit.shop.id, plan_id)
    order_id = request.GET.get("order", "").strip()
    pasted = request.POST.get("pasted", "").strip()[:MOST_PASTED]
    facts: dict[str, object] = {
        "visit": visit,
        "plan_id": plan_id,
        "plan": plan,
        "order_id": order_id,
        "pasted": pasted,
        "example": EXAMPLE,
        "recent": _recent(visit, plan_id) if live is not None else (),
    }
    if live is not None and (order_id or pasted):
        try:
            asked = asking.ask_pasted(live, pasted) if pasted else asking.ask_recorded(live, order_id)
            facts |= {"asked": asked, "to_send": in_both(asked)}
        except JiacanError as error:
            facts["problem"] = error
    return render(request, "campaigns/why.html", facts)


def _recent(visit: Visit, plan_id: str) -> tuple[str, ...]:
    latest = reading.latest_awards(visit.shop.id, plan_id, 30)
    return tuple(dict.fromkeys(each.order_id for each in latest))[:10]


def in_both(asked: Asked) -> tuple[tuple[str, str], ...]:
    """The whole answer as text to send on, in each language."""
    texts = []
    for code, language in (("zh-hans", "中文"), ("en", "English")):
        with override(code):
            book = words()
            lines = [f"{book.word(line.offer)}: {book.say(line.says)}" for line in asked.lines]
            texts.append((language, "\n".join(lines)))
    return tuple(texts)
