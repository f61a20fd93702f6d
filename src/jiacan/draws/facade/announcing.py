"""Announcing draws: sealed and committed to before the first ticket, and kept as they were announced."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from jiacan.draws.contracts.errors import DrawChanged
from jiacan.draws.contracts.kept import DrawState, KeptDraw, Promise
from jiacan.draws.contracts.terms import Announced
from jiacan.draws.core.announcing import announce
from jiacan.draws.core.promised import changed, facts_of, is_longer, with_claims_of
from jiacan.draws.core.terms import commitment_of
from jiacan.draws.facade import setting_aside
from jiacan.draws.facade.secrets import make_secrets, seal_secrets
from jiacan.draws.store import draws as store
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor
from jiacan.tenancy.sealing import new_code


def announce_draw(shop_id: int, announced: Announced, promise: Promise, *, actor: Actor, at: datetime) -> KeptDraw:
    """The draw with its commitment: made now, or as it was announced before, which another version has to keep.

    Raises:
        DrawImpossible: it could not be verified.
        NotEnoughToSetAside: its prizes are to be set aside, and there is less left.
        DrawChanged: it was announced otherwise, and the difference is not in its customers' favour.
    """
    facts = facts_of(announced, promise)
    with transaction.atomic():
        kept = store.find_draw(shop_id, announced.plan_id, announced.draw)
        if kept is not None:
            return _keep(kept, facts, promise, actor=actor)
        secrets = make_secrets()
        terms = announce(announced, secrets.seed)
        draw = store.add_draw(
            shop_id,
            promise,
            facts,
            terms,
            seal_secrets(secrets),
            code=new_code(),
            commitment=commitment_of(terms),
            rules=announced.rules,
            announced_at=at,
        )
        setting_aside.begin(draw, at=at)
        tenancy.audit(
            shop_id,
            actor=actor,
            action="draw announced",
            subject=f"{draw.plan_id}/{draw.draw_id}",
            after={"commitment": draw.commitment, "version": terms.plan_version},
        )
        return draw


def _keep(kept: KeptDraw, facts: dict[str, object], promise: Promise, *, actor: Actor) -> KeptDraw:
    differs = changed(store.facts_of(kept.shop_id, kept.id), facts)
    was, now = kept.promise.claim_within, promise.claim_within
    if promise.sets_aside and not kept.promise.sets_aside:
        differs = (*differs, "set_aside")
    if not is_longer(was, now):
        differs = (*differs, "claim_within")
    if differs:
        raise DrawChanged(draw=kept.draw_id, fields=differs)
    if now != was:
        store.save_promise(kept.shop_id, kept.id, with_claims_of(kept.promise, promise))
        tenancy.audit(
            kept.shop_id,
            actor=actor,
            action="draw's claims made longer",
            subject=f"{kept.plan_id}/{kept.draw_id}",
            before={"claim_within": str(was)},
            after={"claim_within": "for good" if now is None else str(now)},
        )
    return store.lock_draw(kept.shop_id, kept.id)


def keep_draws(shop_id: int, plan_id: str, draw_ids: Collection[str]) -> None:
    """Refuse a version of the plan that leaves out a draw which was announced and is not over.

    Raises:
        DrawChanged: it does.
    """
    for kept in store.find_draws(shop_id, plan_id):
        if kept.draw_id not in draw_ids and kept.state is not DrawState.OVER:
            raise DrawChanged(draw=kept.draw_id, fields=("draws",))
