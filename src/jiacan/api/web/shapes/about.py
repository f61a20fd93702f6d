"""The token and the rate that a program calls with."""

from __future__ import annotations

from pydantic import Field

from jiacan.api.web.shapes.values import Given, Moment
from jiacan.tenancy.contracts import Permission


class Pong(Given):
    """The server answers."""


class RateShape(Given):
    """How many requests the token may send."""

    requests_per_minute: int
    burst: int = Field(description="How many at once.")


class Me(Given):
    """The token, what it may do, and how often."""

    shop: str
    currency: str = Field(description="The currency of the shop's orders; empty until its first plan.")
    zone: str
    token: str = Field(description="The token's name.")
    hint: str = Field(description="Its last four letters.")
    scopes: list[Permission]
    created_at: Moment
    rate: RateShape
