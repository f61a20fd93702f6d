"""The staff's page of check-in challenges: who takes part, how far they are, and one customer's days."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from jiacan.campaigns.facade import checking_in
from jiacan.campaigns.web.check_ins_shown import shown_challenge, shown_customer
from jiacan.console.contracts import Visit
from jiacan.console.facade import attempt, page
from jiacan.kernel.messages import tell
from jiacan.tenancy.contracts import Permission


@page(needs=Permission.SEE_CHECK_INS)
@require_safe
def show(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The challenges in force, or the days of the customer that the address asks for in each of them."""
    customer, at = request.GET.get("q", "").strip()[:200], timezone.now()
    found = checking_in.challenges_in_force(visit.shop.id, at)
    facts: dict[str, object] = {
        "visit": visit,
        "customer": customer,
        "challenges": [shown_challenge(each) for each in found],
    }
    if customer:
        facts["cards"] = [
            shown_customer(
                checking_in.challenge_of(visit.shop.id, each.plan_id, each.challenge.id, customer, at=at), each, at
            )
            for each in found
        ]
    return render(request, "campaigns/check_ins.html", facts)


@page(needs=Permission.CHECK_IN)
@require_POST
def record(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Enter a task of today that a customer did; the same again changes nothing."""
    plan, challenge, customer, task, answer = (
        request.POST.get(name, "").strip()[:200] for name in ("plan", "challenge", "customer", "task", "answer")
    )
    attempt(
        request,
        lambda: checking_in.record_by_hand(
            *(visit.shop.id, plan, challenge, customer, task),
            answer=answer,
            actor=visit.actor,
            at=timezone.now(),
        ),
        tell("The task is entered for today; the audit says by whom."),
    )
    return redirect(f"{reverse('check-ins', args=[visit.shop.slug])}?{urlencode({'q': customer})}")
