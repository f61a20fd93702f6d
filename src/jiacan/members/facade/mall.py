"""The points mall: points, and what they are spent on, change hands in one transaction, or neither does.

All that a redemption takes is held, as for an occasion that pends, and given when it is sent, seen or, as a coupon,
paid. Until then it can be cancelled: the points come back, and what was held is free again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from django.db import transaction

from jiacan.kernel.messages import Message, tell
from jiacan.members.contracts.mall import (
    ItemUnknown,
    KeyUsed,
    MallItem,
    NoLongerHeld,
    NotToBeHad,
    NotToCancel,
    PaidBefore,
    Redemption,
    RedemptionUnknown,
    State,
)
from jiacan.members.core import mall as core
from jiacan.members.facade import mall_news as news
from jiacan.members.facade import tiers
from jiacan.members.facade.spending import return_spent, spend_points
from jiacan.members.store import mall as store
from jiacan.members.store import mall_codes as codes
from jiacan.offers.contracts.awards import GIVEN, Award
from jiacan.offers.contracts.occasions import Revocation
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.contracts.settled import Settled
from jiacan.offers.contracts.tiers import Ladder
from jiacan.offers.facade import awarding, occasions
from jiacan.offers.facade.books import VersionRules
from jiacan.offers.facade.room import refusal_in_words
from jiacan.tenancy import facade as tenancy
from jiacan.webhooks.contracts import EventKind

Announce = Callable[[Settled, datetime], None]
"""Told what was settled, in the transaction that settled it."""

AT_ONCE = 500
"""How many unpaid redemptions are let go before the clock looks again."""


@dataclass(frozen=True, slots=True)
class Mall:
    """The mall of a plan in force: its items by id, the rules by which they are given, and who is told.

    `items_of` and `rules_of` give those of an earlier version, for what was redeemed by it.
    """

    items: Mapping[str, MallItem]
    items_of: Callable[[int], Mapping[str, MallItem]]
    ladder: Ladder | None
    rules: PlanRules
    rules_of: VersionRules
    announce: Announce

    @property
    def plan_id(self) -> str:
        """Whose it is."""
        return self.rules.plan_id


def find_item(mall: Mall, item_id: str) -> MallItem:
    """The item of that id.

    Raises:
        ItemUnknown: the mall has none.
    """
    found = mall.items.get(item_id)
    if found is None:
        raise ItemUnknown(item=item_id)
    return found


def item_of(mall: Mall, redemption: Redemption) -> MallItem:
    """What was redeemed, by the version that it was redeemed by."""
    return mall.items_of(redemption.plan_version)[redemption.item_id]


def tier_of(shop_id: int, mall: Mall, customer_id: str, at: datetime) -> str:
    """The tier on which the customer stands now; empty for none."""
    if mall.ladder is None:
        return ""
    (standing,) = tiers.tiers_of(shop_id, {mall.plan_id: mall.ladder}, customer_id, at=at)
    return "" if standing.tier is None else standing.tier.id


# --- redeemed and paid ------------------------------------------------------------------------------------


def redeem(shop_id: int, mall: Mall, item_id: str, customer_id: str, *, key: str, at: datetime) -> Redemption:
    """Let a customer have an item for their points; the same key again takes nothing more.

    Args:
        shop_id: whose customer.
        mall: where the item is.
        item_id: what they want.
        customer_id: who.
        key: the caller's own for this redemption.
        at: now.

    Raises:
        ItemUnknown: there is no such item.
        NotToBeHad: they cannot have it, and why.
        NotEnoughPoints: they have fewer points than it costs.
        KeyUsed: the key stands for another redemption.
    """
    with transaction.atomic():
        store.lock_key(shop_id, key)
        known = store.find_by_key(shop_id, key)
        if known is not None:
            if (known.customer_id, known.plan_id, known.item_id) != (customer_id, mall.plan_id, item_id):
                raise KeyUsed(key=key)
            return known
        item = find_item(mall, item_id)
        awarding.lock_plans(shop_id, [mall.plan_id])  # before the points, as whoever awards points does
        _check(shop_id, mall, item, customer_id, at)
        made = _new(mall, item, customer_id, key, at)
        store.add(shop_id, made)
        _take(shop_id, mall, item, made)
        reason = item.name.zh or item.name.en
        spend_points(shop_id, customer_id, made.points, reference=made.occasion_id, reason=reason, at=at)
        news.tell_of(shop_id, made, EventKind.MALL_REDEEMED, at=at)
        return get_redemption(shop_id, made.id)


def _check(shop_id: int, mall: Mall, item: MallItem, customer_id: str, at: datetime) -> None:
    """That they may have it, stock, limits and points aside, which are asked where they are taken."""
    tier = tier_of(shop_id, mall, customer_id, at) if item.tiers else ""
    is_staff = customer_id in mall.rules.staff
    why = core.why_not(item, tier, item.price.points, tiers=mall.rules.tiers, is_staff=is_staff, at=at)
    if why is not None:
        raise NotToBeHad(item=item.id, why=why)


def _new(mall: Mall, item: MallItem, customer_id: str, key: str, at: datetime) -> Redemption:
    is_paid = item.price.money_minor == 0
    return Redemption(
        id=str(uuid4()),
        key=key,
        customer_id=customer_id,
        plan_id=mall.plan_id,
        plan_version=mall.rules.version,
        item_id=item.id,
        points=item.price.points,
        money_minor=item.price.money_minor,
        currency=mall.rules.currency,
        state=core.state_when_paid(item) if is_paid else State.UNPAID,
        redeemed_at=at,
        pay_until=None if is_paid else at + core.PAY_WITHIN,
    )


def _take(shop_id: int, mall: Mall, item: MallItem, made: Redemption) -> None:
    """Hold all that it takes, or give it where nothing is left to do.

    Raises:
        NotToBeHad: stock, budget, a limit or the codes are short.
    """
    occasion, at = core.to_occasion(made), made.redeemed_at
    if made.state is State.DONE:
        settled = occasions.give(shop_id, mall.rules, [occasion], rules_of=mall.rules_of, at=at)
        awards: Sequence[Award] = settled.awards
    else:
        settled = occasions.hold(shop_id, mall.rules, [occasion], rules_of=mall.rules_of, at=at)
        awards = occasions.held_for(shop_id, mall.plan_id, occasion.id)
    for award in awards:
        if award.refusal is not None:
            raise NotToBeHad(item=item.id, why=refusal_in_words(award.refusal, mall.rules))
    assert any(award.outcome in GIVEN for award in awards), "checked: it is open, and they are not of the staff"
    if item.has_codes and not codes.take(shop_id, mall.plan_id, item.id, made.id):
        raise NotToBeHad(item=item.id, why=OUT_OF_CODES)
    mall.announce(settled, at)


OUT_OF_CODES: Message = tell("all its codes have been given")


def confirm(shop_id: int, mall: Mall, redemption_id: str, *, payment: str, at: datetime) -> Redemption:
    """The money of a redemption was paid; the same payment again changes nothing.

    One that comes late is taken as long as the redemption was not let go.

    Raises:
        RedemptionUnknown: there is none.
        NoLongerHeld: it waits for no payment any more, or never did.
        PaidBefore: it was paid by another payment.
    """
    with transaction.atomic():
        found = lock_redemption(shop_id, redemption_id)
        if found.payment == payment and found.paid_at is not None:
            return found
        if found.paid_at is not None:
            raise PaidBefore(redemption_id=redemption_id, payment=found.payment)
        if found.state is not State.UNPAID:
            raise NoLongerHeld(redemption_id=redemption_id)
        state = core.state_when_paid(item_of(mall, found))
        if state is State.DONE:
            give_held(shop_id, mall, found, at)
        paid = replace(found, state=state, paid_at=at, payment=payment)
        store.save(shop_id, paid)
        news.tell_of(shop_id, paid, EventKind.MALL_PAID, at=at)
        return paid


def give_held(shop_id: int, mall: Mall, redemption: Redemption, at: datetime) -> None:
    """Give for good what is held for the redemption; the plan's lock is held."""
    named = [redemption.occasion_id]
    mall.announce(occasions.confirm(shop_id, mall.rules, named, rules_of=mall.rules_of, at=at), at)


