"""Birthdays are given for once a year, on their day or when their month begins, and so are those of days missed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from jiacan.customers import facade as customers
from jiacan.customers.contracts import BirthDate, Birthday
from jiacan.members.contracts.birthdays import BirthdayOffer, Turn
from jiacan.members.core import birthdays as core
from jiacan.members.facade.tiers import stand_on
from jiacan.members.store import birthdays as store
from jiacan.offers.contracts.occasions import Occasion
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.contracts.settled import Settled
from jiacan.offers.contracts.tiers import Ladder
from jiacan.offers.facade import awarding, occasions
from jiacan.offers.facade.books import VersionRules

CUSTOMERS_AT_ONCE = 500
Announce = Callable[[Settled, datetime], None]
"""Told what birthdays came to, in the transaction that settled them."""


@dataclass(frozen=True, slots=True)
class InForce:
    """An offer for birthdays with the rules it is given by, those of earlier versions of its plan, and who is told.

    `since` is the day from which it is in force, in the plan's zone; `ladder` the plan's, where it has one.
    """

    offer: BirthdayOffer
    ladder: Ladder | None
    rules: PlanRules
    rules_of: VersionRules
    announce: Announce
    since: date


Within = Callable[[Callable[[], str | None]], str | None]
"""Does a piece of work in a transaction of its own, again where it meets another; its answer."""


def give_due(shop_id: int, force: InForce, *, within: Within, at: datetime) -> None:
    """Give for every birthday that came by now and that nobody looked at; safe to repeat, safe to kill.

    Today is looked at each time: a birthday may be told on the day itself.

    Args:
        shop_id: whose customers.
        force: the offer.
        within: does each page of customers.
        at: now.
    """
    offer, plan_id = force.offer, force.rules.plan_id
    today = at.astimezone(offer.zone).date()
    before = store.done_until(shop_id, plan_id, offer.offer_id)
    for day in core.days_to_look_at(offer, after=before or force.since - core.ONE_DAY, today=today):
        after: str | None = ""
        while after is not None:
            after = within(partial(_give_some, shop_id, force, _Page(day, after), at))
        if day < today:
            store.save_progress(shop_id, plan_id, offer.offer_id, day)


@dataclass(frozen=True, slots=True)
class _Page:
    """Some of the customers whose birthday is given for on a day: those after that one."""

    day: date
    after: str


def _give_some(shop_id: int, force: InForce, page: _Page, at: datetime) -> str | None:
    """Give for a page of customers, in the caller's transaction; the last of them, None where no others come."""
    offer, plan_id = force.offer, force.rules.plan_id
    born = core.born_on(offer, page.day)
    found = customers.birthdays_between(
        shop_id,
        born.month,
        born.first_day,
        born.last_day,
        known_by=core.known_by(offer, page.day),
        after=page.after,
        limit=CUSTOMERS_AT_ONCE,
    )
    if found:
        awarding.lock_plans(shop_id, [plan_id])  # whoever else looks at this day waits, and then finds its turns
        _take_turns(shop_id, force, found, page.day, at)
    return found[-1][0] if len(found) == CUSTOMERS_AT_ONCE else None


def _take_turns(shop_id: int, force: InForce, found: Sequence[tuple[str, Birthday]], day: date, at: datetime) -> None:
    """Keep that these birthdays came where they did not this year, and give for those that count."""
    offer, plan_id = force.offer, force.rules.plan_id
    found = _on_its_tiers(shop_id, force, found, core.asked_at(offer, day, at))
    cards = store.cards_of(shop_id, [customer for customer, _ in found])
    had = store.had_turns(shop_id, plan_id, offer.offer_id, day.year, cards.values())
    turns = {
        customer: Turn(
            *(plan_id, offer.offer_id, day.year, cards[customer], day, at), core.is_too_new(offer, birthday, day)
        )
        for customer, birthday in found
        if cards[customer] not in had
    }
    store.add_turns(shop_id, turns.values())
    asked = [core.to_occasion(offer, turn, customer) for customer, turn in turns.items() if not turn.is_too_new]
    if asked:
        force.announce(occasions.give(shop_id, force.rules, asked, rules_of=force.rules_of, at=at), at)


def _on_its_tiers(
    shop_id: int, force: InForce, found: Sequence[tuple[str, Birthday]], at: datetime
) -> Sequence[tuple[str, Birthday]]:
    """Those of the customers who stand on a tier of the offer's at the moment; all where it names none."""
    if not force.offer.tiers:
        return found
    assert force.ladder is not None, "checked: an offer that asks for a tier has a ladder in its plan"
    tiers = stand_on(shop_id, force.ladder, [customer for customer, _ in found], at)
    return [each for each in found if tiers[each[0]] in force.offer.tiers]


def rehearsed(plan_id: str, offers: Iterable[BirthdayOffer], told: Mapping[str, BirthDate]) -> Iterator[Occasion]:
    """Every birthday that the offers would be given for in their periods, were these known since long before."""
    by_day: dict[tuple[int, int], list[str]] = {}
    for customer in sorted(told):
        by_day.setdefault((told[customer].month, told[customer].day), []).append(customer)
    for offer in offers:
        for day in core.days_to_look_at(offer, after=date.min, today=date.max):
            born = core.born_on(offer, day)
            for number in range(born.first_day, born.last_day + 1):
                for customer in by_day.get((born.month, number), ()):
                    yield core.rehearsed(offer, plan_id, day, customer)


def turns_of(shop_id: int, customer_id: str) -> tuple[tuple[Turn, str], ...]:
    """Every birthday of the customer that came, the last first, each with its occasion."""
    card = store.find_cards(shop_id, [customer_id]).get(customer_id)
    turns = () if card is None else store.turns_of(shop_id, card)
    return tuple((turn, core.occasion_id(turn)) for turn in turns)
