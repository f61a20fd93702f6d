"""The pages that customers meet: a campaign's rules, and the receipt of an order behind its link."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import segno
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from jiacan.campaigns.contracts.public import CampaignUnknown, PublicCampaign
from jiacan.campaigns.facade import public
from jiacan.console.facade import open_page
from jiacan.tenancy.contracts import ShopUnknown


@open_page(why="the rules of a campaign are for everyone; law wants them published")
@require_safe
@cache_control(public=True, max_age=15)
def campaign(request: HttpRequest, shop: str, plan_id: str) -> HttpResponse:
    """The rules, the dates, what is left, the odds, who answers for it."""
    found = _find(shop, plan_id)
    with timezone.override(found.zone):
        return render(
            request,
            "campaigns/public/campaign.html",
            {"campaign": found, "run": found.clock.run, "address": _address(request, shop, plan_id)},
        )


@open_page(why="a picture of the public page's own address")
@require_safe
@cache_control(public=True, max_age=3600)
def campaign_qr(request: HttpRequest, shop: str, plan_id: str) -> HttpResponse:
    """The public page's address as a QR code."""
    _find(shop, plan_id)
    picture = BytesIO()
    segno.make(_address(request, shop, plan_id), error="m").save(
        picture, kind="svg", scale=6, border=2, svgclass=None
    )
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")


@open_page(why="whoever has the unguessable link may read the receipt")
@require_safe
@cache_control(private=True, no_store=True)
def receipt(request: HttpRequest, secret: str) -> HttpResponse:
    """What an order got and why, in words."""
    found = public.find_receipt(secret)
    if found is None:
        raise Http404
    answer = render(request, "campaigns/public/receipt.html", {"receipt": found})
    answer["Referrer-Policy"] = "same-origin"
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _find(shop: str, plan_id: str) -> PublicCampaign:
    try:
        return public.find_campaign(shop, plan_id, at=datetime.now(UTC))
    except (ShopUnknown, CampaignUnknown) as error:
        raise Http404 from error


def _address(request: HttpRequest, shop: str, plan_id: str) -> str:
    path = reverse("public-campaign", args=[shop, plan_id])
    return f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else request.build_absolute_uri(path)