# --- cancelled and let go ---------------------------------------------------------------------------------


def cancel(
    shop_id: int, mall: Mall, redemption_id: str, *, by: str, by_customer: bool, reason: str, at: datetime
) -> Redemption:
    """Cancel a redemption: its points come back, and what it held is free again. The same again changes nothing.

    Of a code that was seen, which only the staff can cancel, the points come back and the code stays gone.

    Args:
        shop_id: whose.
        mall: of its plan.
        redemption_id: which.
        by: who cancels; empty for the customer.
        by_customer: whether the customer does.
        reason: for the customer's statement.
        at: now.

    Raises:
        RedemptionUnknown: there is none.
        NotToCancel: it went too far for that.
    """
    with transaction.atomic():
        found = lock_redemption(shop_id, redemption_id)
        if found.state is State.CANCELLED:
            return found
        why = core.why_kept(found, by_customer=by_customer)
        if why is not None:
            raise NotToCancel(redemption_id=redemption_id, why=why)
        if core.is_held(found):
            _free(shop_id, found, at)
        elif item_of(mall, found).is_coupon:
            _take_back(shop_id, mall, found, at)
        return _end(shop_id, found, State.CANCELLED, by=by, reason=reason, at=at)


def _free(shop_id: int, redemption: Redemption, at: datetime) -> None:
    occasions.let_go(shop_id, redemption.plan_id, [redemption.occasion_id], at=at)
    codes.put_back(shop_id, redemption.id)


