"""The pages for what went wrong: what happened, what is safe, what to do."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jiacan.console.facade import open_page
from jiacan.kernel.messages import Message, tell

_UNTOUCHED = tell("Nothing was changed.")
_WHY = "an error is told to whoever ran into it"


@dataclass(frozen=True, slots=True)
class Trouble:
    """An error page's words."""

    status: int
    title: Message
    happened: Message
    safe: Message
    todo: Message


BAD_REQUEST = Trouble(
    400,
    tell("This could not be read"),
    tell("What the browser sent does not make sense to the server."),
    _UNTOUCHED,
    tell("Go back, load the page again and repeat the step."),
)
FORBIDDEN = Trouble(
    403,
    tell("This is not yours to open"),
    tell("The page exists, but not for this account."),
    _UNTOUCHED,
    tell("Sign in as someone who may, or ask an owner of the shop."),
)
STALE_FORM = Trouble(
    403,
    tell("The form had grown old"),
    tell("It was sent from a page that was opened before you signed in or out, or by another site."),
    _UNTOUCHED,
    tell("Go back, load the page again and send the form once more; what you typed may still be there."),
)
NOT_FOUND = Trouble(
    404,
    tell("There is no such page"),
    tell("Nothing stands at this address, or it belongs to a shop that is not yours."),
    _UNTOUCHED,
    tell("Check the address, or start from your shop's home."),
)
TOO_LARGE = Trouble(
    413,
    tell("This is too large"),
    tell("More was sent at once than the server takes."),
    _UNTOUCHED,
    tell("Send a smaller file, or split it; the page you came from says how large it may be."),
)
BROKEN = Trouble(
    500,
    tell("Something broke on our side"),
    tell("The server ran into a fault that it did not expect."),
    tell("A change is kept whole or not at all: nothing is left half done."),
    tell("Try again in a moment. If it happens again, hand on the code below to whoever runs this server."),
)


def trouble_page(request: HttpRequest, trouble: Trouble) -> HttpResponse:
    """The page for a trouble; it asks nothing of the database."""
    facts = {
        "status": trouble.status,
        "title": trouble.title,
        "happened": trouble.happened,
        "safe": trouble.safe,
        "todo": trouble.todo,
    }
    return render(request, "console/error.html", facts, status=trouble.status)


@open_page(why=_WHY)
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return trouble_page(request, BAD_REQUEST)


@open_page(why=_WHY)
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return trouble_page(request, FORBIDDEN)


@open_page(why=_WHY)
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403, for a form without its token."""
    return trouble_page(request, STALE_FORM)


@open_page(why=_WHY)
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return trouble_page(request, NOT_FOUND)


@open_page(why=_WHY)
def too_large(request: HttpRequest) -> HttpResponse:
    """413, for whoever limits uploads."""
    return trouble_page(request, TOO_LARGE)


@open_page(why=_WHY)
def server_error(request: HttpRequest) -> HttpResponse:
    """500."""
    return trouble_page(request, BROKEN)
