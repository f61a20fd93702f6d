"""What whoever has signed in can say of themselves."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy

from jiacan.console.facade import address_of, signed_in_page, words
from jiacan.console.web.language import remember_language
from jiacan.kernel.messages import tell
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor


class MeForm(forms.Form):
    """A person's name and language."""

    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=120, help_text=gettext_lazy("What others at your shops read.")
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=[("", gettext_lazy("What the browser asks for")), ("zh", "中文"), ("en", "English")],
        required=False,
    )


@signed_in_page
def me(request: HttpRequest) -> HttpResponse:
    """The profile of whoever has signed in."""
    person = tenancy.get_person(request.user.pk)
    form = MeForm(request.POST or None, initial={"name": person.name, "language": person.language})
    if request.method == "POST" and form.is_valid():
        name, language = form.cleaned_data["name"], form.cleaned_data["language"]
        if name != person.name:
            actor = Actor(person.email, f"console {address_of(request)}")
            tenancy.rename_person(person.id, name, actor=actor)
        tenancy.set_language(person.id, language)
        answer = remember_language(redirect("me"), language)
        messages.success(request, words().say(tell("Your profile was changed.")))
        return answer
    memberships = tenancy.memberships_of(person.id)
    return render(request, "console/me.html", {"form": form, "person": person, "memberships": memberships})
