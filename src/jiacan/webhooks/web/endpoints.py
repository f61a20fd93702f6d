"""The settings of webhooks: which addresses are told, of what, and what became of each delivery."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from jiacan.console.contracts import Visit
from jiacan.console.facade import page, words
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell
from jiacan.tenancy.contracts import Permission, Secret
from jiacan.webhooks import facade
from jiacan.webhooks.contracts import Delivery, DeliveryState, Endpoint, EventKind
from jiacan.webhooks.core.naming import DELIVERY_STATES, KIND_NAMES, kind_name

PAGE_DELIVERIES = 50
EXAMPLE = """\
POST /hooks
Jiacan-Delivery: dlv_0b6f…
Jiacan-Timestamp: 1794398400
Jiacan-Signature: v1=5d41…

{
  "id": "evt_9f2c…",
  "kind": "award.granted",
  "at": "2026-11-11T12:00:00+00:00",
  "shop": "gifts",
  "data": {…}
}"""

_LOOKS = {DeliveryState.DELIVERED: "good", DeliveryState.WAITING: "watch", DeliveryState.GIVEN_UP: "act"}


class EndpointForm(forms.Form):
    """An endpoint's address and what it is told of."""

    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=2000,
        widget=forms.URLInput(attrs={"placeholder": "https://shop.example/hooks", "autocomplete": "off"}),
        help_text=gettext_lazy(
            "Where your system listens. It is called with POST, and must answer within ten seconds."
        ),
    )
    kinds = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Told of"), coerce=EventKind, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: object = None, initial: Endpoint | None = None) -> None:
        shown = None if initial is None else {"url": initial.url, "kinds": sorted(initial.kinds)}
        super().__init__(data, initial=shown)
        said = words()
        self.fields["kinds"].choices = [
            (kind.value, f"{capfirst(said.say(name))} ({kind})") for kind, name in KIND_NAMES.items()
        ]


@dataclass(frozen=True, slots=True)
class EndpointLine:
    """One endpoint in the list; `problem` says for how long it has failed, where it has for a day."""

    endpoint: Endpoint
    kinds: tuple[Message, ...]
    problem: Message | None


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """One delivery in the log."""

    delivery: Delivery
    kind: Message
    state: Message
    look: str
    said: Message | None


# --- seeing -----------------------------------------------------------------------------------------------


