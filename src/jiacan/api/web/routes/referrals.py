"""Referrals: links for customers, whose the clicks were, and who brought whom."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from ninja import Path, Router

from jiacan.api.contracts import FieldProblem, FieldsWrong
from jiacan.api.web.auth import Call, actor_of
from jiacan.api.web.kinds import Kind
from jiacan.api.web.operation import Answer, operation
from jiacan.api.web.shapes.referrals import (
    CustomerReferralsShape,
    HouseholdIn,
    LinkIn,
    LinkShape,
    MergeIn,
    PayeeIn,
    PayeeShape,
    ReferralShape,
    VisitIn,
    VisitShape,
    to_link,
    to_referral,
)
from jiacan.api.web.shapes.values import Id
from jiacan.campaigns.facade import referring
from jiacan.campaigns.facade.taking import again_if_deadlocked
from jiacan.console.facade import words
from jiacan.kernel.messages import tell
from jiacan.referrals.contracts.errors import LinkUnknown, NoReferrals, VisitorUnknown
from jiacan.referrals.contracts.payouts import Method, Payee
from jiacan.referrals.contracts.referrals import Bound
from jiacan.referrals.facade import linking, paying, reading, reviewing
from jiacan.tenancy.contracts import Permission

router = Router(tags=["referrals"])

NO_REFERRALS = Kind(NoReferrals, 409, tell("No referrals in this plan"))
LINK_UNKNOWN = Kind(LinkUnknown, 404, tell("No such link"))
VISITOR_UNKNOWN = Kind(VisitorUnknown, 404, tell("No such visitor"))


@operation(
    router,
    "POST",
    "/referrals/links",
    asks=Permission.BRING_FRIENDS,
    answers={200: LinkShape},
    problems=(NO_REFERRALS,),
)
def make_link(request: Call, body: LinkIn) -> LinkShape:
    """Make a customer's link for a plan.

    The same one however often it is asked for, with its short address and a picture to print. Telephone number and
    address, where they are sent, are kept as keyed hashes, to refuse friends of the same household.
    """
    shop = request.auth.shop
    link = linking.make_link(shop.id, body.plan_id, body.customer_id, at=timezone.now())
    linking.note_household(shop.id, body.customer_id, _household(body))
    return to_link(link, at=_short(request))


@operation(
    router,
    "POST",
    "/referrals/visits",
    asks=Permission.BRING_FRIENDS,
    answers={200: VisitShape},
    problems=(LINK_UNKNOWN, VISITOR_UNKNOWN),
)
def note_visit(request: Call, body: VisitIn) -> VisitShape:
    """Say which customer a visitor was.

    With `visitor` for whoever came by a short address, or with `code` where the shop's own page saw the click. Who
    brought them is decided with their first order, or at once where it has come.
    """
    shop, at = request.auth.shop, timezone.now()
    if bool(body.visitor) == bool(body.code):
        wrong = tell("send either `visitor` or `code`, and not both")
        raise FieldsWrong(problems=(FieldProblem("body", "/visitor", "either_or", wrong),))
    return VisitShape(state=again_if_deadlocked(lambda: _bind(shop.id, body, at)))


def _bind(shop_id: int, body: VisitIn, at: datetime) -> Bound:
    if body.visitor:
        return referring.bind_visitor(shop_id, body.visitor, body.customer_id, _household(body), at=at)
    return referring.bind_code(
        shop_id,
        body.code,
        body.customer_id,
        _household(body),
        clicked_at=min(body.clicked_at or at, at),
        address=str(body.network_address or ""),
        at=at,
    )


@operation(
    router,
    "GET",
    "/referrals/customers/{path:customer_id}",
    asks=Permission.SEE_REFERRALS,
    answers={200: CustomerReferralsShape},
)
def get_customer_referrals(request: Call, customer_id: Path[Id]) -> CustomerReferralsShape:
    """Whom a customer brought.

    Their links, each friend with where it stands and why one does not count in the language of Accept-Language, and
    who brought them.
    """
    shop = request.auth.shop
    found = reading.of_customer(shop.id, customer_id)
    say = words(shop.zone)
    return CustomerReferralsShape(
        customer_id=found.customer_id,
        links=[to_link(link, at=_short(request)) for link in found.links],
        brought=[to_referral(each, say) for each in found.brought],
        brought_by=None if found.brought_by is None else to_referral(found.brought_by, say),
    )


@operation(
    router,
    "PUT",
    "/referrals/payees/{path:customer_id}",
    asks=Permission.PREPARE_PAYOUTS,
    answers={200: PayeeShape},
)
def save_payee(request: Call, customer_id: Path[Id], body: PayeeIn) -> PayeeShape:
    """Say where a customer is paid.

    An Alipay account, or an account at a bank that is named. It is kept encrypted and shown to nobody; what is owed
    goes there with the next batch.
    """
    if body.method is Method.BANK and not body.bank:
        wrong = tell("name the bank of a bank account")
        raise FieldsWrong(problems=(FieldProblem("body", "/bank", "missing", wrong),))
    payee = Payee(customer_id, body.method, body.account, body.name, body.bank)
    paying.save_payee(request.auth.shop.id, payee, actor=actor_of(request), at=timezone.now())
    return PayeeShape(customer_id=customer_id, method=body.method, ends_in=body.account[-4:])


@operation(
    router,
    "POST",
    "/referrals/merges",
    asks=Permission.REVIEW_REFERRALS,
    answers={200: ReferralShape, 204: None},
)
def merge_customers(request: Call, body: MergeIn) -> ReferralShape | Answer:
    """Say that two customer numbers are one person.

    Whoever either of them brought was brought by `kept`; of two who brought them the earlier one stays. Answers who
    brought them, if anyone.
    """
    shop = request.auth.shop
    brought_by = reviewing.merge_customers(
        shop.id, gone=body.gone, kept=body.kept, actor=actor_of(request), at=timezone.now()
    )
    if brought_by is None:
        return Answer(HTTPStatus.NO_CONTENT, None)
    return to_referral(brought_by, words(shop.zone))


def _household(body: HouseholdIn) -> linking.Household:
    return linking.Household(phone=body.phone, address=body.address)


def _short(request: Call) -> str:
    """The address of links without their code."""
    path = reverse("referral-link", args=["_"]).removesuffix("_")
    return f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else request.build_absolute_uri(path)
