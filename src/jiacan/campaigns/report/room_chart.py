"""The room's chart: orders and awards a minute over the last two hours, in the band that was to be expected."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import altair as alt

from jiacan.campaigns.contracts.room import CoursePoint
from jiacan.campaigns.core.pace import BIN
from jiacan.campaigns.report.charts import BAND, INK, LINE, OF_OUTCOME, QUIET, to_svg
from jiacan.offers.contracts.awards import Outcome

_EXPECTED = OF_OUTCOME[Outcome.REFUSED]
_AWARDS = OF_OUTCOME[Outcome.OTHERWISE]


def room_chart(course: Sequence[CoursePoint], zone: ZoneInfo, *, width: int, height: int, key: str) -> str:
    """Orders as a line, awards as a thinner one, the expected orders dashed in their 95% band."""
    rows = [_row(point, zone) for point in course]
    base = alt.Chart(alt.InlineData(rows))
    axis = alt.Axis(
        title=None,
        domainColor=LINE,
        tickColor=LINE,
        labelColor=QUIET,
        grid=False,
        format="%H:%M",
        tickCount=max(3, width // 110),
        labelOverlap=True,
    )
    x = alt.X("at:T", scale=alt.Scale(type="utc"), axis=axis)
    layers: list[alt.Chart] = []
    if course and course[0].band is not None:
        layers.append(base.mark_area(color=BAND, opacity=1).encode(x=x, y=_a_minute("low:Q"), y2="high:Q"))
        dashed = base.mark_line(color=_EXPECTED, strokeWidth=1.6, strokeDash=[5, 3])
        layers.append(dashed.encode(x=x, y=_a_minute("expected:Q")))
    layers.append(base.mark_line(color=_AWARDS, strokeWidth=1.6).encode(x=x, y=_a_minute("awards:Q")))
    layers.append(base.mark_line(color=INK, strokeWidth=2).encode(x=x, y=_a_minute("orders:Q")))
    return to_svg(alt.layer(*layers).properties(width=width, height=height), key)


def _row(point: CoursePoint, zone: ZoneInfo) -> dict[str, object]:
    middle = (point.at + BIN / 2).astimezone(zone).replace(tzinfo=None)
    return {
        "at": middle.isoformat(),
        "orders": round(point.orders, 3),
        "awards": round(point.awards, 3),
        "expected": point.expected,
        "low": None if point.band is None else point.band.low,
        "high": None if point.band is None else point.band.high,
    }


def _a_minute(field: str) -> alt.Y:
    axis = alt.Axis(title=None, domain=False, ticks=False, gridColor=LINE, labelColor=QUIET, tickCount=4)
    return alt.Y(field, axis=axis)
