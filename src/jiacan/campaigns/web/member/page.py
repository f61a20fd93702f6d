"""A customer's own page, and the statement of their points."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from jiacan.campaigns.facade import member as facade
from jiacan.campaigns.facade.live import live_plans
from jiacan.campaigns.web.member.check_in import own_challenge
from jiacan.campaigns.web.member.guard import member_page
from jiacan.campaigns.web.member.mall import own_item, own_redemption
from jiacan.campaigns.web.member.shown import own_coupons, own_draw, own_friends, own_line, own_lot, own_tier
from jiacan.campaigns.web.members_shown import shown_line, shown_lot
from jiacan.console.contracts import MemberVisit
from jiacan.members.contracts.mall import OPEN

ON_A_PAGE = 50
OLD_COUPONS = 20


@member_page
@require_safe
def page(request: HttpRequest, member: MemberVisit) -> HttpResponse:
    """Everything of theirs at a glance, and what they can do next."""
    at = timezone.now()
    found = facade.page_of(member.shop, member.customer_id, at=at)
    usable, over = own_coupons(found.coupons or ())
    draws = [own_draw(each, at) for each in found.chances or ()]
    here = settings.PUBLIC_URL or request.build_absolute_uri("/").rstrip("/")
    facts = {
        "member": member,
        "shop": member.shop,
        "tiers": [own_tier(each) for each in found.tiers],
        "points": found.points,
        "items": [own_item(each) for each in found.mall],
        "redeemed": bool(found.redemptions),
        "waiting": [own_redemption(each) for each in found.redemptions if each.redemption.state in OPEN],
        "coupons": None if found.coupons is None else usable,
        "old_coupons": over[:OLD_COUPONS],
        "draws": None if found.chances is None else draws,
        "unused": sum(each.unused for each in draws if each.draw_address),
        "challenges": [own_challenge(each) for each in found.challenges],
        "friends": [own_friends(each, at=here) for each in found.friends],
        "orders": found.orders,
        "organiser": found.organiser,
        "claims": [each for draw in draws for each in draw.tickets if each.asks is not None],
    }
    return render(request, "campaigns/member/page.html", facts)


@member_page
@require_safe
def points(request: HttpRequest, member: MemberVisit) -> HttpResponse:
    """How every point came about and where it went, the last first."""
    shop, at = member.shop, timezone.now()
    asked = request.GET.get("before", "")
    before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
    own = facade.points_of(shop.id, member.customer_id, live_plans(shop.id), at=at)
    statement = facade.statement(shop.id, member.customer_id, before=before, limit=ON_A_PAGE)
    facts = {
        "member": member,
        "shop": shop,
        "points": own,
        "lots": [] if own is None else [own_lot(shown_lot(each, at)) for each in own.has.lots],
        "lines": [own_line(shown_line(each)) for each in statement.lines],
        "before": statement.next,
        "paged": before is not None,
    }
    return render(request, "campaigns/member/points.html", facts)
