"""Bodies: JSON, and nothing that only looks like it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser
from pydantic_core import from_json

from jiacan.api.contracts import BodyUnreadable, NotInJson


class JsonBody(Parser):
    """Reads a body as JSON, with bounds on nesting and numbers, and no lone surrogates."""

    def parse_body(self, request: HttpRequest) -> Any:
        """What the body says.

        Raises:
            NotInJson: it says that it is something else.
            BodyUnreadable: it is no JSON.
        """
        if request.content_type != "application/json":
            raise NotInJson(said=request.content_type or "")
        try:
            return from_json(request.body, allow_inf_nan=False)
        except ValueError as error:
            raise BodyUnreadable(reason=str(error)) from error
