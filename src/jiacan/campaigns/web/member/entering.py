"""The two doors to a member's page, a one-time link and the shop's signed token, and the ways out."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jiacan.campaigns.web.member.guard import door, forget, keep_signed_in, member_page, private
from jiacan.console.contracts import MemberVisit
from jiacan.console.facade import address_of, at_shop, open_page, words
from jiacan.kernel.messages import tell
from jiacan.members.contracts.sign_in import TokenRefused, TooManyTries
from jiacan.members.facade import sign_in
from jiacan.tenancy.contracts import LinkSpent

SPENT = tell(
    "This link was used already, or its quarter of an hour is over. Ask the shop for a new one; it takes a moment."
)


@never_cache
@open_page(why="whoever brings a token that the shop has signed is let in as the customer whom it names")
@require_GET
def enter(request: HttpRequest, shop: str) -> HttpResponse:
    """Let in whom the shop's token names, once, and lead on to an address without it."""
    with at_shop(shop) as found:
        try:
            customer_id = sign_in.enter_by_token(
                found.id, request.GET.get("token", ""), address=address_of(request), at=timezone.now()
            )
        except TokenRefused as error:
            return door(request, found, status=403, says=error.message())
        except TooManyTries as error:
            return door(request, found, status=429, says=error.message())
        return keep_signed_in(request, private(redirect("member-page", shop=shop)), found, customer_id)


@never_cache
@open_page(why="whoever has the link may; its secret is what is asked for, and it works once")
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, shop: str, secret: str) -> HttpResponse:
    """Let in by a one-time link. Looking at it spends nothing, so that a preview in a chat does not."""
    with at_shop(shop) as found:
        at, address = timezone.now(), address_of(request)
        try:
            if request.method != "POST":
                sign_in.check_link(found.id, secret, address=address, at=at)
                return private(render(request, "campaigns/member/link.html", {"shop": found}))
            customer_id = sign_in.enter_by_link(found.id, secret, address=address, at=at)
        except LinkSpent:
            return door(request, found, status=410, says=SPENT)
        except TooManyTries as error:
            return door(request, found, status=429, says=error.message())
        return keep_signed_in(request, private(redirect("member-page", shop=shop)), found, customer_id)


@member_page
@require_POST
def sign_out(request: HttpRequest, member: MemberVisit) -> HttpResponse:
    """Leave on this device."""
    messages.success(request, words().say(tell("You are signed out on this device.")))
    return forget(redirect("member-page", shop=member.shop.slug), member.shop)


@member_page
@require_POST
def sign_out_everywhere(request: HttpRequest, member: MemberVisit) -> HttpResponse:
    """Leave on every device."""
    sign_in.sign_out_everywhere(member.shop.id, member.customer_id)
    messages.success(request, words().say(tell("You are signed out on every device.")))
    return forget(redirect("member-page", shop=member.shop.slug), member.shop)
