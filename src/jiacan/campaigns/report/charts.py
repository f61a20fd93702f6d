"""The charts of a report's page, as SVG that takes its colours and typeface from the page around it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO
from typing import Any

import altair as alt

from jiacan.campaigns.contracts.reported import CampaignFacts, DayFigure
from jiacan.offers.contracts.awards import Outcome

# Colours no page uses: each is replaced by the page's own, so that both themes fit.
INK, QUIET, LINE, BAND = "#010101", "#020202", "#030303", "#040404"
OF_OUTCOME = {
    Outcome.GRANTED: "#050505",
    Outcome.OTHERWISE: "#060606",
    Outcome.REFUSED: "#070707",
    Outcome.HELD_OUT: "#080808",
}
_PAGE_COLOURS = {
    INK: "var(--ink)",
    QUIET: "var(--quiet)",
    LINE: "var(--line)",
    BAND: "var(--band)",
    **{colour: f"var(--{outcome.value.replace('_', '-')})" for outcome, colour in OF_OUTCOME.items()},
}
_TYPEFACE = re.compile(r'\sfont-family="[^"]*"')
_ID = re.compile(r'(\bid="|url\(#)')


@dataclass(frozen=True, slots=True)
class OfferCourse:
    """One offer's awards by day and outcome, drawn."""

    offer_id: str
    svg: str


def course_chart(facts: CampaignFacts, *, width: int, key: str) -> str:
    """Orders a day as dots and line, the expected ones dashed, the run shaded; empty without orders."""
    if not facts.days:
        return ""
    x = alt.X(
        "day:T",
        scale=alt.Scale(type="utc"),
        axis=_day_axis(tickCount=max(3, width // 110), format="%m-%d", labelOverlap=True),
    )
    counted = alt.Chart(alt.InlineData([_row(day) for day in facts.days]))
    run = facts.run.days(facts.rules.zone)
    shade = alt.Chart(alt.InlineData([{"from": str(run[0]), "to": str(run[-1])}])).mark_rect(color=BAND)
    drawn = alt.layer(
        shade.encode(x=alt.X("from:T", scale=alt.Scale(type="utc")), x2="to:T"),
        counted.mark_line(color=INK, strokeWidth=1.4).encode(x=x, y=_counts("orders:Q")),
        counted.mark_circle(color=INK, size=14, opacity=1).encode(x=x, y=_counts("orders:Q")),
        counted.transform_filter("isValid(datum.expected)")
        .mark_line(color=OF_OUTCOME[Outcome.REFUSED], strokeWidth=1.6, strokeDash=[5, 3])
        .encode(x=x, y=_counts("expected:Q")),
    )
    return to_svg(drawn.properties(width=width, height=200), key)


def _row(day: DayFigure) -> dict[str, object]:
    return {"day": str(day.day), "orders": day.orders, "expected": day.expected_orders}


def offer_courses(facts: CampaignFacts, *, width: int) -> tuple[OfferCourse, ...]:
    """For each offer that some order met, its awards by day, stacked by outcome; the days are the same for all."""
    first, last = (edge(count.day for count in facts.awards) for edge in (min, max))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    totals: Counter[tuple[str, date, Outcome]] = Counter()
    for count in facts.awards:
        totals[count.offer_id, count.day, count.outcome] += count.awards
    met = [offer.id for offer in facts.rules.offers if any(count.offer_id == offer.id for count in facts.awards)]
    return tuple(
        OfferCourse(offer_id, _offer_chart(offer_id, days, totals, width, key=f"offer-{n}"))
        for n, offer_id in enumerate(met)
    )


def _offer_chart(
    offer_id: str, days: Sequence[date], totals: Counter[tuple[str, date, Outcome]], width: int, key: str
) -> str:
    rows = [
        {"day": str(day), "outcome": outcome.value, "place": place, "awards": totals[offer_id, day, outcome]}
        for day in days
        for place, outcome in enumerate(OF_OUTCOME)
    ]
    outcomes = [outcome.value for outcome in OF_OUTCOME]
    step = max(1, -(-len(days) // 4))
    axis = _day_axis(values=[str(day) for day in days[::step]], labelExpr="slice(datum.value, 5)", labelAngle=0)
    drawn = (
        alt.Chart(alt.InlineData(rows))
        .mark_bar()
        .encode(
            x=alt.X("day:O", axis=axis, scale=alt.Scale(paddingInner=0.25)),
            y=_counts("awards:Q", ticks=3),
            order=alt.Order("place:Q"),
            color=alt.Color(
                "outcome:N", scale=alt.Scale(domain=outcomes, range=list(OF_OUTCOME.values())), legend=None
            ),
        )
    )
    return to_svg(drawn.properties(width=width, height=110), key)


def _day_axis(**settings: Any) -> alt.Axis:
    return alt.Axis(title=None, domainColor=LINE, tickColor=LINE, labelColor=QUIET, grid=False, **settings)


def _counts(field: str, ticks: int = 4) -> alt.Y:
    axis = alt.Axis(
        title=None, domain=False, ticks=False, gridColor=LINE, labelColor=QUIET, tickCount=ticks, format=",d"
    )
    return alt.Y(field, axis=axis)


def to_svg(drawn: alt.Chart | alt.LayerChart | alt.FacetChart, key: str) -> str:
    """The drawing in the page's own colours and typeface; `key` keeps its ids apart from other drawings'."""
    into = StringIO()
    plain = drawn.configure(font="sans-serif", background="transparent", padding=2).configure_view(stroke=None)
    plain.configure_axis(labelFontSize=11).save(into, format="svg")
    svg = into.getvalue()
    for colour, of_page in _PAGE_COLOURS.items():
        svg = svg.replace(f'"{colour}"', f'"{of_page}"')
    svg = _TYPEFACE.sub("", svg)
    return _ID.sub(rf"\g<1>{key}-", svg)
