"""Taking an award back by hand, through the ledger exactly as a refund does."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from django.db import transaction

from jiacan.offers.contracts.awards import BY_HAND, ClawBack
from jiacan.offers.contracts.errors import AwardUnknown, NothingToTakeBack
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.contracts.settled import Settled
from jiacan.offers.core.by_hand import take_back_whole
from jiacan.offers.core.given_tiers import told_of as tiers_of
from jiacan.offers.core.tallying import count_claw_back
from jiacan.offers.facade import backing, given_tiers, points
from jiacan.offers.facade.books import VersionRules, add_pace, carry_out, find_levels, keep_claw_backs, load_book
from jiacan.offers.store import awards as store
from jiacan.offers.store import giving
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor


def take_back(
    shop_id: int,
    rules: PlanRules,
    order_id: str,
    offer_id: str,
    *,
    rules_of: VersionRules,
    reason: str,
    actor: Actor,
    at: datetime,
) -> Settled:
    """Take a whole award back, and write down who did it and why.

    Raises:
        AwardUnknown: the order met no such offer.
        NothingToTakeBack: nothing is left of it.
    """
    with transaction.atomic():
        store.lock_plan(shop_id, rules.plan_id)
        found = [
            award for award in store.find_awards(shop_id, rules.plan_id, [order_id]) if award.offer_id == offer_id
        ]
        if not found:
            raise AwardUnknown(plan_id=rules.plan_id, order_id=order_id, offer_id=offer_id)
        backing.follow(shop_id, rules.plan_id)
        held = [one for one in store.find_held_of(shop_id, rules.plan_id, [order_id]) if one.offer_id == offer_id]
        given_by = rules_of(found[0].plan_version)
        offer = next(offer for offer in given_by.offers if offer.id == offer_id)
        book = load_book(shop_id, rules, (), (), [given_by])
        before = dict(book.available)
        taken = (
            take_back_whole(held[0], offer, given_by, name=f"{BY_HAND}{uuid4()}", at=at, book=book) if held else None
        )
        if taken is None:
            raise NothingToTakeBack(order_id=order_id, offer_id=offer_id)
        back, group = taken
        carry_out(shop_id, [group], (), book.available)
        giving.update_held(shop_id, rules.plan_id, held)
        keep_claw_backs(shop_id, rules, [back])
        points.pass_on(shop_id, rules, points.told_of((), [back]))
        given_tiers.pass_on(shop_id, rules, tiers_of((), [back], ()))
        add_pace(shop_id, rules.plan_id, count_claw_back(back))
        _audit(shop_id, rules, back, reason=reason, actor=actor)
        return Settled(claw_backs=(back,), levels=find_levels(rules, before, book))


def _audit(shop_id: int, rules: PlanRules, back: ClawBack, *, reason: str, actor: Actor) -> None:
    tenancy.audit(
        shop_id,
        actor=actor,
        action="award taken back",
        subject=f"{rules.plan_id}/{back.order_id}/{back.offer_id}",
        before=None,
        after={
            "claw-back": back.refund_id,
            "reason": reason,
            "items": [f"{item.quantity} {item.kind} {item.id}".strip() for item in back.items],
        },
    )
