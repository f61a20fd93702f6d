"""Who of a shop's customers looks at their own page: kept in a cookie that staff sign-in knows nothing of."""

from __future__ import annotations

from functools import wraps
from typing import TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from jiacan.console import facade as console
from jiacan.console.contracts import MemberVisit
from jiacan.console.facade import View
from jiacan.kernel.messages import Message
from jiacan.members.contracts.sign_in import SESSION_LASTS
from jiacan.members.facade import sign_in
from jiacan.tenancy.contracts import Shop

COOKIE = "jiacan_member"
Answer = TypeVar("Answer", bound=HttpResponse)


def member_page(view: View) -> View:
    """A page of the customer who has signed in: `view(request, member, **the rest)`; nobody keeps a copy of it."""

    @console.member_page(_find)
    @wraps(view)
    def kept(request: HttpRequest, member: MemberVisit, **rest: object) -> HttpResponse:
        answer = private(view(request, member, **rest))
        if member.renews and COOKIE not in answer.cookies:
            keep_signed_in(request, answer, member.shop, member.customer_id)
        return answer

    return never_cache(kept)


def keep_signed_in(request: HttpRequest, answer: Answer, shop: Shop, customer_id: str) -> Answer:
    """The answer, after which the browser comes back to this shop's pages, and to no other's, as this customer."""
    answer.set_cookie(
        COOKIE,
        sign_in.open_session(shop.id, customer_id, at=timezone.now()),
        max_age=int(SESSION_LASTS.total_seconds()),
        path=_path(shop),
        secure=request.is_secure() or settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return answer


def forget(answer: Answer, shop: Shop) -> Answer:
    """The answer, after which the browser comes back as nobody."""
    answer.delete_cookie(COOKIE, path=_path(shop), samesite="Lax")
    return answer


def private(answer: Answer) -> Answer:
    """The answer, which no search engine lists."""
    answer["X-Robots-Tag"] = "noindex"
    return answer


def door(request: HttpRequest, shop: Shop, *, status: int, says: Message | None = None) -> HttpResponse:
    """How a customer comes in, for whoever is not in; `says` is what went wrong."""
    return private(render(request, "campaigns/member/door.html", {"shop": shop, "says": says}, status=status))


def _find(request: HttpRequest, shop: Shop) -> MemberVisit | HttpResponse:
    session = sign_in.find_session(shop.id, request.COOKIES.get(COOKIE, ""), at=timezone.now())
    if session is None:
        return door(request, shop, status=403)
    return MemberVisit(shop, session.customer_id, session.is_old)


def _path(shop: Shop) -> str:
    return reverse("member-page", args=[shop.slug])
