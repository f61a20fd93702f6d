"""The addresses of the member's page, under /m/, and of what staff do for it."""

from __future__ import annotations

from django.urls import path

from jiacan.campaigns.web.member import check_in, doors, entering, mall, page

MEMBER = "m/<str:shop>/"
REDEMPTION = f"{MEMBER}mall/redemptions/<uuid:redemption_id>"
SETTINGS = "s/<str:shop>/settings/member-page"

urlpatterns = [
    path(MEMBER, page.page, name="member-page"),
    path(f"{MEMBER}points", page.points, name="member-points"),
    path(f"{MEMBER}check-in", check_in.do_task, name="member-check-in"),
    path(f"{MEMBER}check-in/made-up", check_in.make_up, name="member-make-up"),
    path(f"{MEMBER}mall", mall.items, name="member-mall"),
    path(f"{MEMBER}mall/items/<str:plan_id>/<str:item_id>", mall.item, name="member-mall-item"),
    path(f"{REDEMPTION}", mall.redemption, name="member-redemption"),
    path(f"{REDEMPTION}/code", mall.show_code, name="member-redemption-code"),
    path(f"{REDEMPTION}/cancel", mall.cancel, name="member-redemption-cancel"),
    path(f"{MEMBER}enter", entering.enter, name="member-enter"),
    path(f"{MEMBER}link/<str:secret>", entering.link, name="member-link"),
    path(f"{MEMBER}sign-out", entering.sign_out, name="member-sign-out"),
    path(f"{MEMBER}sign-out/everywhere", entering.sign_out_everywhere, name="member-sign-out-everywhere"),
    path(SETTINGS, doors.secrets, name="settings-member-page"),
    path(f"{SETTINGS}/make", doors.make, name="settings-member-page-make"),
    path(f"{SETTINGS}/<int:secret_id>/end", doors.end, name="settings-member-page-end"),
    path("s/<str:shop>/members/sign-in-link", doors.make_link, name="members-sign-in-link"),
]
