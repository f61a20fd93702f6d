"""The referrals of plans that are in force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.contracts.settled import Settled
from jiacan.offers.facade.books import VersionRules
from jiacan.referrals.contracts.errors import NoReferrals
from jiacan.referrals.contracts.terms import Programme
from jiacan.referrals.store import programmes as store

Announce = Callable[[Settled, datetime], None]
"""Told what rewards came to, in the transaction that settled them."""


@dataclass(frozen=True, slots=True)
class InForce:
    """A plan's referrals with the rules by which it rewards them, those of its earlier versions, and who is told."""

    programme: Programme
    rules: PlanRules
    rules_of: VersionRules
    announce: Announce


def open_programme(shop_id: int, programme: Programme) -> None:
    """Let links of the plan work by these terms from now on; the same again changes nothing."""
    if store.find_programme(shop_id, programme.plan_id) != programme:
        store.save_programme(shop_id, programme)


def close_programme(shop_id: int, plan_id: str) -> None:
    """The plan's version in force has no referrals: its links lead nowhere, and what was decided stays."""
    store.delete_programme(shop_id, plan_id)


def programmes_of(shop_id: int) -> tuple[Programme, ...]:
    """The shop's plans with referrals, by id."""
    return store.find_programmes(shop_id)


def get_programme(shop_id: int, plan_id: str) -> Programme:
    """The plan's referrals.

    Raises:
        NoReferrals: it has none in force.
    """
    found = store.find_programme(shop_id, plan_id)
    if found is None:
        raise NoReferrals(plan_id=plan_id)
    return found
