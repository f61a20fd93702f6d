"""A picture of a tree of referrals: each customer a dot, below whoever brought them."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from jiacan.referrals.contracts.tree import Shape

_ACROSS, _DOWN, _EDGE, _DOT = 18, 56, 24, 5
_NARROWEST = 960
"""A small tree stands in the middle of so much room, rather than be drawn large."""


def draw_tree(shape: Shape) -> str:
    """The tree as SVG: whoever has no friends stands beside the last such one, others above the middle of theirs.

    A pointed-at dot says whose it is.
    """
    levels = _levels(shape.above)
    across = _across(shape.above)
    spots = [(_EDGE + x * _ACROSS, _EDGE + level * _DOWN) for x, level in zip(across, levels, strict=True)]
    width = max(x for x, _ in spots) + _EDGE
    shown = max(width, _NARROWEST)
    height = max(y for _, y in spots) + _EDGE
    lines = "".join(
        f'<path d="M{spots[above][0]:g} {spots[above][1]:g}L{x:g} {y:g}" stroke="currentColor" opacity="0.35"/>'
        for (x, y), above in zip(spots, shape.above, strict=True)
        if above >= 0
    )
    dots = "".join(
        f'<circle cx="{x:g}" cy="{y:g}" r="{_DOT if above >= 0 else _DOT + 3}" fill="currentColor">'
        f"<title>{escape(customer)}</title></circle>"
        for (x, y), customer, above in zip(spots, shape.customers, shape.above, strict=True)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{shown:g}" height="{height:g}" '
        f'viewBox="{(width - shown) / 2:g} 0 {shown:g} {height:g}">{lines}{dots}</svg>'
    )


def _levels(above: Sequence[int]) -> list[int]:
    levels: list[int] = []
    for place in above:
        levels.append(0 if place < 0 else levels[place] + 1)
    return levels


def _across(above: Sequence[int]) -> list[float]:
    """How far right each stands."""
    friends: list[list[int]] = [[] for _ in above]
    for place, parent in enumerate(above):
        if parent >= 0:
            friends[parent].append(place)
    order, stack = [], [0]
    while stack:
        place = stack.pop()
        order.append(place)
        stack.extend(reversed(friends[place]))
    across, room = [0.0] * len(above), 0
    for place in order:
        if not friends[place]:
            across[place], room = float(room), room + 1
    for place in reversed(order):
        if friends[place]:
            across[place] = (across[friends[place][0]] + across[friends[place][-1]]) / 2
    return across
