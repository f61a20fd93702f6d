"""Referrals as people and programs look at them."""

from __future__ import annotations

from jiacan.referrals.contracts.referrals import (
    STANDS,
    OfCustomer,
    Referral,
    ReferralCount,
    ReferralFilter,
)
from jiacan.referrals.store import links
from jiacan.referrals.store import referrals as store


def search(
    shop_id: int, asked: ReferralFilter, *, before: int | None = None, limit: int = 50
) -> tuple[Referral, ...]:
    """Referrals that are asked for, the last decided first; those before that number where one is given."""
    return store.search(shop_id, asked, before=before, limit=limit)


def count_by_state(shop_id: int) -> tuple[ReferralCount, ...]:
    """How many referrals of the shop stand in each state."""
    return store.count_by_state(shop_id)


def of_customer(shop_id: int, customer_id: str, *, limit: int = 200) -> OfCustomer:
    """The customer's links, at most so many of whom they brought, and who brought them."""
    person = links.canonical(shop_id, [customer_id]).get(customer_id, customer_id)
    asked = store.search(shop_id, ReferralFilter(customer=person), before=None, limit=limit)
    parents = store.rows_of_friends(shop_id, [person])
    return OfCustomer(
        customer_id=person,
        links=links.links_of(shop_id, links.numbers_of(shop_id, person)),
        brought=tuple(each for each in asked if each.referrer_id == person),
        brought_by=next((each for each in parents if each.state in STANDS), None),
    )
