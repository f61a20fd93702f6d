"""Every address of the server: each slice names its own pages."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("account/", include("allauth.urls")),
    path("", include("jiacan.console.web.urls")),
]
