"""Lists in pages: a cursor says where a page ended, signed so that it means only what it was given out for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from django.core import signing
from django.http import HttpRequest
from ninja import Query
from pydantic import BaseModel, Field

from jiacan.api.contracts import CursorUnknown
from jiacan.api.web.auth import Call

Item = TypeVar("Item")
Position = TypeVar("Position")

Cursor = Annotated[
    str | None,
    Query(None, max_length=1000, description="Where the page begins: the cursor in the `next` of the last."),
]
Limit = Annotated[int, Query(50, ge=1, le=200, description="How many entries a page has at the most.")]


class Page(BaseModel, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next: str | None = Field(
        description="The address of the next page; null on the last. The header Link says the same.",
        examples=["/api/v1/awards?limit=50&cursor=WyIyMDI2LTExLTExIl0"],
    )


def read_cursor(request: Call, text: str | None, to_position: Callable[[Sequence[Any]], Position]) -> Position | None:
    """The place a cursor stands for; None begins at the beginning.

    Raises:
        CursorUnknown: it was not given out for this list of this shop.
    """
    if text is None:
        return None
    try:
        return to_position(signing.loads(text, salt=_salt(request)))
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise CursorUnknown from error


def next_address(request: Call, position: Sequence[Any] | None) -> str | None:
    """The address of the page that begins there, with the filters of this one; said in the header Link too."""
    if position is None:
        return None
    query = request.GET.copy()
    query["cursor"] = signing.dumps(position, salt=_salt(request))
    address = f"{request.path}?{query.urlencode()}"
    headers(request)["Link"] = f'<{address}>; rel="next"'
    return address


def headers(request: HttpRequest) -> dict[str, str]:
    """The headers that the answer to this request will carry."""
    carried: dict[str, str] = request.__dict__.setdefault("api_headers", {})
    return carried


def _salt(request: Call) -> str:
    return f"api/{request.auth.shop.id}/{request.path}"
