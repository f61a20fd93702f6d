"""What an order means for who brought its customer: the referrals slice decides, by the plans in force."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from jiacan.campaigns.facade.announcing import passing_on
from jiacan.campaigns.facade.live import LivePlan, live_plans
from jiacan.orders import facade as orders
from jiacan.referrals.contracts.referrals import Bound
from jiacan.referrals.contracts.terms import Programme
from jiacan.referrals.facade import deciding, following, linking, programmes
from jiacan.referrals.facade.deciding import FirstOrder
from jiacan.referrals.facade.programmes import InForce
from jiacan.tenancy import facade as tenancy


def open_programme(live: LivePlan) -> None:
    """Let the plan's links work by its version in force, or no longer where that has no referrals."""
    programme = _programme(live)
    if programme is None:
        programmes.close_programme(live.shop_id, live.plan_id)
    else:
        programmes.open_programme(live.shop_id, programme)


def _programme(live: LivePlan) -> Programme | None:
    document = live.document
    if document.referral is None:
        return None
    return Programme(
        plan_id=live.plan_id,
        version=live.versions[-1].number,
        name=document.name,
        zone=document.zone,
        currency=document.currency,
        terms=document.referral,
    )


def in_force(live: Iterable[LivePlan]) -> dict[str, InForce]:
    """Those of the plans that have referrals, by id."""
    return {
        plan.plan_id: InForce(programme, plan.rules, plan, passing_on(plan))
        for plan in live
        if (programme := _programme(plan)) is not None
    }


# --- orders come ------------------------------------------------------------------------------------------


def note(
    shop_id: int, live: Sequence[LivePlan], order_ids: Collection[str], customer_ids: Collection[str], *, at: datetime
) -> None:
    """Decide who brought these customers, and follow what these orders are the first of; where no plan asks, nothing.

    Part of the transaction that recorded the orders.

    Args:
        shop_id: whose.
        live: its plans.
        order_ids: those of which something was known before, or came back.
        customer_ids: whose orders were paid.
        at: now.
    """
    force = in_force(live)
    if not force:
        return
    brought = deciding.waiting(shop_id, customer_ids) if customer_ids else frozenset()
    if brought:
        deciding.decide(shop_id, _firsts(shop_id, brought), force, at=at)
    if order_ids:
        following.follow_orders(shop_id, order_ids, force, at=at)


def catch_up(shop_id: int, live: Sequence[LivePlan], *, at: datetime) -> None:
    """The same for everything that was recorded, and for what has become due since."""
    force = in_force(live)
    if not force:
        return
    brought = deciding.all_waiting(shop_id)
    if brought:
        deciding.decide(shop_id, _firsts(shop_id, brought), force, at=at)
    following.follow_returned(shop_id, force, at=at)
    following.follow_due(shop_id, force, at=at)


def _firsts(shop_id: int, customer_ids: Collection[str]) -> list[FirstOrder]:
    return [FirstOrder(*found) for found in orders.first_paid(shop_id, customer_ids)]


def follow_all(at: datetime) -> None:
    """Catch up at every shop; the clock asks for it."""
    tenancy.at_each_shop(lambda shop_id: follow_shop(shop_id, at))


def follow_shop(shop_id: int, at: datetime) -> None:
    """Catch up at the shop; plans that went live before there were links get theirs."""
    live = live_plans(shop_id)
    for plan in live:
        if plan.document.referral is not None:
            open_programme(plan)
    catch_up(shop_id, live, at=at)


# --- the shop's own pages ---------------------------------------------------------------------------------


def bind_visitor(
    shop_id: int, visitor: str, customer_id: str, household: linking.Household, *, at: datetime
) -> Bound:
    """Say that a visitor who clicked a link was this customer, and decide at once where they have ordered by now.

    Raises:
        VisitorUnknown: nobody clicked as that visitor.
    """
    linking.note_household(shop_id, customer_id, household)
    bound = linking.bind_visitor(shop_id, visitor, customer_id)
    note(shop_id, live_plans(shop_id), (), [customer_id], at=at)
    return bound


def bind_code(
    shop_id: int,
    code: str,
    customer_id: str,
    household: linking.Household,
    *,
    clicked_at: datetime,
    address: str,
    at: datetime,
) -> Bound:
    """Note a click that the shop's own page saw, and decide at once where its customer has ordered by now.

    Raises:
        LinkUnknown: no link of the shop has that code.
    """
    linking.note_household(shop_id, customer_id, household)
    bound = linking.bind_code(shop_id, code, customer_id, clicked_at=clicked_at, address=address)
    note(shop_id, live_plans(shop_id), (), [customer_id], at=at)
    return bound
