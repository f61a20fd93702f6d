"""Small drawings as SVG geometry: what a line of figures looks like in a box, and foreign drawings made safe."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 120, 28
"""The box of a spark line, in its own units."""

_STYLE_ATTRIBUTE = re.compile(r'\sstyle="([^"]*)"')
_STYLE_ELEMENT = re.compile(r"<style\b.*?</style>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Spark:
    """A spark line's shapes: `line` and `area` are path data; the last known point is (`x`, `y`)."""

    line: str
    area: str
    x: float
    y: float


def spark_of(values: Sequence[float | None]) -> Spark | None:
    """The line through the values, from zero or the lowest below it; None breaks it; None without a value.

    >>> spark_of([0, 2, 1]).line
    'M0 26L60 2L120 14'
    """
    known = [value for value in values if value is not None]
    if not known:
        return None
    low, high = min(0, *known), max(*known, 0)
    points = [
        None if value is None else (_x(place, len(values)), _y(value, low, high))
        for place, value in enumerate(values)
    ]
    runs = _runs(points)
    line = "".join(_path(run) for run in runs)
    floor = _round(HEIGHT - 2.0)
    area = "".join(f"{_path(run)}L{_round(run[-1][0])} {floor}L{_round(run[0][0])} {floor}Z" for run in runs)
    return Spark(line, area, *runs[-1][-1])


def without_styles(svg: str) -> str:
    """The drawing with its styles as presentation attributes, which a strict content policy lets through.

    >>> without_styles('<svg><style>a{}</style><path style="fill: red; stroke:none"/></svg>')
    '<svg><path fill="red" stroke="none"/></svg>'
    """
    return _STYLE_ATTRIBUTE.sub(_attributes, _STYLE_ELEMENT.sub("", svg))


def _attributes(found: re.Match[str]) -> str:
    pairs = [part.split(":", 1) for part in found.group(1).split(";") if ":" in part]
    return "".join(f' {name.strip()}="{value.strip()}"' for name, value in pairs)


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is not None:
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _path(run: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{_round(x)} {_round(y)}" for x, y in run)


def _x(place: int, count: int) -> float:
    return WIDTH * place / (count - 1) if count > 1 else WIDTH


def _y(value: float, low: float, high: float) -> float:
    return HEIGHT - 2 - (HEIGHT - 4) * (value - low) / ((high - low) or 1)


def _round(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
