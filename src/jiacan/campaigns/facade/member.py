"""All that one customer may see of theirs at a shop, put together from every slice that knows something of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from jiacan.campaigns.facade import checking_in, coupons, mall, public, standing
from jiacan.campaigns.facade.checking_in import CustomerChallenge
from jiacan.campaigns.facade.live import LivePlan, live_plans
from jiacan.draws.contracts.kept import KeptDraw, KeptTicket, Win
from jiacan.draws.facade import reading as draws
from jiacan.kernel.messages import Message, Name
from jiacan.kernel.money import Money
from jiacan.members.contracts.coupons import Shown
from jiacan.members.contracts.mall import ShownItem, ShownRedemption
from jiacan.members.contracts.points import CustomerPoints, Lot, Statement
from jiacan.members.contracts.tiers import CustomerTier
from jiacan.members.facade import reading as points
from jiacan.members.facade import tiers
from jiacan.offers.contracts.benefits import Benefit, CouponBenefit, PointsBenefit, TicketBenefit
from jiacan.offers.contracts.rules import Trigger
from jiacan.offers.facade import reading as offers
from jiacan.orders import facade as orders
from jiacan.orders.contracts import OrderFilter
from jiacan.plans.contracts.document import Organiser
from jiacan.referrals.contracts.errors import NoReferrals
from jiacan.referrals.contracts.referrals import Link, Referral
from jiacan.referrals.facade import linking
from jiacan.referrals.facade import reading as referrals
from jiacan.tenancy.contracts import Shop

LAST_ORDERS = 5


@dataclass(frozen=True, slots=True)
class Loss:
    """Points that are lost at one moment unless they are spent before."""

    points: int
    at: datetime


@dataclass(frozen=True, slots=True)
class OwnPoints:
    """A customer's points, and what of them is lost when, the first first."""

    has: CustomerPoints
    losses: tuple[Loss, ...]


@dataclass(frozen=True, slots=True)
class Chance:
    """A ticket of the customer's, the secret that opens its page, and what it won, if it won."""

    ticket: KeptTicket
    secret: str
    win: Win | None


@dataclass(frozen=True, slots=True)
class Chances:
    """A draw, and the customer's tickets of it, the newest first."""

    draw: KeptDraw
    chances: tuple[Chance, ...]


@dataclass(frozen=True, slots=True)
class Friends:
    """A plan's referrals: the customer's own link, what both sides get, and whom they brought, the last first."""

    name: Name
    link: Link
    to_referrer: tuple[Message, ...]
    to_friend: tuple[Message, ...]
    brought: tuple[Referral, ...]


@dataclass(frozen=True, slots=True)
class OwnOrder:
    """A paid order, and the secret of the link to its receipt."""

    order_id: str
    paid_at: datetime
    spend: Money
    receipt: str


@dataclass(frozen=True, slots=True)
class MemberPage:
    """What a customer has. None is of what no plan in force gives, and of which they have nothing."""

    tiers: tuple[CustomerTier, ...]
    points: OwnPoints | None
    mall: tuple[ShownItem, ...]
    redemptions: tuple[ShownRedemption, ...]
    coupons: tuple[Shown, ...] | None
    chances: tuple[Chances, ...] | None
    challenges: tuple[CustomerChallenge, ...]
    friends: tuple[Friends, ...]
    orders: tuple[OwnOrder, ...]
    organiser: Organiser | None


def page_of(shop: Shop, customer_id: str, *, at: datetime) -> MemberPage:
    """Everything of the customer's as it stands; links and codes that they have not asked for before are made now."""
    live = live_plans(shop.id)
    return MemberPage(
        tiers=tiers.tiers_of(shop.id, standing.ladders_of(live), customer_id, at=at),
        points=points_of(shop.id, customer_id, live, at=at),
        mall=mall.shown(shop.id, customer_id, at=at),
        redemptions=mall.redemptions_of(shop.id, customer_id),
        coupons=_coupons(shop.id, customer_id, live, at=at),
        chances=_chances(shop.id, customer_id, live, at=at),
        challenges=_challenges(shop.id, customer_id, live, at=at),
        friends=_friends(shop.id, customer_id, live, at=at),
        orders=_orders(shop, customer_id),
        organiser=next((each.document.organiser for each in reversed(live) if each.document.organiser), None),
    )


def points_of(shop_id: int, customer_id: str, live: Sequence[LivePlan], *, at: datetime) -> OwnPoints | None:
    """The customer's points; None where none are given, and they never had any."""
    if not _gives(live, PointsBenefit, at) and not statement(shop_id, customer_id, limit=1).lines:
        return None
    has = points.points_of(shop_id, customer_id, at)
    return OwnPoints(has, tuple(_losses(has.lots)))


