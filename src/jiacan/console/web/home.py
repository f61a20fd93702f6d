"""Before any shop: where whoever comes in is led, and how they want to read."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from jiacan.console import facade
from jiacan.console.contracts import Visit
from jiacan.console.facade import open_page, page, signed_in_page
from jiacan.console.web.language import LANGUAGES, remember_language
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Permission

_A_YEAR_SECONDS = 365 * 24 * 3600


@signed_in_page
def start(request: HttpRequest) -> HttpResponse:
    """The only shop's home, or the choice of shops."""
    memberships = tenancy.memberships_of(request.user.pk)
    if len(memberships) == 1:
        return redirect("home", shop=memberships[0].shop.slug)
    return render(request, "console/shops.html", {"memberships": memberships})


@signed_in_page
def shops(request: HttpRequest) -> HttpResponse:
    """Every shop of whoever looks, to choose from."""
    return render(request, "console/shops.html", {"memberships": tenancy.memberships_of(request.user.pk)})


@page(needs=Permission.SEE_CAMPAIGNS)
def settings_start(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The first page of the settings that whoever looks may see."""
    permitted = facade.places_of(visit, "settings")
    return redirect(permitted[0][1] if permitted else "start")


@require_POST
@open_page(why="a language is chosen before signing in too")
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the language in a cookie, and for whoever has signed in with their account; then go back."""
    asked = request.POST.get("language", "")
    if asked not in LANGUAGES:
        return HttpResponseBadRequest()
    if request.user.is_authenticated:
        tenancy.set_language(request.user.pk, asked)
    return remember_language(redirect(_back(request)), asked)


@require_POST
@open_page(why="colours are chosen before signing in too")
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep the theme in a cookie, or forget it for the system's, and go back."""
    chosen = request.POST.get("theme", "")
    answer = redirect(_back(request))
    if chosen in facade.THEMES:
        answer.set_cookie(
            facade.THEME_COOKIE,
            chosen,
            max_age=_A_YEAR_SECONDS,
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )
    else:
        answer.delete_cookie(facade.THEME_COOKIE, samesite="Lax")
    return answer


def _back(request: HttpRequest) -> str:
    asked = request.POST.get("next", "")
    here = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if here else "/"
