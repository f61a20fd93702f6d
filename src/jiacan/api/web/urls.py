"""The addresses of API v1."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from jiacan.api.web.app import api
from jiacan.api.web.pages import docs, openapi
from jiacan.console.contracts import Open

urlpatterns: list[URLPattern | URLResolver] = [
    path("docs", docs, name="api-docs"),
    path("openapi.json", openapi, name="api-document"),
]

for pattern in api.urls[0]:
    if pattern.name != "api-root":
        # No session opens these: each operation asks for a token, and the document says with which scope.
        pattern.callback.access = Open("each operation asks for a token with its scope, see x-scope")
        urlpatterns.append(pattern)
