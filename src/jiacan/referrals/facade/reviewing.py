"""What people decide of referrals: those put before them, and two numbers that are one customer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from jiacan.offers.facade import occasions
from jiacan.referrals.contracts.errors import NotInReview, ReferralUnknown
from jiacan.referrals.contracts.referrals import STANDS, Reason, Referral, State
from jiacan.referrals.core.merging import merge
from jiacan.referrals.core.rewards import occasion_ids
from jiacan.referrals.store import links
from jiacan.referrals.store import referrals as store
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor
from jiacan.webhooks import facade as webhooks

FOLLOW, CLOCK = "campaigns.follow_referrals_of", "clock"
"""The job that follows a shop's referrals at once, and its queue; it knows the plans."""


def let_count(shop_id: int, referral_id: int, *, actor: Actor, at: datetime) -> Referral:
    """Let a friend count who was put before a person: the worker holds their rewards next. Audited.

    Raises:
        ReferralUnknown, NotInReview: there is nothing to decide.
    """
    with transaction.atomic():
        before = _in_review(shop_id, referral_id)
        after = replace(before, state=State.PENDING, due_at=at)
        store.save_step(shop_id, after)
        webhooks.defer(FOLLOW, [{"shop_id": shop_id}], queue_name=CLOCK)
        _audit(shop_id, before, after, "referral let through", actor)
        return after


def refuse(shop_id: int, referral_id: int, *, reason: str, actor: Actor, at: datetime) -> Referral:
    """Refuse a friend who was put before a person, with a reason; audited.

    Raises:
        ReferralUnknown, NotInReview: there is nothing to decide.
    """
    with transaction.atomic():
        before = _in_review(shop_id, referral_id)
        after = replace(before, state=State.REFUSED, reason=Reason.PERSON, ended_at=at, due_at=None)
        store.save_step(shop_id, after)
        _audit(shop_id, before, after, "referral refused", actor, reason=reason)
        return after


def _in_review(shop_id: int, referral_id: int) -> Referral:
    found = store.lock_referral(shop_id, referral_id)
    if found is None:
        raise ReferralUnknown(referral_id=referral_id)
    if found.state is not State.REVIEW:
        raise NotInReview(referral_id=referral_id)
    return found


def _audit(shop_id: int, before: Referral, after: Referral, action: str, actor: Actor, *, reason: str = "") -> None:
    tenancy.audit(
        shop_id,
        actor=actor,
        action=action,
        subject=f"referral {before.id}",
        before={"state": before.state, "reason": before.reason},
        after={"state": after.state, "reason": reason or after.reason},
    )


def merge_customers(shop_id: int, *, gone: str, kept: str, actor: Actor, at: datetime) -> Referral | None:
    """Two numbers are one customer: `kept` stands for both in who brought whom; says who brought them, if anyone.

    The parent of their earlier first order stays, unless it is someone whom they brought themselves; what pended for
    the other is let go. What was given stays given. Audited; the same merge again changes nothing.
    """
    with transaction.atomic():
        store.lock_tree(shop_id)
        known = links.canonical(shop_id, [gone, kept])
        gone, kept = known.get(gone, gone), known.get(kept, kept)
        if gone != kept:
            _merge(shop_id, gone, kept, at=at)
            tenancy.audit(
                shop_id, actor=actor, action="customers merged", subject=f"customer {kept}", after={"merged": gone}
            )
        return next((each for each in store.rows_of_friends(shop_id, [kept]) if each.state in STANDS), None)


def _merge(shop_id: int, gone: str, kept: str, *, at: datetime) -> None:
    rows = store.rows_of_friends(shop_id, [gone, kept])
    decided = merge(gone, kept, store.parents_above(shop_id, [gone, kept]))
    refused = [each.id for each in rows if each.state not in STANDS]
    ends = [*decided.ends, *(refused if decided.stays is not None else refused[1:])]
    ending = [each for each in rows if each.id in ends]
    store.end_merged(shop_id, [each.id for each in ending], at=at)
    links.add_alias(shop_id, gone=gone, kept=kept)
    store.rename(shop_id, gone=gone, kept=kept)
    for each in ending:
        if each.state is State.PENDING:
            occasions.let_go(shop_id, each.plan_id, occasion_ids(each), at=at)
