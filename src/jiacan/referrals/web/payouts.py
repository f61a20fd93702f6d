"""The staff's page of payouts: what is owed, where customers are paid, and batches that another person approves."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from jiacan.console.contracts import Visit
from jiacan.console.facade import attempt, page, words
from jiacan.kernel.cells import csv_lines
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell
from jiacan.kernel.money import Money, to_major
from jiacan.referrals.contracts.payouts import Method, Payee, PayoutState
from jiacan.referrals.core.bank_files import ENCODING
from jiacan.referrals.core.words import METHODS, PAYOUT_STATES
from jiacan.referrals.facade import paying
from jiacan.referrals.web.shown import shown_batch, shown_payout
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Permission

ON_A_PAGE = 50
IN_A_PIECE = 1_000


class PayeeForm(forms.Form):
    """Where a customer is paid."""

    customer = forms.CharField(label=gettext_lazy("Customer"), max_length=200)
    method = forms.TypedChoiceField(label=gettext_lazy("Paid by"), coerce=Method)
    account = forms.CharField(
        label=gettext_lazy("Account"), max_length=200, widget=forms.TextInput({"autocomplete": "off"})
    )
    name = forms.CharField(label=gettext_lazy("Name of the account's owner"), max_length=200)
    bank = forms.CharField(
        label=gettext_lazy("Bank"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("For a bank account: which bank, and which branch where that is asked for."),
    )

    def __init__(self, data: object = None) -> None:
        super().__init__(data)
        said = words()
        self.fields["method"].choices = [(each.value, said.say(name)) for each, name in METHODS.items()]

    def clean(self) -> dict[str, object]:
        """A bank account names its bank."""
        cleaned = super().clean() or {}
        if cleaned.get("method") is Method.BANK and not cleaned.get("bank"):
            self.add_error("bank", words().say(tell("Name the bank of the account.")))
        return cleaned


@page(needs=Permission.PREPARE_PAYOUTS)
@require_safe
def payouts(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What is owed, in which batches, and what was paid."""
    return _payouts(request, visit, PayeeForm())


def _payouts(request: HttpRequest, visit: Visit, form: PayeeForm) -> HttpResponse:
    state, before = _state(request), _number(request.GET.get("before", ""))
    found = paying.payouts_of(visit.shop.id, state=state, before=before, limit=ON_A_PAGE + 1)
    facts = {
        "visit": visit,
        "form": form,
        "state": state,
        "states": [(each.value, word) for each, (_, word) in PAYOUT_STATES.items()],
        "found": [shown_payout(each) for each in found[:ON_A_PAGE]],
        "before": found[ON_A_PAGE - 1].id if len(found) > ON_A_PAGE else None,
        "paged": before is not None,
        "batches": [shown_batch(each, looking=visit.actor.name) for each in paying.batches_of(visit.shop.id)],
        "methods": [(each.value, word) for each, word in METHODS.items()],
        "owed": Money(paying.owed_minor(visit.shop.id), visit.shop.currency) if visit.shop.currency else None,
    }
    return render(request, "referrals/payouts.html", facts, status=400 if form.errors else 200)


def _state(request: HttpRequest) -> str:
    wanted = request.GET.get("state", "")
    return wanted if wanted in list(PayoutState) else ""


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


