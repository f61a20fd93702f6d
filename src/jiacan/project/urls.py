"""Every address of the server: each slice names its own pages."""

from __future__ import annotations

from django.urls import include, path

from jiacan.console.web.frame import not_found

urlpatterns = [
    path("", include("jiacan.project.serving.health")),
    path("api/v1/", include("jiacan.api.web.urls")),
    path("account/email/", not_found),  # an address is whom an invitation was sent to: it stays
    path("account/", include("allauth.urls")),
    path("", include("jiacan.console.web.urls")),
    path("", include("jiacan.webhooks.web.urls")),
    path("", include("jiacan.referrals.web.urls")),
    path("", include("jiacan.draws.web.urls")),
    path("", include("jiacan.campaigns.web.urls")),
]

handler400 = "jiacan.console.web.frame.bad_request"
handler403 = "jiacan.console.web.frame.forbidden"
handler404 = "jiacan.console.web.frame.not_found"
handler500 = "jiacan.console.web.frame.server_error"
