"""Offers for birthdays of plans in force: given by the clock, and what became of a customer's birthdays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from jiacan.campaigns.facade.announcing import passing_on
from jiacan.campaigns.facade.live import LivePlan, find_live, live_plans
from jiacan.campaigns.facade.taking import again_if_deadlocked
from jiacan.kernel.messages import Message, Name
from jiacan.members.contracts.birthdays import BirthdayOffer, Turn
from jiacan.members.facade import birthdays
from jiacan.members.facade.birthdays import InForce
from jiacan.offers.contracts.awards import Outcome
from jiacan.offers.facade import occasions, reading
from jiacan.tenancy import facade as tenancy


@dataclass(frozen=True, slots=True)
class BirthdayTurn:
    """What became of a customer's birthday of one year; `outcome` is None where nothing came of it."""

    turn: Turn
    offer: Name
    outcome: Outcome | None
    says: tuple[Message, ...]


def give_all(at: datetime) -> None:
    """Give for every birthday that is due, at every shop; the clock asks for it."""
    tenancy.at_each_shop(lambda shop_id: give_at_shop(shop_id, at))


def give_at_shop(shop_id: int, at: datetime) -> None:
    """Give for every birthday of the shop's customers that is due, by the plans in force."""
    for live in live_plans(shop_id):
        for offer in live.document.birthdays:
            force = InForce(
                offer=offer,
                ladder=live.document.ladder,
                rules=live.rules,
                rules_of=live,
                announce=passing_on(live),
                since=_in_force_since(live, offer),
            )
            birthdays.give_due(shop_id, force, within=again_if_deadlocked, at=at)


def _in_force_since(live: LivePlan, offer: BirthdayOffer) -> date:
    """The day on which the first version with the offer went live."""
    of_offer = (
        version for version in live.versions if any(one.id == offer.offer_id for one in live(version.number).offers)
    )
    return next(of_offer).went_live_at.astimezone(offer.zone).date()


def turns_of(shop_id: int, customer_id: str) -> tuple[BirthdayTurn, ...]:
    """What became of the customer's birthdays, the last first."""
    return tuple(_told(shop_id, customer_id))


def _told(shop_id: int, customer_id: str) -> Iterator[BirthdayTurn]:
    for turn, occasion_id in birthdays.turns_of(shop_id, customer_id):
        live = find_live(shop_id, turn.plan_id)
        assert live is not None, "a plan that gave for a birthday went live"
        answer = occasions.answers_of(shop_id, turn.plan_id, [occasion_id]).get(occasion_id)
        award = None if answer is None else next(iter(answer.awards), None)
        yield BirthdayTurn(
            turn=turn,
            offer=_name_of(live, turn.offer_id),
            outcome=None if award is None else award.outcome,
            says=() if award is None else reading.items_in_words(award.items, live(award.plan_version)),
        )


def _name_of(live: LivePlan, offer_id: str) -> Name:
    """The offer's name in the last version that has it."""
    versions = (live(version.number) for version in reversed(live.versions))
    return next(offer.name for rules in versions for offer in rules.offers if offer.id == offer_id)
