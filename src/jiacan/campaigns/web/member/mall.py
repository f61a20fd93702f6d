"""The points mall on a customer's own page: what there is, redeeming it, and what was redeemed."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jiacan.campaigns.facade import mall
from jiacan.campaigns.web.member.guard import member_page
from jiacan.console.contracts import MemberVisit
from jiacan.console.facade import words
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell
from jiacan.kernel.money import Money
from jiacan.members.contracts.mall import (
    NotToBeHad,
    NotToCancel,
    RedemptionUnknown,
    ShownItem,
    ShownRedemption,
    State,
)
from jiacan.members.contracts.points import NotEnoughPoints
from jiacan.members.facade import reading

_FAILED = tell("That could not be done any more, and nothing was taken. What you see now is how it stands.")
_OVER = frozenset({State.CANCELLED, State.LAPSED})


# --- shown ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OwnItem:
    """An item of the mall and what it costs in words."""

    shown: ShownItem
    costs: Message


def own_item(shown: ShownItem) -> OwnItem:
    """The item as its customer sees it."""
    price = shown.item.price
    return OwnItem(shown, _costs(price.points, price.money_minor, shown.currency))


@dataclass(frozen=True, slots=True)
class OwnRedemption:
    """Something that was redeemed, and what it cost."""

    shown: ShownRedemption
    costs: Message

    @property
    def is_over(self) -> bool:
        """Whether it came to nothing."""
        return self.shown.redemption.state in _OVER

    @property
    def has_code(self) -> bool:
        """Whether there is a code to be shown."""
        found = self.shown.redemption
        return bool(found.code_end) and found.state is not State.UNPAID and not self.is_over


def own_redemption(shown: ShownRedemption) -> OwnRedemption:
    """The redemption as its customer sees it."""
    found = shown.redemption
    return OwnRedemption(shown, _costs(found.points, found.money_minor, found.currency))


def _costs(points: int, money_minor: int, currency: str) -> Message:
    if not money_minor:
        return tell("{points} points", points=points)
    return tell("{points} points and {money}", points=points, money=Money(money_minor, currency))


# --- what there is ----------------------------------------------------------------------------------------


@member_page
@require_safe
def items(request: HttpRequest, member: MemberVisit) -> HttpResponse:
    """Everything that can be had for points, and what was."""
    shop, at = member.shop, timezone.now()
    facts = {
        "member": member,
        "shop": shop,
        "available": reading.points_of(shop.id, member.customer_id, at).available,
        "items": [own_item(each) for each in mall.shown(shop.id, member.customer_id, at=at)],
        "redemptions": [own_redemption(each) for each in mall.redemptions_of(shop.id, member.customer_id)],
    }
    return render(request, "campaigns/member/mall.html", facts)


@member_page
@require_http_methods(["GET", "HEAD", "POST"])
def item(request: HttpRequest, member: MemberVisit, plan_id: str, item_id: str) -> HttpResponse:
    """What an item costs and what is then left; posted to, it is redeemed, once for each time it was shown."""
    shop, key, at = member.shop, f"{plan_id}/{item_id}", timezone.now()
    if request.method == "POST":
        return _redeem(request, member, key)
    found = next((each for each in mall.shown(shop.id, member.customer_id, at=at) if each.key == key), None)
    if found is None:
        raise Http404
    available = reading.points_of(shop.id, member.customer_id, at).available
    facts = {
        "member": member,
        "shop": shop,
        "item": own_item(found),
        "available": available,
        "after": available - found.item.price.points,
        "key": uuid4(),
    }
    return render(request, "campaigns/member/item.html", facts)


def _redeem(request: HttpRequest, member: MemberVisit, item_key: str) -> HttpResponse:
    shop, asked = member.shop, request.POST.get("key", "")[:64]
    try:
        made = mall.redeem(shop.id, member.customer_id, item_key, key=f"page/{asked or uuid4()}", at=timezone.now())
    except NotToBeHad as error:
        return _back(request, member, error.message())
    except NotEnoughPoints as error:
        says = tell(
            "You have {available} points to spend, and this needs {asked}.",
            available=error.available,
            asked=error.asked,
        )
        return _back(request, member, says)
    except JiacanError:
        return _back(request, member, _FAILED)
    return redirect("member-redemption", shop=shop.slug, redemption_id=made.redemption.id)


# --- what was redeemed ------------------------------------------------------------------------------------


@member_page
@require_safe
def redemption(request: HttpRequest, member: MemberVisit, redemption_id: UUID) -> HttpResponse:
    """How far a redemption of theirs is."""
    return _redemption(request, member, str(redemption_id))


@member_page
@require_POST
def show_code(request: HttpRequest, member: MemberVisit, redemption_id: UUID) -> HttpResponse:
    """Show the code that a redemption brought; from then on it cannot be cancelled."""
    _find(member, str(redemption_id))
    try:
        code = mall.show_code(member.shop.id, str(redemption_id), customer_id=member.customer_id, at=timezone.now())
    except JiacanError as error:
        return _back(request, member, error.message())
    return _redemption(request, member, str(redemption_id), code=code)


@member_page
@require_POST
def cancel(request: HttpRequest, member: MemberVisit, redemption_id: UUID) -> HttpResponse:
    """Cancel a redemption of theirs; again, it is cancelled as before."""
    _find(member, str(redemption_id))
    try:
        mall.cancel(member.shop.id, str(redemption_id), customer_id=member.customer_id, at=timezone.now())
    except NotToCancel as error:
        messages.error(request, words().say(error.message()))
    except JiacanError:
        messages.error(request, words().say(_FAILED))
    else:
        messages.success(request, words().say(tell("It is cancelled; your points are back.")))
    return redirect("member-redemption", shop=member.shop.slug, redemption_id=redemption_id)


def _redemption(request: HttpRequest, member: MemberVisit, redemption_id: str, *, code: str = "") -> HttpResponse:
    found = own_redemption(_find(member, redemption_id))
    facts = {"member": member, "shop": member.shop, "redemption": found, "code": code}
    return render(request, "campaigns/member/redemption.html", facts)


def _find(member: MemberVisit, redemption_id: str) -> ShownRedemption:
    """The redemption, if it is this customer's; whose it is otherwise is not told."""
    try:
        found = mall.find(member.shop.id, redemption_id)
    except RedemptionUnknown as error:
        raise Http404 from error
    if found.redemption.customer_id != member.customer_id:
        raise Http404
    return found


def _back(request: HttpRequest, member: MemberVisit, wrong: Message) -> HttpResponse:
    messages.error(request, words().say(wrong))
    return redirect("member-mall", shop=member.shop.slug)
