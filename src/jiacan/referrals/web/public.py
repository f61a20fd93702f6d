"""What friends and whoever brings them meet: the short address, and the poster of a link."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_GET, require_safe

from jiacan.console.facade import address_of, open_page, words
from jiacan.kernel.messages import tell
from jiacan.referrals.facade import linking
from jiacan.referrals.report.poster import draw_poster, to_png

_KINDS = {"svg": "image/svg+xml", "png": "image/png"}


@open_page(why="a friend who was sent the link follows it; it tells nothing of whose it is")
@require_GET
@never_cache
def link(request: HttpRequest, code: str) -> HttpResponse:
    """Note the click and lead on to the shop."""
    clicked = linking.click(
        code,
        visitor=request.COOKIES.get(linking.VISITOR, ""),
        address=address_of(request),
        at=datetime.now(UTC),
    )
    if clicked is None:
        raise Http404
    shop_page = reverse("public-campaign", args=[clicked.shop.slug, clicked.programme.plan_id])
    answer = HttpResponseRedirect(clicked.landing or shop_page)
    answer.set_cookie(
        linking.VISITOR,
        clicked.visitor,
        max_age=clicked.seconds,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    answer["X-Robots-Tag"] = "noindex"
    return answer


@open_page(why="a picture of the link itself, for whoever has it")
@require_safe
@cache_control(public=True, max_age=3600)
def poster(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """The poster of a link, as SVG or PNG."""
    found = linking.look(code)
    if form not in _KINDS or found is None:
        raise Http404
    said = words(found.programme.zone)
    path = reverse("referral-link", args=[code])
    drawn = draw_poster(
        f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else request.build_absolute_uri(path),
        shop=found.shop.name,
        campaign=said.word(found.programme.name),
        says=said.say(tell("Scan, shop, and we both get something")),
    )
    picture = drawn.encode() if form == "svg" else to_png(drawn)
    answer = HttpResponse(picture, content_type=_KINDS[form])
    answer["X-Robots-Tag"] = "noindex"
    return answer
