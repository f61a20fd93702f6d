"""The Content-Security-Policy of an answer; where it names no nonce, as all of the API's, it is put together once."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache

from csp.constants import HEADER
from csp.middleware import CheckableLazyObject, CSPMiddleware, PolicyParts
from csp.utils import build_policy
from django.http import HttpRequest, HttpResponseBase


class ContentPolicy(CSPMiddleware):
    """Writes what the settings say, whichever the view: no view has a policy of its own."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The response with its policy; a nonce can no longer be had afterwards."""
        if getattr(request, "_csp_nonce", None) is not None:
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, _without_nonce())
        request.csp_nonce = CheckableLazyObject(self._csp_nonce_post_response)
        return response


@cache
def _without_nonce() -> str:
    return build_policy(**asdict(PolicyParts()))
