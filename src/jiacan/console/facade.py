"""What every page stands on: who may see it, in which language and time zone it speaks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache, wraps
from inspect import iscoroutinefunction
from typing import Any
from zoneinfo import ZoneInfo

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, get_urlconf, resolve, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext

from jiacan.console.contracts import Access, MemberVisit, Needs, OfMember, Open, SignedIn, Visit
from jiacan.console.core import places
from jiacan.console.core.places import Place
from jiacan.console.core.words import PageWords
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Language, Message, Phrasebook
from jiacan.kernel.places import at_place, long_at_place
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import NotAllowed, Permission, Shop, ShopUnknown

View = Callable[..., Any]
FindMember = Callable[[HttpRequest, Shop], MemberVisit | HttpResponse]
"""Which customer of the shop a request comes from; or what nobody in particular is shown."""

THEME_COOKIE = "jiacan_theme"
THEMES = ("light", "dark")
_PLACES: Mapping[str, tuple[Place, ...]] = {
    "shop": places.SHOP,
    "campaign": places.CAMPAIGN,
    "members": places.MEMBERS,
    "referrals": places.REFERRALS,
    "settings": places.SETTINGS,
}


def page(*, needs: Permission) -> Callable[[View], View]:
    """A page of a shop's console, at an address with `<str:shop>`: `view(request, visit, **the rest)`.

    Whoever has not signed in is asked to; a shop that is not theirs does not exist for them; a role that may not is
    told what it lacks. While the view runs, times are told in the shop's zone, and the work is done where
    the shop's rows are; a live stream, which runs for long, goes there itself.
    """

    def guard(view: View) -> View:
        if iscoroutinefunction(view):

            @wraps(view)
            async def guarded_async(request: HttpRequest, shop: str, **rest: object) -> HttpResponseBase:
                visit = await sync_to_async(_visit)(request, shop, needs)
                if isinstance(visit, HttpResponse):
                    return visit
                timezone.activate(visit.shop.zone)
                return await view(request, visit, **rest)

            return _with_access(guarded_async, Needs(needs))

        @wraps(view)
        def guarded(request: HttpRequest, shop: str, **rest: object) -> HttpResponseBase:
            visit = _visit(request, shop, needs)
            if isinstance(visit, HttpResponse):
                return visit
            with timezone.override(visit.shop.zone), at_place(visit.shop.id):
                response = view(request, visit, **rest)
            if isinstance(response, StreamingHttpResponse) and not response.is_async:
                response.streaming_content = _sent_from(visit.shop.id, response.streaming_content)
            return response

        return _with_access(guarded, Needs(needs))

    return guard


def member_page(find: FindMember) -> Callable[[View], View]:
    """A page of a shop's customer, at an address with `<str:shop>`: `view(request, member, **the rest)`.

    `find` knows customers, of whom this slice knows nothing. Being signed in as one of the staff opens none of these
    pages. Times are told in the shop's zone, and the work is done where the shop's rows are.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, shop: str, **rest: object) -> HttpResponseBase:
            with at_shop(shop) as found:
                member = find(request, found)
                return member if isinstance(member, HttpResponse) else view(request, member, **rest)

        return _with_access(guarded, OfMember())

    return guard


@contextmanager
def at_shop(slug: str) -> Iterator[Shop]:
    """The shop that an address for everyone names, at its place and in its zone.

    Raises:
        Http404: there is none.
    """
    try:
        shop = tenancy.get_shop(slug)
    except ShopUnknown as error:
        raise Http404 from error
    with timezone.override(shop.zone), at_place(shop.id):
        yield shop


def signed_in_page(view: View) -> View:
    """A page for whoever has signed in, whatever their shop: `view(request, **the rest)`."""

    @wraps(view)
    def guarded(request: HttpRequest, **rest: object) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, **rest)

    return _with_access(guarded, SignedIn())


def open_page(*, why: str) -> Callable[[View], View]:
    """A page for everyone; `why` says why that is right."""
    return lambda view: _with_access(view, Open(why))


def words(zone: ZoneInfo | None = None) -> Phrasebook:
    """The words of the language in which this request is answered, telling the time in `zone` or the active one."""
    language: Language = "zh" if (get_language() or "").startswith("zh") else "en"
    active = zone or ZoneInfo(timezone.get_current_timezone_name())
    return PageWords(language, gettext, active)


def attempt(request: HttpRequest, work: Callable[[], object], done: Message) -> None:
    """Do it, and say on the page that comes next that it is done, or why it is not."""
    try:
        work()
    except JiacanError as error:
        messages.error(request, words().say(error.message()))
    else:
        messages.success(request, words().say(done))


def places_of(visit: Visit, group: str, *, plan_id: str = "") -> tuple[tuple[Place, str], ...]:
    """The places of a group with their addresses, those that the visitor may enter: what each page asks decides."""
    named = {"plan_id": plan_id} if plan_id else {}
    found = []
    for place in _PLACES[group]:
        if place.group:
            found += [(place, address) for _, address in places_of(visit, place.group)[:1]]
            continue
        try:
            address = reverse(place.route, kwargs={"shop": visit.shop.slug, **named})
        except NoReverseMatch:
            continue
        access = _access_of(get_urlconf(), place.route, address)
        if not isinstance(access, Needs) or visit.may(access.permission):
            found.append((place, address))
    return tuple(found)


def address_of(request: HttpRequest) -> str:
    """Where the request came from: the peer, or what the trusted proxies before us say of it."""
    peer = str(request.META.get("REMOTE_ADDR", ""))
    if not settings.TRUSTED_PROXIES:
        return peer
    said = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    return said[-settings.TRUSTED_PROXIES] if len(said) >= settings.TRUSTED_PROXIES else peer


@lru_cache(maxsize=256)
def _access_of(urlconf: str | None, route: str, address: str) -> Access | None:
    return getattr(resolve(address, urlconf).func, "access", None)


def _visit(request: HttpRequest, shop: str, needs: Permission) -> Visit | HttpResponse:
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    membership = tenancy.find_membership(request.user.pk, shop)
    if membership is None:
        raise Http404
    visit = Visit(membership, address_of(request))
    if not visit.may(needs):
        refused = NotAllowed(needs).message()
        return render(request, "console/refused.html", {"visit": visit, "message": refused}, status=403)
    return visit


def _sent_from(shop_id: int, parts: Iterable[bytes]) -> Iterator[bytes]:
    """The parts of a long answer, which are made while it is sent: where the shop is, as the page itself was."""
    with long_at_place(shop_id):
        yield from parts


def _with_access(view: View, access: Access) -> View:
    view.access = access  # type: ignore[attr-defined]
    return view
