"""One-time links: the first owner's, the one that signs in, and invitations.

Opening a link only shows a page; sending its form spends it. So whatever looks at links before people do, such as
a mail scanner or a chat's preview, spends none.
"""

from __future__ import annotations

from typing import Any

from allauth.account.utils import perform_login
from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from jiacan.console.facade import address_of, open_page, words
from jiacan.console.web.zones import ZoneField
from jiacan.kernel.errors import JiacanError
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy import joining
from jiacan.tenancy.contracts import Invitation, LinkSpent, Person

_WHY = "whoever has the link may; its secret is what is asked for"


class NewPersonForm(forms.Form):
    """Who someone new is; gives the hash of their password, and never the password."""

    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=120, widget=forms.TextInput({"autocomplete": "name"})
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 12 characters, and not one that many people use."),
    )

    def __init__(self, data: Any = None, *, email: str = "", **options: Any) -> None:
        super().__init__(data, **options)
        self.email = email

    def clean(self) -> dict[str, Any]:
        """Hold the password against the rules, the name and the address."""
        cleaned = super().clean() or self.cleaned_data
        password = cleaned.pop("password", "")
        if password:
            known = get_user_model()(email=cleaned.get("email", self.email), name=cleaned.get("name", ""))
            try:
                validate_password(password, known)
            except ValidationError as error:
                self.add_error("password", error)
            else:
                cleaned["password_hash"] = make_password(password)
        return cleaned


class FirstOwnerForm(NewPersonForm):
    """The first owner and their shop."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"), max_length=254, widget=forms.EmailInput({"autocomplete": "username"})
    )
    shop_slug = forms.CharField(
        label=gettext_lazy("The shop's short name"),
        max_length=64,
        help_text=gettext_lazy(
            "Part of every address and of every plan, such as tea-house: lower-case letters, digits, hyphens."
        ),
        widget=forms.TextInput({"autocapitalize": "off", "spellcheck": "false"}),
    )
    zone = ZoneField()
    field_order = ("email", "name", "password", "shop_slug", "zone")


@never_cache
@open_page(why=_WHY)
def start(request: HttpRequest, secret: str) -> HttpResponse:
    """Make the first owner and sign them in."""
    if not joining.owner_link_is_open(secret, timezone.now()):
        return _spent(request)
    shops = tenancy.find_shops()
    zone = "Asia/Shanghai" if words().language == "zh" else "UTC"
    known = {"shop_slug": shops[0].slug, "zone": shops[0].zone.key} if shops else {"zone": zone}
    form = FirstOwnerForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            owner = joining.make_owner(secret, **form.cleaned_data, at=timezone.now(), origin=_origin(request))
        except JiacanError as error:
            form.add_error(None, words().say(error.message()))
        else:
            return _sign_in(request, owner)
    return render(request, "console/links/start.html", {"form": form, "shops": shops}, status=_status(form))


@never_cache
@open_page(why=_WHY)
def enter(request: HttpRequest, secret: str) -> HttpResponse:
    """Sign in by the link, once; whoever has a second step is still asked for it."""
    at = timezone.now()
    if request.method == "POST":
        person = joining.redeem_sign_in_link(secret, at)
        return _spent(request) if person is None else _sign_in(request, person)
    if not joining.sign_in_link_is_open(secret, at):
        return _spent(request)
    return render(request, "console/links/enter.html")


@never_cache
@open_page(why=_WHY)
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Take up an invitation: as someone new, or signed in as the person who was invited."""
    try:
        invited = joining.look_at_invitation(secret, timezone.now())
        if tenancy.find_person(invited.email) is None:
            return _join_as_new(request, secret, invited)
        return _join_as_known(request, secret, invited)
    except LinkSpent:
        return _spent(request)


def _join_as_new(request: HttpRequest, secret: str, invited: Invitation) -> HttpResponse:
    form = NewPersonForm(request.POST or None, email=invited.email)
    if request.method == "POST" and form.is_valid():
        person = joining.accept_invitation(secret, **form.cleaned_data, at=timezone.now(), origin=_origin(request))
        return _sign_in(request, person)
    facts = {"form": form, "invitation": invited}
    return render(request, "console/links/invitation.html", facts, status=_status(form))


def _join_as_known(request: HttpRequest, secret: str, invited: Invitation) -> HttpResponse:
    """Only the person themselves takes up an invitation in their name."""
    here = getattr(request.user, "email", "") == invited.email
    if here and request.method == "POST":
        joining.accept_invitation(secret, name="", password_hash="", at=timezone.now(), origin=_origin(request))
        return redirect(reverse("home", kwargs={"shop": invited.shop.slug}))
    facts = {"invitation": invited, "here": here}
    return render(request, "console/links/join.html", facts)


def _sign_in(request: HttpRequest, person: Person) -> HttpResponse:
    return perform_login(request, get_user_model().objects.get(pk=person.id), redirect_url="/")


def _spent(request: HttpRequest) -> HttpResponse:
    return render(request, "console/links/spent.html", {"message": LinkSpent().message()}, status=410)


def _origin(request: HttpRequest) -> str:
    return f"console {address_of(request)}"


def _status(form: forms.Form) -> int:
    return 400 if form.errors else 200
