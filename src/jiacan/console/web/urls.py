"""The addresses of sign-in and settings."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from jiacan.console.web import home

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.start, name="start"),
    path("shops", home.shops, name="shops"),
    path("language", home.choose_language, name="language"),
    path("theme", home.choose_theme, name="theme"),
    path("s/<slug:shop>/settings/", home.settings_start, name="settings"),
]
