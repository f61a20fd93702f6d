"""The points malls of plans in force: what customers see, redeem, pay and cancel, by the version that runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from django.db import transaction

from jiacan.campaigns.facade.announcing import passing_on
from jiacan.campaigns.facade.live import LivePlan, find_live, live_plans
from jiacan.campaigns.facade.taking import again_if_deadlocked
from jiacan.members.contracts.mall import (
    ItemUnknown,
    MallItem,
    Redemption,
    RedemptionUnknown,
    ShownItem,
    ShownRedemption,
    Uploaded,
    Wanted,
)
from jiacan.members.facade import mall, mall_goods, mall_shown
from jiacan.members.facade.mall import Mall
from jiacan.plans import facade as plans
from jiacan.plans.contracts.document import PlanDocument
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor

Place = tuple[datetime, str]
"""The moment and number of a redemption, at which a page ended."""

OF_CUSTOMER = 200
"""How many of a customer's redemptions are listed at once."""


# --- customers --------------------------------------------------------------------------------------------


def shown(shop_id: int, customer_id: str, *, at: datetime) -> tuple[ShownItem, ...]:
    """Everything in the malls of the shop's plans that is not over: what is left, and why they cannot have it."""
    malls = (_mall(live) for live in live_plans(shop_id))
    return tuple(item for each in malls for item in mall_shown.shown(shop_id, each, customer_id, at=at))


def redeem(shop_id: int, customer_id: str, item: str, *, key: str, at: datetime) -> ShownRedemption:
    """Let a customer have an item, named as `ShownItem.key`, for their points; safe to repeat with the same key.

    Raises:
        JiacanError: as `members.facade.mall.redeem`.
    """
    plan_id, _, item_id = item.partition("/")
    live = find_live(shop_id, plan_id)
    if live is None:
        raise ItemUnknown(item=item)
    of_plan = _mall(live)
    made = again_if_deadlocked(lambda: mall.redeem(shop_id, of_plan, item_id, customer_id, key=key, at=at))
    return mall_shown.in_words(of_plan, made)


def cancel(shop_id: int, redemption_id: str, *, customer_id: str | None, at: datetime) -> ShownRedemption:
    """Cancel a redemption for its customer; with `customer_id` only if it is theirs. Safe to repeat.

    Raises:
        JiacanError: as `members.facade.mall.cancel`.
    """
    of_plan = _mall_of(shop_id, redemption_id, customer_id)
    cancelling = partial(mall.cancel, shop_id, of_plan, redemption_id, by="", by_customer=True, reason="", at=at)
    return mall_shown.in_words(of_plan, again_if_deadlocked(cancelling))


def show_code(shop_id: int, redemption_id: str, *, customer_id: str | None, at: datetime) -> str:
    """The code that the redemption brought, in the clear; from now on it is not to be cancelled.

    Raises:
        JiacanError: as `members.facade.mall_goods.show_code`.
    """
    of_plan = _mall_of(shop_id, redemption_id, customer_id)
    return again_if_deadlocked(lambda: mall_goods.show_code(shop_id, of_plan, redemption_id, at=at))


def redemptions_of(shop_id: int, customer_id: str) -> tuple[ShownRedemption, ...]:
    """What the customer redeemed, the last first."""
    return search(shop_id, Wanted(customer_id=customer_id), before=None, limit=OF_CUSTOMER)


# --- the shop's system ------------------------------------------------------------------------------------


def confirm(shop_id: int, redemption_id: str, *, payment: str, at: datetime) -> ShownRedemption:
    """The money of a redemption was paid; safe to repeat.

    Raises:
        JiacanError: as `members.facade.mall.confirm`.
    """
    of_plan = _mall_of(shop_id, redemption_id, None)
    paid = again_if_deadlocked(lambda: mall.confirm(shop_id, of_plan, redemption_id, payment=payment, at=at))
    return mall_shown.in_words(of_plan, paid)


def find(shop_id: int, redemption_id: str) -> ShownRedemption:
    """The redemption as it stands.

    Raises:
        RedemptionUnknown: there is none.
    """
    return mall_shown.in_words(_mall_of(shop_id, redemption_id, None), mall.get_redemption(shop_id, redemption_id))


