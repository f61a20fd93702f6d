"""The API's own pages: its document for programs, and the same for people."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from jiacan.api.web.document import document
from jiacan.api.web.kinds import kinds
from jiacan.api.web.reading import read_document
from jiacan.console.facade import open_page, words


@open_page(why="what the API takes and answers is no secret")
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document."""
    return JsonResponse(document(), json_dumps_params={"ensure_ascii": False})


@open_page(why="what the API takes and answers is no secret")
def docs(request: HttpRequest) -> HttpResponse:
    """The same, rendered here: no script and nothing from elsewhere."""
    say = words()
    problems = [(kind, say.say(kind.title)) for kind in kinds()]
    return render(request, "api/docs.html", {"reading": read_document(document()), "problems": problems})
