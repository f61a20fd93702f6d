"""The addresses of sign-in and settings."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from jiacan.console.web import audit, home, links, me, people, shop, tokens

SETTINGS = [
    path("shop", shop.shop_settings, name="settings-shop"),
    path("people", people.people, name="settings-people"),
    path("people/invite", people.invite, name="settings-people-invite"),
    path("people/invitations/<int:invitation_id>/withdraw", people.withdraw, name="settings-people-withdraw"),
    path("people/<int:person_id>/role", people.change_role, name="settings-people-role"),
    path("people/<int:person_id>/remove", people.remove, name="settings-people-remove"),
    path("roles", people.roles, name="settings-roles"),
    path("tokens", tokens.tokens, name="settings-tokens"),
    path("tokens/add", tokens.add, name="settings-tokens-add"),
    path("tokens/<int:token_id>/revoke", tokens.revoke, name="settings-tokens-revoke"),
    path("audit", audit.audit, name="settings-audit"),
    path("audit/verify", audit.verify, name="settings-audit-verify"),
    path("audit/export.csv", audit.export, {"form": "csv"}, name="settings-audit-csv"),
    path("audit/export.ndjson", audit.export, {"form": "ndjson"}, name="settings-audit-ndjson"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.start, name="start"),
    path("shops", home.shops, name="shops"),
    path("language", home.choose_language, name="language"),
    path("theme", home.choose_theme, name="theme"),
    path("me", me.me, name="me"),
    path("start/<str:secret>", links.start, name="first-owner"),
    path("enter/<str:secret>", links.enter, name="enter"),
    path("invitation/<str:secret>", links.invitation, name="invitation"),
    path("s/<str:shop>/settings/", home.settings_start, name="settings"),
    path("s/<str:shop>/settings/", include(SETTINGS)),
]