def search(shop_id: int, wanted: Wanted, *, before: Place | None, limit: int) -> tuple[ShownRedemption, ...]:
    """Redemptions, the last made first; `before` is where a page ended."""
    found = mall_shown.search(shop_id, wanted, before=before, limit=limit)
    malls = {plan_id: _find_mall(shop_id, plan_id) for plan_id in {each.plan_id for each in found}}
    return tuple(mall_shown.in_words(malls[each.plan_id], each) for each in found)


# --- the staff --------------------------------------------------------------------------------------------


def stocked(shop_id: int, *, at: datetime) -> tuple[ShownItem, ...]:
    """Every item of the malls in force, with what is left of it."""
    return tuple(item for live in live_plans(shop_id) for item in mall_shown.stocked(shop_id, _mall(live), at=at))


def cancel_by_hand(shop_id: int, redemption_id: str, *, reason: str, actor: Actor, at: datetime) -> ShownRedemption:
    """Cancel a redemption for the shop, audited with the reason; safe to repeat.

    Raises:
        JiacanError: as `members.facade.mall.cancel`.
    """
    of_plan = _mall_of(shop_id, redemption_id, None)

    def work() -> Redemption:
        with transaction.atomic():
            before = mall.lock_redemption(shop_id, redemption_id)
            after = mall.cancel(
                shop_id, of_plan, redemption_id, by=actor.name, by_customer=False, reason=reason, at=at
            )
            if before != after:
                tenancy.audit(
                    shop_id,
                    actor=actor,
                    action="redemption cancelled",
                    subject=redemption_id,
                    before={"state": str(before.state)},
                    after={"customer": after.customer_id, "points": after.points, "reason": reason},
                )
            return after

    return mall_shown.in_words(of_plan, again_if_deadlocked(work))


def ship(
    shop_id: int, redemption_id: str, *, carrier: str, parcel: str, actor: Actor, at: datetime
) -> ShownRedemption:
    """A redemption was sent; safe to repeat.

    Raises:
        JiacanError: as `members.facade.mall_goods.ship`.
    """
    of_plan = _mall_of(shop_id, redemption_id, None)
    sending = partial(mall_goods.ship, shop_id, of_plan, redemption_id, carrier=carrier, parcel=parcel)
    return mall_shown.in_words(of_plan, again_if_deadlocked(lambda: sending(actor=actor, at=at)))


def finish(shop_id: int, redemption_id: str, *, actor: Actor, at: datetime) -> ShownRedemption:
    """A redemption arrived; safe to repeat.

    Raises:
        JiacanError: as `members.facade.mall_goods.finish`.
    """
    done = mall_goods.finish(shop_id, redemption_id, actor=actor, at=at)
    return mall_shown.in_words(_find_mall(shop_id, done.plan_id), done)


def upload_codes(shop_id: int, item: str, text: str, *, actor: Actor, at: datetime) -> Uploaded:
    """Take codes for an item, named as `ShownItem.key`; hands back those that are not good.

    Raises:
        JiacanError: as `members.facade.mall_goods.upload_codes`.
    """
    plan_id, _, item_id = item.partition("/")
    live = find_live(shop_id, plan_id)
    if live is None:
        raise ItemUnknown(item=item)
    return mall_goods.upload_codes(shop_id, _mall(live), item_id, text, actor=actor, at=at)


# --- the malls --------------------------------------------------------------------------------------------


def _mall_of(shop_id: int, redemption_id: str, customer_id: str | None) -> Mall:
    found = mall.get_redemption(shop_id, redemption_id)
    if customer_id not in (None, found.customer_id):
        raise RedemptionUnknown(redemption_id=redemption_id)
    return _find_mall(shop_id, found.plan_id)


def _find_mall(shop_id: int, plan_id: str) -> Mall:
    live = find_live(shop_id, plan_id)
    assert live is not None, "what was redeemed was of a plan that went live"
    return _mall(live)


def _mall(live: LivePlan) -> Mall:
    document = live.document
    return Mall(
        items=_items(document),
        items_of=partial(_items_of, live),
        ladder=document.ladder,
        rules=live.rules,
        rules_of=live,
        announce=passing_on(live),
    )


def _items(document: PlanDocument) -> Mapping[str, MallItem]:
    return {item.id: item for item in document.mall}


def _items_of(live: LivePlan, number: int) -> Mapping[str, MallItem]:
    document = plans.plan_of(live.shop_id, live.versions[number - 1]).document
    assert document is not None, "what went live has no errors"
    return _items(document)