@page(needs=Permission.MANAGE_WEBHOOKS)
def endpoints(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The shop's endpoints, and a form to add one."""
    return _endpoints(request, visit, EndpointForm())


@page(needs=Permission.MANAGE_WEBHOOKS)
def endpoint(request: HttpRequest, visit: Visit, endpoint_id: int) -> HttpResponse:
    """One endpoint: what it is told of, and its log."""
    return _endpoint(request, visit, _get(visit, endpoint_id))


@page(needs=Permission.MANAGE_WEBHOOKS)
def delivery(request: HttpRequest, visit: Visit, delivery_id: str) -> HttpResponse:
    """One delivery with every try."""
    found = facade.find_delivery(visit.shop.id, delivery_id)
    if found is None:
        raise Http404
    facts = {
        "visit": visit,
        "line": _delivery_line(found),
        "endpoint": _get(visit, found.endpoint_id),
        "attempts": facade.attempts_of(visit.shop.id, delivery_id),
    }
    return render(request, "webhooks/delivery.html", facts)


# --- changing ---------------------------------------------------------------------------------------------


@never_cache
@page(needs=Permission.MANAGE_WEBHOOKS)
@require_POST
def add(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Add an endpoint; its secret is shown this once."""
    form = EndpointForm(request.POST)
    if form.is_valid():
        try:
            added, secret = facade.add_endpoint(
                visit.shop.id, **form.cleaned_data, actor=visit.actor, at=timezone.now()
            )
        except JiacanError as error:
            form.add_error("url", words().say(error.message()))
        else:
            return _endpoint(request, visit, added, secret=secret)
    return _endpoints(request, visit, form)


@page(needs=Permission.MANAGE_WEBHOOKS)
@require_POST
def change(request: HttpRequest, visit: Visit, endpoint_id: int) -> HttpResponse:
    """Change an endpoint's address or what it is told of."""
    found, form = _get(visit, endpoint_id), EndpointForm(request.POST)
    if form.is_valid():
        try:
            facade.update_endpoint(visit.shop.id, endpoint_id, **form.cleaned_data, actor=visit.actor)
        except JiacanError as error:
            form.add_error("url", words().say(error.message()))
        else:
            return _back(request, visit, endpoint_id, tell("The webhook was changed."))
    return _endpoint(request, visit, found, form=form)


@page(needs=Permission.MANAGE_WEBHOOKS)
@require_POST
def switch(request: HttpRequest, visit: Visit, endpoint_id: int) -> HttpResponse:
    """Switch an endpoint off, or on again."""
    is_on = request.POST.get("active") == "on"
    _get(visit, endpoint_id)
    facade.update_endpoint(visit.shop.id, endpoint_id, active=is_on, actor=visit.actor)
    done = tell("It is told again from now on.") if is_on else tell("It is switched off; nothing is sent to it.")
    return _back(request, visit, endpoint_id, done)


@never_cache
@page(needs=Permission.MANAGE_WEBHOOKS)
@require_POST
def rotate(request: HttpRequest, visit: Visit, endpoint_id: int) -> HttpResponse:
    """Make a new secret; it is shown this once."""
    found = _get(visit, endpoint_id)
    secret = facade.rotate_secret(visit.shop.id, endpoint_id, actor=visit.actor)
    return _endpoint(request, visit, found, secret=secret)


@page(needs=Permission.MANAGE_WEBHOOKS)
@require_POST
def remove(request: HttpRequest, visit: Visit, endpoint_id: int) -> HttpResponse:
    """Remove an endpoint with its log."""
    found = _get(visit, endpoint_id)
    facade.remove_endpoint(visit.shop.id, endpoint_id, actor=visit.actor)
    messages.success(request, words().say(tell("{url} was removed; it is told nothing more.", url=found.url)))
    return redirect("settings-webhooks", shop=visit.shop.slug)


@page(needs=Permission.MANAGE_WEBHOOKS)
@require_POST
def ping(request: HttpRequest, visit: Visit, endpoint_id: int) -> HttpResponse:
    """Send a test delivery."""
    _get(visit, endpoint_id)
    try:
        facade.ping(visit.shop.id, endpoint_id, actor=visit.actor)
    except JiacanError as error:
        return _refused(request, visit, endpoint_id, error)
    return _back(request, visit, endpoint_id, tell("A test is on its way; load this page again to see the answer."))


@page(needs=Permission.MANAGE_WEBHOOKS)
@require_POST
def replay(request: HttpRequest, visit: Visit, delivery_id: str) -> HttpResponse:
    """Send a delivery again."""
    found = facade.find_delivery(visit.shop.id, delivery_id)
    if found is None:
        raise Http404
    try:
        facade.replay(visit.shop.id, delivery_id, actor=visit.actor)
    except JiacanError as error:
        return _refused(request, visit, found.endpoint_id, error)
    return _back(request, visit, found.endpoint_id, tell("It is on its way again, under the same id."))


# --- parts ------------------------------------------------------------------------------------------------


def _get(visit: Visit, endpoint_id: int) -> Endpoint:
    found = facade.find_endpoint(visit.shop.id, endpoint_id)
    if found is None:
        raise Http404
    return found


def _back(request: HttpRequest, visit: Visit, endpoint_id: int, said: Message) -> HttpResponse:
    messages.success(request, words().say(said))
    return redirect("settings-webhooks-endpoint", shop=visit.shop.slug, endpoint_id=endpoint_id)


def _refused(request: HttpRequest, visit: Visit, endpoint_id: int, error: JiacanError) -> HttpResponse:
    messages.error(request, words().say(error.message()))
    return redirect("settings-webhooks-endpoint", shop=visit.shop.slug, endpoint_id=endpoint_id)


def _endpoints(request: HttpRequest, visit: Visit, form: EndpointForm) -> HttpResponse:
    lines = [_endpoint_line(each) for each in facade.endpoints_of(visit.shop.id)]
    facts = {"visit": visit, "form": form, "lines": lines, "example": EXAMPLE}
    return render(request, "webhooks/endpoints.html", facts, status=400 if form.errors else 200)


def _endpoint(
    request: HttpRequest,
    visit: Visit,
    found: Endpoint,
    *,
    form: EndpointForm | None = None,
    secret: Secret | None = None,
) -> HttpResponse:
    before = request.GET.get("before")
    log = facade.deliveries_of(visit.shop.id, found.id, before=before, limit=PAGE_DELIVERIES + 1)
    shown = log[:PAGE_DELIVERIES]
    facts = {
        "visit": visit,
        "line": _endpoint_line(found),
        "endpoint": found,
        "form": form or EndpointForm(initial=found),
        "secret": secret,
        "deliveries": [_delivery_line(each) for each in shown],
        "is_first_page": before is None,
        "older_than": shown[-1].id if len(log) > PAGE_DELIVERIES else None,
        "removal": tell("{url} and its log of deliveries, also those on their way.", url=found.url),
        "rotation": tell(
            "{url} refuses every delivery until its system knows the new secret; what it refuses is tried again "
            "for a day.",
            url=found.url,
        ),
        "switching_off": tell(
            "{url}: what is on its way to it is given up, and can be replayed later.", url=found.url
        ),
    }
    return render(request, "webhooks/endpoint.html", facts, status=400 if form is not None and form.errors else 200)


def _endpoint_line(found: Endpoint) -> EndpointLine:
    days = found.days_failing(timezone.now())
    problem = tell("nothing accepted for {days} days", days=days) if days > 1 else tell("nothing accepted for a day")
    return EndpointLine(
        found,
        tuple(name for kind, name in KIND_NAMES.items() if kind in found.kinds),
        problem if days else None,
    )


def _delivery_line(found: Delivery) -> DeliveryLine:
    return DeliveryLine(
        found,
        kind_name(found.kind),
        DELIVERY_STATES[found.state],
        _LOOKS[found.state] if found.attempts else "",
        None if found.last is None else found.last.message(),
    )
