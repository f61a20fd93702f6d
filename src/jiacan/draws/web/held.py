"""The staff's pages of a campaign's draws: how each stands, and the steps that a person takes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from jiacan.console.contracts import Visit
from jiacan.console.facade import attempt, page, words
from jiacan.draws.contracts.errors import DrawUnknown
from jiacan.draws.contracts.kept import KeptDraw
from jiacan.draws.contracts.photographs import MOST_BYTES
from jiacan.draws.facade import holding, photographs, reading, revealing
from jiacan.draws.web.shown import deck_name, sealed_decks
from jiacan.draws.web.shown_staff import ShownHeld, shown_held
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell
from jiacan.tenancy.contracts import Permission


class ValueForm(forms.Form):
    """The public value of a draw, where it was read, and the draw's id, typed by hand."""

    value = forms.CharField(
        label=gettext_lazy("Public value, exactly as its source gives it"),
        max_length=500,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    note = forms.CharField(
        label=gettext_lazy("Where you read it"),
        max_length=500,
        help_text=gettext_lazy("An address, or a newspaper with its date. It is kept in the audit and shown."),
    )
    typed = forms.CharField(
        max_length=200,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}),
    )

    def __init__(self, draw_id: str, data: object = None) -> None:
        super().__init__(data)
        self.draw_id = draw_id
        self.fields["typed"].label = words().say(tell("Type {typed} to go on", typed=draw_id))

    def clean_typed(self) -> str:
        """It has to be the draw's id, since this cannot be undone."""
        typed = str(self.cleaned_data["typed"]).strip()
        if typed != self.draw_id:
            raise forms.ValidationError(words().say(tell("Type {typed}, as it stands above.", typed=self.draw_id)))
        return typed


@page(needs=Permission.SEE_DRAWS)
@require_safe
def draws(request: HttpRequest, visit: Visit, plan_id: str) -> HttpResponse:
    """The campaign's draws: how each stands, tickets, prizes, and what comes next."""
    found = reading.draws_of(visit.shop.id, plan_id)
    facts = {"visit": visit, "plan_id": plan_id, "found": [_shown(visit, each) for each in found]}
    return render(request, "draws/staff/draws.html", facts)


@page(needs=Permission.SEE_DRAWS)
@require_safe
def draw(request: HttpRequest, visit: Visit, plan_id: str, draw_id: str) -> HttpResponse:
    """One draw, with everything that was published of it."""
    return _page(request, visit, get_draw(visit, plan_id, draw_id), ValueForm(draw_id))


def get_draw(visit: Visit, plan_id: str, draw_id: str) -> KeptDraw:
    """The draw, or 404 where none of that id was announced."""
    try:
        return reading.get_draw(visit.shop.id, plan_id, draw_id)
    except DrawUnknown as error:
        raise Http404 from error


def _shown(visit: Visit, kept: KeptDraw) -> ShownHeld:
    counts, taken = reading.counts_of(visit.shop.id, kept), photographs.photographs_of(kept)
    return shown_held(kept, counts, taken, at=datetime.now(UTC))


def _page(request: HttpRequest, visit: Visit, kept: KeptDraw, form: ValueForm) -> HttpResponse:
    facts = {
        "visit": visit,
        "plan_id": kept.plan_id,
        "draw": _shown(visit, kept),
        "form": form,
        "roots": [(deck_name(sealed.deck.id), sealed.root) for sealed in sealed_decks(kept)],
        "public_address": request.build_absolute_uri(reverse("draw-public", args=[kept.code])),
        "touches": tell(
            "{tickets} tickets of {draw} get their results by this value, for ever. It cannot be undone.",
            tickets=kept.tickets,
            draw=kept.promise.name,
        ),
    }
    return render(request, "draws/staff/draw.html", facts, status=400 if form.errors else 200)


# --- steps ------------------------------------------------------------------------------------------------


@page(needs=Permission.HOLD_DRAWS)
@require_POST
def close(request: HttpRequest, visit: Visit, plan_id: str, draw_id: str) -> HttpResponse:
    """Let no more tickets in."""
    return take_step(
        request,
        visit,
        get_draw(visit, plan_id, draw_id),
        lambda: holding.close_draw(visit.shop.id, plan_id, draw_id, actor=visit.actor, at=datetime.now(UTC)),
        tell("The log is closed; its last hash is published."),
    )


@page(needs=Permission.HOLD_DRAWS)
@require_POST
def enter_value(request: HttpRequest, visit: Visit, plan_id: str, draw_id: str) -> HttpResponse:
    """Record the public value, from which all results follow."""
    kept = get_draw(visit, plan_id, draw_id)
    form = ValueForm(draw_id, request.POST)
    if not form.is_valid():
        return _page(request, visit, kept, form)
    said = form.cleaned_data
    try:
        holding.enter_value(
            visit.shop.id,
            plan_id,
            draw_id,
            said["value"],
            note=said["note"],
            actor=visit.actor,
            at=datetime.now(UTC),
        )
    except JiacanError as error:
        form.add_error("value", words().say(error.message()))
        return _page(request, visit, kept, form)
    messages.success(request, words().say(tell("The value is recorded, with your name and where it was read.")))
    return redirect("campaign-draws-draw", shop=visit.shop.slug, plan_id=plan_id, draw_id=draw_id)


@page(needs=Permission.HOLD_DRAWS)
@require_POST
def reveal(request: HttpRequest, visit: Visit, plan_id: str, draw_id: str) -> HttpResponse:
    """Reveal the seed and publish the file."""
    return take_step(
        request,
        visit,
        get_draw(visit, plan_id, draw_id),
        lambda: revealing.reveal(visit.shop.id, plan_id, draw_id, actor=visit.actor, at=datetime.now(UTC)),
        tell("The seed is revealed and the file published; anyone can check every result."),
    )


@page(needs=Permission.EDIT_PLANS)
@require_POST
def photograph(request: HttpRequest, visit: Visit, plan_id: str, draw_id: str) -> HttpResponse:
    """Show a prize by a photograph."""
    kept, prize, file = (
        get_draw(visit, plan_id, draw_id),
        request.POST.get("prize", ""),
        request.FILES.get("photograph"),
    )
    data = file.read(MOST_BYTES + 1) if isinstance(file, UploadedFile) else b""
    return take_step(
        request,
        visit,
        kept,
        lambda: photographs.take_photograph(
            visit.shop.id, plan_id, draw_id, prize, data, actor=visit.actor, at=datetime.now(UTC)
        ),
        tell("The photograph is shown on the draw's pages."),
    )


@page(needs=Permission.EDIT_PLANS)
@require_POST
def remove_photograph(request: HttpRequest, visit: Visit, plan_id: str, draw_id: str) -> HttpResponse:
    """Show a prize by its name alone."""
    prize = request.POST.get("prize", "")
    return take_step(
        request,
        visit,
        get_draw(visit, plan_id, draw_id),
        lambda: photographs.remove_photograph(visit.shop.id, plan_id, draw_id, prize, actor=visit.actor),
        tell("The prize is shown by its name alone."),
    )


def take_step(
    request: HttpRequest, visit: Visit, kept: KeptDraw, step: Callable[[], object], done: Message
) -> HttpResponse:
    """Take a step with a draw and say what came of it."""
    attempt(request, step, done)
    return redirect("campaign-draws-draw", shop=visit.shop.slug, plan_id=kept.plan_id, draw_id=kept.draw_id)
