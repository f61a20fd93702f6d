"""The addresses of campaigns: the staff's under /s/, the customers' under /c/ and /r/."""

from __future__ import annotations

from django.urls import path

from jiacan.campaigns.web import public

urlpatterns = [
    path("c/<slug:shop>/<str:plan_id>/", public.campaign, name="public-campaign"),
    path("c/<slug:shop>/<str:plan_id>/qr.svg", public.campaign_qr, name="public-campaign-qr"),
    path("r/<str:secret>/", public.receipt, name="public-receipt"),
]
