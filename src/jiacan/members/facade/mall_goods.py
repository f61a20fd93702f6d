"""What the mall hands over: parcels that are sent, codes that are uploaded and shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from jiacan.kernel.messages import Message, tell
from jiacan.members.contracts.mall import (
    CodeLine,
    NoCode,
    NotToShip,
    OtherSort,
    Redemption,
    State,
    Uploaded,
)
from jiacan.members.core.mall import SHOWN_LETTERS, read_codes
from jiacan.members.facade import mall_news as news
from jiacan.members.facade.mall import Mall, find_item, give_held, lock_redemption
from jiacan.members.store import mall as store
from jiacan.members.store import mall_codes as codes
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor
from jiacan.webhooks.contracts import EventKind

UPLOADS = "~codes"
"""The key under which uploads wait for each other; no caller's begins so."""

MOST_CODES = 20_000
"""How many codes are taken at a time."""


def ship(
    shop_id: int, mall: Mall, redemption_id: str, *, carrier: str, parcel: str, actor: Actor, at: datetime
) -> Redemption:
    """It was sent, or done where nothing is sent: given for good. The same again changes nothing; audited.

    Raises:
        RedemptionUnknown: there is none.
        NotToShip: nothing of it is to be sent now.
    """
    with transaction.atomic():
        found = lock_redemption(shop_id, redemption_id)
        if found.state is State.SHIPPED and (found.carrier, found.parcel) == (carrier, parcel):
            return found
        if found.state is not State.TO_SHIP:
            raise NotToShip(redemption_id=redemption_id)
        give_held(shop_id, mall, found, at)
        sent = replace(found, state=State.SHIPPED, shipped_at=at, carrier=carrier, parcel=parcel)
        store.save(shop_id, sent)
        _audit(shop_id, sent, "redemption sent", actor, {"carrier": carrier, "parcel": parcel})
        news.tell_of(shop_id, sent, EventKind.MALL_SHIPPED, at=at)
        return sent


def finish(shop_id: int, redemption_id: str, *, actor: Actor, at: datetime) -> Redemption:
    """It arrived; the same again changes nothing; audited.

    Raises:
        RedemptionUnknown: there is none.
        NotToShip: it was not sent.
    """
    with transaction.atomic():
        found = lock_redemption(shop_id, redemption_id)
        if found.state is State.DONE and found.shipped_at is not None:
            return found
        if found.state is not State.SHIPPED:
            raise NotToShip(redemption_id=redemption_id)
        done = replace(found, state=State.DONE, ended_at=at, ended_by=actor.name)
        store.save(shop_id, done)
        _audit(shop_id, done, "redemption arrived", actor, {})
        return done


def _audit(shop_id: int, redemption: Redemption, action: str, actor: Actor, told: dict[str, object]) -> None:
    after = {"customer": redemption.customer_id, "item": redemption.item_id, **told}
    tenancy.audit(shop_id, actor=actor, action=action, subject=redemption.id, before=None, after=after)


# --- codes ------------------------------------------------------------------------------------------------


def show_code(shop_id: int, mall: Mall, redemption_id: str, *, at: datetime) -> str:
    """The code, to the customer whose it is; from the first time on it is given for good.

    Raises:
        RedemptionUnknown: there is none.
        NoCode: it has none, or none that can be shown now.
    """
    with transaction.atomic():
        found = lock_redemption(shop_id, redemption_id)
        code = codes.find_code(shop_id, redemption_id)
        if code is None or found.state not in (State.READY, State.DONE):
            raise NoCode(redemption_id=redemption_id)
        if found.state is State.READY:
            give_held(shop_id, mall, found, at)
            store.save(shop_id, replace(found, state=State.DONE, shown_at=at, ended_at=at))
        return code


def upload_codes(shop_id: int, mall: Mall, item_id: str, text: str, *, actor: Actor, at: datetime) -> Uploaded:
    """Take the codes of a file that are good and new; hands back the others by line and reason. Audited by number.

    Raises:
        ItemUnknown: there is no such item.
        OtherSort: it gives no codes.
    """
    item = find_item(mall, item_id)
    if not item.has_codes:
        raise OtherSort(item=item_id)
    lines = list(read_codes(text))
    with transaction.atomic():
        store.lock_key(shop_id, UPLOADS)
        known = codes.known_among(shop_id, [code for _, code, wrong in lines if wrong is None])
        good: list[tuple[str, str]] = []
        bad: list[CodeLine] = []
        for line, code, wrong in lines:
            why = wrong or _why_not_taken(code, known, len(good))
            if why is None:
                good.append((code, code[-SHOWN_LETTERS:]))
            else:
                bad.append(CodeLine(line, why))
        codes.add(shop_id, mall.plan_id, item_id, good, at=at)
        tenancy.audit(
            shop_id,
            actor=actor,
            action="mall codes uploaded",
            subject=f"{mall.plan_id}/{item_id}",
            before=None,
            after={"codes": len(good), "not taken": len(bad)},
        )
        return Uploaded(len(good), tuple(bad))


def _why_not_taken(code: str, known: frozenset[str], taken: int) -> Message | None:
    if code in known:
        return tell("it was uploaded before")
    if taken == MOST_CODES:
        return tell("{most} codes are taken at a time; upload the rest again", most=MOST_CODES)
    return None
