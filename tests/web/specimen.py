"""A page that shows every part of the frame once, at addresses of its own: ROOT_URLCONF = "tests.web.specimen"."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template import engines
from django.urls import include, path

from jiacan.console.contracts import Visit
from jiacan.console.facade import open_page, page
from jiacan.kernel.messages import Name, tell
from jiacan.kernel.money import Money
from jiacan.tenancy.contracts import Permission

AT = datetime(2026, 11, 11, 12, 0, tzinfo=UTC)
LONG = Name(
    zh="双十一加餐第二波全店满三百送保温杯再抽万元免单老客专享回馈礼遇季",
    en="Second wave of the eleventh of November, with mugs and free tea",
)

BODY = (Path(__file__).parent / "specimen.html").read_text(encoding="utf-8")


def _figure(name: str, value: object, **more: object) -> SimpleNamespace:
    return SimpleNamespace(name=tell(name), value=value, **more)


FACTS = {
    "at": AT,
    "name": LONG,
    "plan_id": "order-bonus",
    "figures": [
        _figure(
            "Orders",
            "12,345",
            means=tell("Paid orders in the window of the campaign."),
            against=tell("104% of pace"),
            state="good",
            sparks=[3, 4, 6, 5, 8, 9, 12, 11, 14],
        ),
        _figure("Sales", "¥1,234,567.00", against=tell("98% of pace"), state="watch", sparks=[5, 5, 6, 7, None, 9]),
        _figure("Awards", "8,120", unit=tell("pieces"), against=tell("as planned"), sparks=[1, 1, 2, 1, 3]),
        _figure("Money at risk", "¥12,300.00", against=tell("41% of the budget"), sparks=[1, 2, 3, 4, 5]),
        _figure("Refusals", "311", against=tell("12% of what was asked"), state="act", sparks=[0, 0, 1, 5, 9]),
        _figure("Open alarms", "2", against=tell("one is nobody's"), state="act"),
    ],
    "rows": [
        {
            "order": f"A-{1000 + n}",
            "offer": "mug-at-300",
            "cost": Money(900 * n, "GBP"),
            "course": [n, 2, n + 1, 4, 3],
        }
        for n in range(1, 7)
    ],
    "total": Money(123456789, "GBP"),
    "sentence": Name(zh="订单满300元，送保温杯一个；杯子已送完，改送试用装。", en="This order of £300 gets a mug."),
    "problems": [
        {"line": 12, "column": 3, "is_error": True, "message": tell("The stock {item} is not declared.", item="mug")},
        {"line": None, "column": None, "is_error": False, "message": tell("There is no hold-out.")},
    ],
    "steps": [
        {"title": tell("Write the plan"), "says": tell("Version 3"), "state": "done"},
        {"title": tell("Rehearse it"), "says": tell("On the orders of October"), "state": "now", "address": "#"},
        {"title": tell("Go live"), "says": None, "state": ""},
    ],
    "empty": {
        "title": tell("No campaigns yet"),
        "teaches": tell("A campaign begins as a plan: what you give, to whom, and how much of it."),
        "label": tell("Begin from a template"),
        "example": "offers:\n  - id: mug-at-300\n    spend: {at_least: 300}",
        "example_title": tell("An offer looks like this:"),
    },
}


@page(needs=Permission.SEE_CAMPAIGNS)
def parts(request: HttpRequest, visit: Visit, plan_id: str) -> HttpResponse:
    """Every part once."""
    template = engines["django"].from_string(BODY)
    return HttpResponse(template.render({"visit": visit, **FACTS}, request))


@open_page(why="a test listens to it")
def live(request: HttpRequest) -> StreamingHttpResponse:
    """Two messages: the figures once more, changed, and the end."""
    fragment = '<div data-fragment="figures"><p id="arrived"><b data-figure>12,346</b></p></div>'
    messages = [f"data: {fragment}\n\n", "event: over\ndata:\n\n"]
    return StreamingHttpResponse(iter(messages), content_type="text/event-stream")


@open_page(why="a test breaks it")
def broken(request: HttpRequest) -> HttpResponse:
    """A fault of the program."""
    raise RuntimeError("broken on purpose")


urlpatterns = [
    path("s/<slug:shop>/campaigns/<str:plan_id>/", parts, name="campaign-room"),
    path("live", live),
    path("broken", broken),
    path("", include("jiacan.project.urls")),
]
handler400 = "jiacan.console.web.frame.bad_request"
handler403 = "jiacan.console.web.frame.forbidden"
handler404 = "jiacan.console.web.frame.not_found"
handler500 = "jiacan.console.web.frame.server_error"