def statement(shop_id: int, customer_id: str, *, before: int | None = None, limit: int = 50) -> Statement:
    """How the customer's points came about, the last line first."""
    return points.statement(shop_id, customer_id, before=before, limit=limit)


def _losses(lots: Iterable[Lot]) -> Iterable[Loss]:
    ending = sorted((lot.expires_at, lot.left) for lot in lots if lot.expires_at is not None)
    for moment, same in groupby(ending, key=lambda each: each[0]):
        yield Loss(sum(left for _, left in same), moment)


def _coupons(shop_id: int, customer_id: str, live: Sequence[LivePlan], *, at: datetime) -> tuple[Shown, ...] | None:
    found = coupons.coupons_of(shop_id, customer_id, at=at)
    return found if found or _gives(live, CouponBenefit, at) else None


# --- draws ------------------------------------------------------------------------------------------------


def _chances(shop_id: int, customer_id: str, live: Sequence[LivePlan], *, at: datetime) -> tuple[Chances, ...] | None:
    tickets = draws.tickets_of(shop_id, customer_id)
    if not tickets:
        return () if _gives(live, TicketBenefit, at) else None
    wins = draws.wins_of_tickets(shop_id, [ticket.row for _, ticket in tickets])
    kept = {draw.id: draw for draw, _ in tickets}
    return tuple(
        Chances(
            draw,
            tuple(
                Chance(ticket, draws.ticket_secret(ticket), wins.get(ticket.row))
                for of, ticket in tickets
                if of.id == draw.id
            ),
        )
        for draw in kept.values()
    )


# --- check-in challenges ----------------------------------------------------------------------------------


def _challenges(
    shop_id: int, customer_id: str, live: Sequence[LivePlan], *, at: datetime
) -> tuple[CustomerChallenge, ...]:
    """Those that run now; staff take no part."""
    return tuple(
        checking_in.challenge_of(shop_id, plan.plan_id, challenge.id, customer_id, at=at)
        for plan in live
        if customer_id not in plan.rules.staff
        for challenge in plan.document.challenges
        if at in challenge.during
    )


# --- referrals --------------------------------------------------------------------------------------------


def _friends(shop_id: int, customer_id: str, live: Sequence[LivePlan], *, at: datetime) -> tuple[Friends, ...]:
    """Of each plan that brings friends now, and of each for which they have brought one."""
    asking = [each for each in live if each.document.referral is not None]
    known = referrals.of_customer(shop_id, customer_id) if asking else None
    found = []
    for plan in asking:
        brought = () if known is None else tuple(each for each in known.brought if each.plan_id == plan.plan_id)
        if brought or _rewards_friends(plan, at):
            try:
                link = linking.make_link(shop_id, plan.plan_id, customer_id, at=at)
            except NoReferrals:  # a plan of an older version of Jiacan, whose links the clock has yet to open
                continue
            found.append(_to_friends(plan, link, brought))
    return tuple(found)


def _rewards_friends(plan: LivePlan, at: datetime) -> bool:
    rewarding = (offer for offer in plan.rules.offers if offer.trigger is Trigger.REFERRAL_COMPLETED)
    return any(at < offer.during.ends_at for offer in rewarding)


def _to_friends(plan: LivePlan, link: Link, brought: tuple[Referral, ...]) -> Friends:
    rewards = plan.document.referral_rewards
    to_referrer = [benefit for reward in rewards for benefit in reward.to_referrer]
    to_friend = [benefit for reward in rewards for benefit in reward.to_friend]
    return Friends(
        name=plan.document.name,
        link=link,
        to_referrer=offers.benefits_in_words(to_referrer, plan.rules),
        to_friend=offers.benefits_in_words(to_friend, plan.rules),
        brought=brought,
    )


# --- orders -----------------------------------------------------------------------------------------------


def _orders(shop: Shop, customer_id: str) -> tuple[OwnOrder, ...]:
    asked = OrderFilter(customer_id=customer_id, paid=True)
    found = orders.orders_page(shop.id, asked=asked, limit=LAST_ORDERS).orders
    return tuple(
        OwnOrder(
            order_id=each.order.order_id,
            paid_at=each.order.paid_at,
            spend=Money(each.spend_minor, shop.currency),
            receipt=public.receipt_link(shop.id, each.order.order_id).value,
        )
        for each in found
        if each.order.paid_at is not None
    )


def _gives(live: Iterable[LivePlan], kind: type[Benefit], at: datetime) -> bool:
    """Whether some plan can still give such a thing."""
    return any(
        isinstance(benefit, kind)
        for plan in live
        for offer in plan.rules.offers
        if at < offer.during.ends_at
        for benefit in (*(each for rung in offer.rungs for each in rung.benefits), *offer.otherwise)
    )
