"""The settings of the programs that may come in: tokens, made with some permissions, shown once, revoked."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from jiacan.console.contracts import Visit
from jiacan.console.core.permissions import PERMISSION_NAMES
from jiacan.console.facade import page, words
from jiacan.kernel.messages import Message, tell
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import MAY, Permission, Secret, Token


class TokenForm(forms.Form):
    """A new token's name and what it may do."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        help_text=gettext_lazy("Which program uses it, such as “checkout”."),
    )
    scopes = forms.TypedMultipleChoiceField(
        label=gettext_lazy("What it may do"),
        coerce=Permission,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("As little as the program needs. Only what your own role may do can be given."),
    )

    def __init__(self, visit: Visit, data: object = None) -> None:
        super().__init__(data)
        said = words()
        choices = [(scope.value, said.say(name)) for scope, name in PERMISSION_NAMES.items() if visit.may(scope)]
        self.fields["scopes"].choices = choices


@dataclass(frozen=True, slots=True)
class Line:
    """One token in the list."""

    token: Token
    scopes: tuple[Message, ...]
    end: Message

    @property
    def key(self) -> str:
        """Names the line's dialog."""
        return f"revoke-{self.token.id}"


@page(needs=Permission.MANAGE_TOKENS)
def tokens(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The shop's tokens, and a form to make one."""
    return _tokens(request, visit, TokenForm(visit))


@page(needs=Permission.MANAGE_TOKENS)
@require_POST
@never_cache
def add(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Make a token; it is shown this once."""
    form = TokenForm(visit, request.POST)
    if not form.is_valid():
        return _tokens(request, visit, form)
    token, secret = tenancy.add_token(
        visit.shop.id, **form.cleaned_data, actor=visit.actor, at=timezone.now(), may=MAY[visit.role]
    )
    return _tokens(request, visit, TokenForm(visit), made=token, secret=secret)


@page(needs=Permission.MANAGE_TOKENS)
@require_POST
def revoke(request: HttpRequest, visit: Visit, token_id: int) -> HttpResponse:
    """End a token."""
    tenancy.revoke_token(visit.shop.id, token_id, actor=visit.actor, at=timezone.now())
    messages.success(
        request, words().say(tell("The token was revoked; programs that use it are refused from now on."))
    )
    return redirect("settings-tokens", shop=visit.shop.slug)


def _tokens(
    request: HttpRequest, visit: Visit, form: TokenForm, *, made: Token | None = None, secret: Secret | None = None
) -> HttpResponse:
    facts = {
        "visit": visit,
        "form": form,
        "lines": [_line(token) for token in tenancy.tokens_of(visit.shop.id)],
        "made": made,
        "secret": secret,
    }
    return render(request, "console/settings/tokens.html", facts, status=400 if form.errors else 200)


def _line(token: Token) -> Line:
    return Line(
        token,
        tuple(name for scope, name in PERMISSION_NAMES.items() if scope in token.scopes),
        tell(
            "Every program that uses “{name}”, whose token ends in {hint}, is refused from then on. This cannot be "
            "undone; make a new token instead.",
            name=token.name,
            hint=token.hint,
        ),
    )
