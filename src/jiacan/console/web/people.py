"""The settings of who may come in: people, their roles, invitations; and the table of what each role may do."""

from __future__ import annotations

from dataclasses import dataclass
from smtplib import SMTPException

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.mail import send_mail
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from jiacan.console.contracts import Visit
from jiacan.console.core.permissions import PERMISSION_NAMES
from jiacan.console.core.roles import ROLE_NAMES
from jiacan.console.facade import attempt, page, words
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy import joining
from jiacan.tenancy.contracts import MAY, Invitation, Membership, Permission, Role


def _roles() -> list[tuple[str, str]]:
    return [(role.value, words().say(name)) for role, name in ROLE_NAMES.items()]


class InviteForm(forms.Form):
    """Whom to invite, and as what."""

    email = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=254)
    role = forms.TypedChoiceField(label=gettext_lazy("Role"), choices=_roles, coerce=Role, initial=Role.SERVICE_AGENT)


class RoleForm(forms.Form):
    """Another role for a member."""

    role = forms.TypedChoiceField(choices=_roles, coerce=Role)


@dataclass(frozen=True, slots=True)
class Line:
    """One member in the list."""

    membership: Membership
    removal: Message

    @property
    def key(self) -> str:
        """Names the line's dialog."""
        return f"remove-{self.membership.person.id}"


@page(needs=Permission.MANAGE_PEOPLE)
def people(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Who is at the shop, who is invited, and a form to invite."""
    return _people(request, visit, InviteForm())


@page(needs=Permission.MANAGE_PEOPLE)
@require_POST
@never_cache
def invite(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Invite someone; the link is shown this once, and mailed where the server can."""
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _people(request, visit, form)
    try:
        invitation, secret = joining.invite(visit.shop.id, **form.cleaned_data, actor=visit.actor, at=timezone.now())
    except JiacanError as error:
        form.add_error("email", words().say(error.message()))
        return _people(request, visit, form)
    link = request.build_absolute_uri(reverse("invitation", kwargs={"secret": secret.value}))
    _mail_link(request, visit, invitation, link)
    return _people(request, visit, InviteForm(), invited=invitation, link=link)


@page(needs=Permission.MANAGE_PEOPLE)
@require_POST
def withdraw(request: HttpRequest, visit: Visit, invitation_id: int) -> HttpResponse:
    """Close an open invitation."""
    joining.withdraw_invitation(visit.shop.id, invitation_id, actor=visit.actor, at=timezone.now())
    messages.success(request, words().say(tell("The invitation was withdrawn; its link opens nothing any more.")))
    return redirect("settings-people", shop=visit.shop.slug)


@page(needs=Permission.MANAGE_PEOPLE)
@require_POST
def change_role(request: HttpRequest, visit: Visit, person_id: int) -> HttpResponse:
    """Give a member another role."""
    form = RoleForm(request.POST)
    if form.is_valid():
        role = form.cleaned_data["role"]
        done = tell("The role was changed to {role}.", role=ROLE_NAMES[role])
        attempt(request, lambda: tenancy.set_role(visit.shop.id, person_id, role, actor=visit.actor), done)
    return redirect("settings-people", shop=visit.shop.slug)


@page(needs=Permission.MANAGE_PEOPLE)
@require_POST
def remove(request: HttpRequest, visit: Visit, person_id: int) -> HttpResponse:
    """Take a member's role away."""
    done = tell("They have no role at {shop} any more.", shop=visit.shop.name)
    attempt(request, lambda: tenancy.remove_member(visit.shop.id, person_id, actor=visit.actor), done)
    return redirect("settings-people", shop=visit.shop.slug)


@page(needs=Permission.SEE_CAMPAIGNS)
def roles(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Who may do what: the one table that pages, exports and tokens ask."""
    table = [
        (permission, name, [(role, permission in MAY[role]) for role in Role])
        for permission, name in PERMISSION_NAMES.items()
    ]
    return render(request, "console/settings/roles.html", {"visit": visit, "roles": tuple(Role), "table": table})


def _people(
    request: HttpRequest,
    visit: Visit,
    form: InviteForm,
    *,
    invited: Invitation | None = None,
    link: str = "",
) -> HttpResponse:
    lines = [Line(member, _removal(member)) for member in tenancy.members_of(visit.shop.id)]
    facts = {
        "visit": visit,
        "form": form,
        "lines": lines,
        "roles": _roles(),
        "invitations": joining.open_invitations(visit.shop.id, timezone.now()),
        "invited": invited,
        "link": link,
    }
    return render(request, "console/settings/people.html", facts, status=400 if form.errors else 200)


def _removal(member: Membership) -> Message:
    return tell(
        "{email} is {role} at {shop}. They lose every page and export of this shop at once; what they did stays in "
        "the audit, and tokens they made stay in use.",
        email=member.person.email,
        role=ROLE_NAMES[member.role],
        shop=member.shop.name,
    )


def _mail_link(request: HttpRequest, visit: Visit, invitation: Invitation, link: str) -> None:
    if settings.EMAIL_BACKEND.endswith("dummy.EmailBackend"):
        return
    said = words()
    subject = said.say(tell("You are invited to {shop} on Jiacan", shop=visit.shop.name))
    body = tell(
        "{who} invites you to work at {shop} as {role}. This link opens the shop for you until {until}:",
        who=visit.person.name or visit.person.email,
        shop=visit.shop.name,
        role=ROLE_NAMES[invitation.role],
        until=invitation.expires_at,
    )
    try:
        send_mail(subject, f"{said.say(body)}\n\n{link}\n", None, [invitation.email])
    except (SMTPException, OSError):
        failed = tell("The mail could not be sent. Hand the link on yourself.")
        messages.warning(request, said.say(failed))
    else:
        messages.success(request, said.say(tell("The link was mailed to {email}.", email=invitation.email)))
