"""The settings of the shop itself."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy

from jiacan.console.contracts import Visit
from jiacan.console.facade import page, words
from jiacan.console.web.zones import ZoneField
from jiacan.kernel.messages import tell
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Permission


class ShopForm(forms.Form):
    """What of a shop can be changed."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        help_text=gettext_lazy("What staff and customers read at the top of its pages."),
    )
    zone = ZoneField()


@page(needs=Permission.MANAGE_SHOP)
def shop_settings(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The shop's name and zone."""
    shop = visit.shop
    form = ShopForm(request.POST or None, initial={"name": shop.name, "zone": shop.zone.key})
    if request.method == "POST" and form.is_valid():
        tenancy.update_shop(shop.id, **form.cleaned_data, actor=visit.actor)
        messages.success(request, words().say(tell("The shop was changed.")))
        return redirect("settings-shop", shop=shop.slug)
    return render(request, "console/settings/shop.html", {"visit": visit, "form": form})