@page(needs=Permission.PREPARE_PAYOUTS)
@require_POST
@never_cache
def save_payee(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Say where a customer is paid."""
    form = PayeeForm(request.POST)
    if not form.is_valid():
        return _payouts(request, visit, form)
    said = form.cleaned_data
    payee = Payee(said["customer"], said["method"], said["account"], said["name"], said["bank"])
    paying.save_payee(visit.shop.id, payee, actor=visit.actor, at=timezone.now())
    done = tell("{customer} is paid there from now on.", customer=payee.customer_id)
    messages.success(request, words().say(done))
    return redirect("referrals-payouts", shop=visit.shop.slug)


@page(needs=Permission.PREPARE_PAYOUTS)
@require_POST
def make_batch(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Put what is owed into a batch."""
    wanted = request.POST.get("method", "")
    if wanted not in list(Method):
        return redirect("referrals-payouts", shop=visit.shop.slug)
    return _do(
        request,
        visit,
        lambda: paying.make_batch(visit.shop.id, Method(wanted), actor=visit.actor, at=timezone.now()),
        tell("The batch is ready; another person has to approve it."),
    )


@page(needs=Permission.APPROVE_PAYOUTS)
@require_POST
def approve(request: HttpRequest, visit: Visit, batch_id: int) -> HttpResponse:
    """Let a batch be paid."""
    return _do(
        request,
        visit,
        lambda: paying.approve_batch(visit.shop.id, batch_id, actor=visit.actor, at=timezone.now()),
        tell("The batch may be paid now: download its file and hand it to the bank."),
    )


@page(needs=Permission.APPROVE_PAYOUTS)
@require_POST
def decline(request: HttpRequest, visit: Visit, batch_id: int) -> HttpResponse:
    """Do not pay a batch, with a reason."""
    reason = request.POST.get("reason", "").strip()[:500]
    if not reason:
        messages.error(request, words().say(tell("Say why it is not paid; the reason is kept in the audit.")))
        return redirect("referrals-payouts", shop=visit.shop.slug)
    return _do(
        request,
        visit,
        lambda: paying.decline_batch(visit.shop.id, batch_id, reason=reason, actor=visit.actor),
        tell("The batch is not paid; what was in it is owed as before."),
    )


@page(needs=Permission.PREPARE_PAYOUTS)
@require_POST
def mark_paid(request: HttpRequest, visit: Visit, batch_id: int) -> HttpResponse:
    """Say that a batch was paid."""
    return _do(
        request,
        visit,
        lambda: paying.mark_paid(visit.shop, batch_id, actor=visit.actor, at=timezone.now()),
        tell("The batch is paid, and its customers hold that cash no longer."),
    )


def _do(request: HttpRequest, visit: Visit, work: Callable[[], object], done: Message) -> HttpResponse:
    attempt(request, work, done)
    return redirect("referrals-payouts", shop=visit.shop.slug)


@page(needs=Permission.PREPARE_PAYOUTS)
@require_POST
@never_cache
def bank_file(request: HttpRequest, visit: Visit, batch_id: int) -> HttpResponse:
    """The file that Alipay or the bank takes."""
    purpose = words().say(tell("Referral reward"))
    try:
        rows = list(paying.export_batch(visit.shop, batch_id, purpose=purpose, actor=visit.actor))
    except JiacanError as error:
        messages.error(request, words().say(error.message()))
        return redirect("referrals-payouts", shop=visit.shop.slug)
    text = "".join(csv_lines(rows)).removeprefix("\ufeff")
    answer = HttpResponse(text.encode(ENCODING), content_type="text/csv; charset=gb18030")
    answer["Content-Disposition"] = f'attachment; filename="payouts-{batch_id}.csv"'
    return answer


@page(needs=Permission.EXPORT)
@require_safe
def export(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Exactly the payouts that the address asks for, as CSV, without accounts; audited."""
    if not visit.may(Permission.PREPARE_PAYOUTS):
        raise Http404
    state = _state(request)
    tenancy.audit(
        visit.shop.id, actor=visit.actor, action="payouts listed in a file", subject="payouts", after={"state": state}
    )
    answer = HttpResponse(csv_lines(_rows(visit, state)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="payouts.csv"'
    return answer


def _rows(visit: Visit, state: str) -> Iterator[tuple[str, ...]]:
    currency = visit.shop.currency
    yield "payout", "plan", "referral", "customer", "amount", "currency", "state", "batch", "made_at"
    before: int | None = None
    while found := paying.payouts_of(visit.shop.id, state=state, before=before, limit=IN_A_PIECE):
        for each in found:
            yield (
                *(str(each.id), each.plan_id, str(each.referral_id), each.customer_id),
                *(str(to_major(each.amount_minor, currency)), currency, each.state),
                *("" if each.batch_id is None else str(each.batch_id), each.made_at.isoformat()),
            )
        before = found[-1].id
