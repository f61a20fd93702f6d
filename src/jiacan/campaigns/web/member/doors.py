"""How the shop lets its customers in: the secrets its site signs tokens with, and a link for one at the counter."""

from __future__ import annotations

from dataclasses import dataclass

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from jiacan.console.contracts import Visit
from jiacan.console.facade import page, words
from jiacan.kernel.messages import Message, tell
from jiacan.members.contracts.sign_in import LINK_LASTS, EntrySecret
from jiacan.members.facade import sign_in
from jiacan.tenancy.contracts import Permission, Secret

QR_SCALE = 6


@dataclass(frozen=True, slots=True)
class SecretLine:
    """A secret in the list, and what its end would mean."""

    secret: EntrySecret
    end: Message

    @property
    def key(self) -> str:
        """Names the line's dialog."""
        return f"end-{self.secret.id}"


@page(needs=Permission.MANAGE_TOKENS)
@require_safe
def secrets(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The shop's secrets, and how they are used."""
    return _secrets(request, visit)


@page(needs=Permission.MANAGE_TOKENS)
@require_POST
@never_cache
def make(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Make a secret; it is shown this once."""
    _, secret = sign_in.make_secret(visit.shop.id, actor=visit.actor, at=timezone.now())
    return _secrets(request, visit, secret)


@page(needs=Permission.MANAGE_TOKENS)
@require_POST
def end(request: HttpRequest, visit: Visit, secret_id: int) -> HttpResponse:
    """Take a secret out of force."""
    if sign_in.end_secret(visit.shop.id, secret_id, actor=visit.actor, at=timezone.now()):
        messages.success(request, words().say(tell("The secret has ended; what is signed with it lets nobody in.")))
    return redirect("settings-member-page", shop=visit.shop.slug)


def _secrets(request: HttpRequest, visit: Visit, made: Secret | None = None) -> HttpResponse:
    found = sign_in.secrets_of(visit.shop.id)
    facts = {
        "visit": visit,
        "lines": [_line(each) for each in found],
        "secret": made,
        "address": address(request, reverse("member-page", args=[visit.shop.slug])),
        "entrance": address(request, reverse("member-enter", args=[visit.shop.slug])),
        "making": _making(found),
    }
    return render(request, "campaigns/member/settings.html", facts)


def _line(secret: EntrySecret) -> SecretLine:
    ends = tell(
        "Your site's tokens that are signed with the secret that ends in {hint} let nobody in from then on. This "
        "cannot be undone; customers who are signed in stay so.",
        hint=secret.hint,
    )
    return SecretLine(secret, ends)


def _making(found: tuple[EntrySecret, ...]) -> Message:
    if len(found) < 2:
        return tell("The secret that there is stays in force beside the new one until you end it.")
    return tell(
        "The secret that ends in {newer} stays in force beside the new one; the older one, which ends in {older}, "
        "ends at once.",
        newer=found[0].hint,
        older=found[1].hint,
    )


@page(needs=Permission.LET_MEMBERS_IN)
@require_POST
@never_cache
def make_link(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Make a link that lets a customer in once, to be scanned or sent; it is shown this once."""
    customer = request.POST.get("customer", "").strip()[:200]
    if not customer:
        messages.error(request, words().say(tell("Say for which customer the link is.")))
        return redirect("members", shop=visit.shop.slug)
    secret = sign_in.make_link_by_hand(visit.shop.id, customer, actor=visit.actor, at=timezone.now())
    there = address(request, reverse("member-link", args=[visit.shop.slug, secret.value]))
    facts = {
        "visit": visit,
        "customer": customer,
        "address": there,
        "picture": segno.make(there, error="m").svg_data_uri(scale=QR_SCALE, border=2, light="#fff"),
        "until": timezone.now() + LINK_LASTS,
    }
    return render(request, "campaigns/member/made_link.html", facts)


def address(request: HttpRequest, path: str) -> str:
    """The whole address of a page."""
    return f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else request.build_absolute_uri(path)
