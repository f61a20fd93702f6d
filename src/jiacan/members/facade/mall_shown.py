"""The mall as customers and staff see it: what there is, what is left, what was redeemed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from jiacan.kernel.messages import Message
from jiacan.members.contracts.mall import MallItem, Redemption, ShownItem, ShownRedemption, State, Wanted
from jiacan.members.core import mall as core
from jiacan.members.facade.mall import OUT_OF_CODES, Mall, item_of, tier_of
from jiacan.members.facade.reading import points_of
from jiacan.members.store import mall as store
from jiacan.members.store import mall_codes as codes
from jiacan.offers.contracts.occasions import OCCASION_MARK, Occasion
from jiacan.offers.contracts.room import Room
from jiacan.offers.contracts.rules import Trigger
from jiacan.offers.facade.reading import benefits_in_words
from jiacan.offers.facade.room import refusal_in_words, room_for

NOBODY = ""
"""Whoever is asked about when only what is left matters."""


def shown(shop_id: int, mall: Mall, customer_id: str, *, at: datetime) -> tuple[ShownItem, ...]:
    """The items that are not over, each with what is left and why this customer cannot have it, if they cannot."""
    items = [each for each in mall.items.values() if at < each.during.ends_at]
    if not items:
        return ()
    tier = tier_of(shop_id, mall, customer_id, at) if any(each.tiers for each in items) else ""
    available = points_of(shop_id, customer_id, at).available
    is_staff = customer_id in mall.rules.staff
    found = []
    for item, room, left in _rooms(shop_id, mall, items, customer_id, at):
        why = core.why_not(item, tier, available, tiers=mall.rules.tiers, is_staff=is_staff, at=at)
        found.append(_shown(mall, item, left, why or _short(mall, room, left)))
    return tuple(found)


def stocked(shop_id: int, mall: Mall, *, at: datetime) -> tuple[ShownItem, ...]:
    """Every item with what is left of it, over or not, for the staff."""
    rooms = _rooms(shop_id, mall, mall.items.values(), NOBODY, at)
    return tuple(_shown(mall, item, left, _short(mall, room, left)) for item, room, left in rooms)


def _rooms(
    shop_id: int, mall: Mall, items: Collection[MallItem], customer_id: str, at: datetime
) -> Iterator[tuple[MallItem, Room | None, int | None]]:
    """Each item, what bounds it, and how many are left."""
    asked = [_asked(item, customer_id, at) for item in items]
    rooms = room_for(shop_id, mall.rules, asked)
    waiting = codes.count_left(shop_id) if any(item.has_codes for item in items) else {}
    for item, occasion in zip(items, asked, strict=True):
        room = rooms.get(occasion.id)
        bounds = [] if room is None or room.left is None else [max(0, room.left)]
        if item.has_codes:
            bounds.append(waiting.get((mall.plan_id, item.id), 0))
        yield item, room, min(bounds) if bounds else None


def _asked(item: MallItem, customer_id: str, at: datetime) -> Occasion:
    """The occasion that it would be now, or would have been while it could be had."""
    earned_at = at if at in item.during else item.during.starts_at
    return Occasion(
        f"{OCCASION_MARK}mall/{item.id}", Trigger.MALL, customer_id, earned_at, at, rung=0, offer_id=item.id
    )


def _short(mall: Mall, room: Room | None, left: int | None) -> Message | None:
    """What there is too little of."""
    if room is not None and room.refusal is not None:
        return refusal_in_words(room.refusal, mall.rules)
    return OUT_OF_CODES if left == 0 else None


def _shown(mall: Mall, item: MallItem, left: int | None, why: Message | None) -> ShownItem:
    gives = benefits_in_words((item.benefit,), mall.rules)
    return ShownItem(mall.plan_id, item, mall.rules.currency, gives, left, why)


def in_words(mall: Mall, redemption: Redemption) -> ShownRedemption:
    """The redemption as people read it, by the version that it was redeemed by."""
    item = item_of(mall, redemption)
    is_over = redemption.state is State.CANCELLED
    return ShownRedemption(
        redemption=redemption,
        name=item.name,
        gives=benefits_in_words((item.benefit,), mall.rules_of(redemption.plan_version)),
        says=core.standing_words(redemption),
        can_cancel=not is_over and core.why_kept(redemption, by_customer=True) is None,
    )


def search(
    shop_id: int, wanted: Wanted, *, before: tuple[datetime, str] | None, limit: int
) -> tuple[Redemption, ...]:
    """Redemptions, the last made first; `before` is the moment and number at which a page ended."""
    return store.search(shop_id, wanted, before=before, limit=limit)


def count_by_state(shop_id: int) -> dict[State, int]:
    """How many redemptions stand where."""
    return store.count_by_state(shop_id)