def _take_back(shop_id: int, mall: Mall, redemption: Redemption, at: datetime) -> None:
    """Take back what was given: all of it, or the redemption stays.

    Raises:
        NotToCancel: some of it was used, or its time is over.
    """
    revocation = Revocation("cancelled", redemption.occasion_id, at)
    settled = occasions.take_back(shop_id, mall.rules, [revocation], rules_of=mall.rules_of)
    given = occasions.answers_of(shop_id, mall.plan_id, [redemption.occasion_id])[redemption.occasion_id].awards
    had = sum(item.quantity for award in given for item in award.items)
    if sum(item.quantity for back in settled.claw_backs for item in back.items) < had:
        raise NotToCancel(redemption_id=redemption.id, why=tell("the coupon was used, or its time is over"))
    mall.announce(settled, at)


def _end(shop_id: int, redemption: Redemption, state: State, *, by: str, reason: str, at: datetime) -> Redemption:
    return_spent(shop_id, redemption.customer_id, reference=redemption.occasion_id, reason=reason, at=at)
    ended = replace(redemption, state=state, ended_at=at, ended_by=by, reason=reason)
    store.save(shop_id, ended)
    news.tell_of(shop_id, ended, EventKind.MALL_CANCELLED, at=at)
    return get_redemption(shop_id, redemption.id)


def let_go_everywhere(at: datetime) -> int:
    """Let go, at every shop, of what was not paid in time; the clock asks for it. Counts the redemptions."""
    return sum(tenancy.at_each_shop(lambda shop_id: let_due_go(shop_id, at)))


def let_due_go(shop_id: int, at: datetime) -> int:
    """Let go of what was not paid in time: the points come back, and all is free again; counts them."""
    gone = 0
    for due in store.find_due(shop_id, at, limit=AT_ONCE):
        with transaction.atomic():
            found = lock_redemption(shop_id, due.id)
            if found.state is State.UNPAID:
                _free(shop_id, found, at)
                _end(shop_id, found, State.LAPSED, by="", reason="", at=at)
                gone += 1
    return gone


# --- looked up --------------------------------------------------------------------------------------------


def get_redemption(shop_id: int, redemption_id: str) -> Redemption:
    """The redemption as it stands.

    Raises:
        RedemptionUnknown: there is none.
    """
    found = store.find(shop_id, redemption_id)
    if found is None:
        raise RedemptionUnknown(redemption_id=redemption_id)
    return found


def lock_redemption(shop_id: int, redemption_id: str) -> Redemption:
    """The redemption, which no one else changes until the caller's transaction ends.

    Raises:
        RedemptionUnknown: there is none.
    """
    awarding.lock_plans(shop_id, [get_redemption(shop_id, redemption_id).plan_id])
    return get_redemption(shop_id, redemption_id)
