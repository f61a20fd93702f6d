"""The tree of who brought whom, as people look at it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Below:
    """A customer and what is below them: friends of their own, all who came by them, and what those bought."""

    customer_id: str
    direct: int
    descendants: int
    orders: int
    spend_minor: int


@dataclass(frozen=True, slots=True)
class Shape:
    """One of the largest trees, as much of it as a picture bears: each customer with their place and who is above.

    `above` is the place of whoever brought them in `customers`, −1 for the root. `left_out` are not in the picture.
    """

    root: Below
    customers: tuple[str, ...]
    above: tuple[int, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class TreeFigures:
    """What referrals have come to at a shop.

    `holders` are customers with a link, `clicks` those on their links, `friends` those who were brought, `k` friends
    per holder. `days` are the quarter, half and three quarters of the days from the click to the first order. `k` and
    `days` are None where there is nothing to divide by.
    """

    holders: int
    clicks: int
    friends: int
    k: float | None
    days: tuple[float, float, float] | None
    deepest: int
    orders: int
    spend_minor: int
    top: tuple[Below, ...]
    largest: tuple[Shape, ...]
