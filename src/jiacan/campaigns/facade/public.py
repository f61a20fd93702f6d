"""What everyone may see: a campaign's rules and what is left, and the receipt of an order to whoever has its link."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import salted_hmac

from jiacan.campaigns.contracts.public import (
    CampaignReceipt,
    CampaignUnknown,
    GiftLeft,
    PublicCampaign,
    PublicReceipt,
    TicketLink,
)
from jiacan.campaigns.core.clock import clock_at, run_of
from jiacan.campaigns.core.terms import draw_words, terms_of
from jiacan.campaigns.facade.live import LivePlan, find_live, live_plans
from jiacan.campaigns.store import links as store
from jiacan.draws.contracts.kept import TicketState
from jiacan.draws.facade import reading as draws
from jiacan.kernel.money import Money
from jiacan.kernel.places import at_place, each_server
from jiacan.offers.contracts.errors import OrderNotPaid
from jiacan.offers.contracts.occasions import is_occasion
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.facade import reading as offers
from jiacan.orders import facade as orders
from jiacan.orders.contracts import Order
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Secret, Shop, ShopUnknown


def find_campaign(shop_slug: str, plan_id: str, *, at: datetime) -> PublicCampaign:
    """The campaign by the version in force, with what is left of its gifts at this moment.

    Raises:
        ShopUnknown, CampaignUnknown: no such campaign has gone live.
    """
    shop = tenancy.get_shop(shop_slug)
    with at_place(shop.id):
        live = find_live(shop.id, plan_id)
        if live is None:
            raise CampaignUnknown(plan_id=plan_id)
        return _campaign(live, at)


def _campaign(live: LivePlan, at: datetime) -> PublicCampaign:
    document, rules, version = live.document, live.rules, live.versions[-1]
    run = run_of(document.phases, rules.window)
    if run is None:
        raise CampaignUnknown(plan_id=live.plan_id)
    left = offers.stock_left(live.shop_id, rules)
    codes = {each.draw_id: each.code for each in draws.draws_of(live.shop_id, live.plan_id)}
    return PublicCampaign(
        plan_id=version.plan_id,
        version=version.number,
        in_force_since=version.went_live_at,
        name=document.name,
        description=document.description,
        organiser=document.organiser,
        zone=rules.zone,
        currency=rules.currency,
        clock=clock_at(document.phases, run, at),
        phases=document.phases,
        offers=offers.in_words(rules),
        gifts=tuple(
            GiftLeft(item.name, Money(item.value_minor, rules.currency), left[item.id], item.units)
            for item in rules.stock.values()
        ),
        draws=tuple(
            draw_words(
                draw,
                rules,
                lambda benefits: offers.benefits_in_words(benefits, rules),
                code=codes.get(draw.id, ""),
            )
            for draw in document.draws
        ),
        terms=terms_of(document, rules, run),
    )


def receipt_link(shop_id: int, order_id: str) -> Secret:
    """The secret of the link to the order's receipt; the same one however often it is asked for."""
    digest = salted_hmac("jiacan.receipt", f"{shop_id}/{order_id}", algorithm="sha256").digest()
    secret = urlsafe_b64encode(digest[:24]).decode()
    with transaction.atomic():
        store.add_link(shop_id, order_id, _hash(secret))
    return Secret(secret)


def receipt_address(shop_id: int, order_id: str, *, at: str) -> str:
    """The whole address of the order's receipt; `at` is where the server is reached, unless the settings say it."""
    path = reverse("public-receipt", args=[receipt_link(shop_id, order_id).value])
    return f"{settings.PUBLIC_URL or at.rstrip('/')}{path}"


def find_receipt(secret: str) -> PublicReceipt | None:
    """What the order behind the link got, of every campaign that has an answer to it; None for no such link."""
    found = _find_link(secret)
    if found is None:
        return None
    shop = tenancy.find_shop(found[0])
    if shop is None:
        raise ShopUnknown(slug=str(found[0]))
    with at_place(shop.id):
        return _public_receipt(shop, found[1])


def _find_link(secret: str) -> tuple[int, str] | None:
    """The shop and the order of the link, which lies with its shop; the link itself does not say with which."""
    for here in each_server():
        with here:
            found = store.find_link(_hash(secret))
        if found is not None:
            return found
    return None


def _public_receipt(shop: Shop, order_id: str) -> PublicReceipt:
    order = orders.load_orders(shop.id, [order_id]).get(order_id)
    campaigns = (
        _receipt(live, order_id) for live in live_plans(shop.id) if order is None or _is_in_time(order, live.rules)
    )
    return PublicReceipt(
        shop_slug=shop.slug,
        shop=shop.name,
        order_id=order_id,
        is_order=not is_occasion(order_id),
        campaigns=tuple(each for each in campaigns if each is not None),
        tickets=tuple(
            TicketLink(draw.promise.name, draws.ticket_secret(ticket), ticket.state is TicketState.UNUSED)
            for draw, ticket in draws.tickets_of_orders(shop.id, [order_id])
        ),
    )


def _is_in_time(order: Order, rules: PlanRules) -> bool:
    return rules.window is not None and order.paid_at in rules.window


def _receipt(live: LivePlan, order_id: str) -> CampaignReceipt | None:
    try:
        lines = offers.receipt(live.shop_id, order_id, live.rules, rules_of=live)
    except OrderNotPaid:
        return None
    return CampaignReceipt(live.plan_id, live.document.name, live.rules.zone, live.document.organiser, lines)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
