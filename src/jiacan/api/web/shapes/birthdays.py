"""Birthdays as programs tell them and are told of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from pydantic import Field

from jiacan.api.web.shapes.values import Given, Names, Taken, to_names
from jiacan.campaigns.facade.birthdays import BirthdayTurn
from jiacan.customers.contracts import Birthday
from jiacan.kernel.messages import Phrasebook
from jiacan.offers.contracts.awards import Outcome


class BirthdayIn(Taken):
    """The day on which a customer was born; `year` may be left out."""

    month: int = Field(ge=1, le=12, examples=[2])
    day: int = Field(ge=1, le=31, examples=[14])
    year: int | None = Field(None, examples=[1990])


class BirthdayGiftShape(Given):
    """What became of one year's birthday, for one offer.

    `day` is the one on which it was given for. `too_new`: it was told or changed too shortly before, by the terms of
    the plan, and brings nothing that year. `outcome` is null where nothing came of it.
    """

    plan_id: str = Field(examples=["order-bonus-2011"])
    offer_id: str = Field(examples=["happy"])
    offer: Names
    year: int = Field(examples=[2026])
    day: date
    too_new: bool
    outcome: Outcome | None
    says: list[str] = Field(examples=[["Custom mug"]])


class BirthdayShape(Given):
    """A customer's birthday; `year` is null where nobody told it, `changed_at` where it never was another day."""

    customer_id: str
    month: int = Field(examples=[2])
    day: int = Field(examples=[14])
    year: int | None = Field(examples=[1990])
    known_since: datetime
    changed_at: datetime | None
    gifts: list[BirthdayGiftShape]


class ForgottenShape(Given):
    """Whether there was a birthday to delete."""

    customer_id: str
    was_known: bool


def to_birthday(customer_id: str, known: Birthday, turns: Sequence[BirthdayTurn], say: Phrasebook) -> BirthdayShape:
    """A birthday as JSON says it."""
    return BirthdayShape(
        customer_id=customer_id,
        month=known.month,
        day=known.day,
        year=known.year,
        known_since=known.known_since,
        changed_at=known.changed_at,
        gifts=[_to_gift(each, say) for each in turns],
    )


def _to_gift(each: BirthdayTurn, say: Phrasebook) -> BirthdayGiftShape:
    turn = each.turn
    return BirthdayGiftShape(
        plan_id=turn.plan_id,
        offer_id=turn.offer_id,
        offer=to_names(each.offer),
        year=turn.year,
        day=turn.day,
        too_new=turn.is_too_new,
        outcome=each.outcome,
        says=[say.say(item) for item in each.says],
    )
