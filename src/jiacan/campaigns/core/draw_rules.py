"""The rules of a draw as they are published and sealed: all that law wants to be said, in the plan's own words.

Source: 规范促销行为暂行规定 (2020) Art 13: kinds of prize, who can take part and how, when and how it is drawn,
value, name, number or odds, when, where and how to redeem, delivery, what counts as giving up, organiser, contact.
"""

from __future__ import annotations

from collections.abc import Iterator

from jiacan.draws.contracts.kept import Promise, PromisedPrize
from jiacan.draws.contracts.terms import Mode
from jiacan.kernel.messages import Message, tell
from jiacan.kernel.money import Money
from jiacan.plans.contracts.document import Draw, Unclaimed


def rules_of(draw: Draw, promise: Promise) -> tuple[Message, ...]:
    """Every sentence of the rules."""
    return tuple(_rules(draw, promise))


def _rules(draw: Draw, promise: Promise) -> Iterator[Message]:
    yield tell("{draw} of {campaign}", draw=promise.name, campaign=promise.campaign)
    yield tell("Organiser: {name}. Contact: {contact}.", name=promise.organiser, contact=promise.contact)
    yield tell(
        "Whoever was given a chance between {starts} and {ends} takes part, by the clock of {zone}. A chance comes "
        "with what the campaign's offers say. The shop's own staff take no part.",
        starts=_moment(promise, "opens_at"),
        ends=_moment(promise, "ends_at"),
        zone=promise.zone.key,
    )
    yield from _how(draw, promise)
    for prize in promise.prizes:
        yield _prize(prize, promise)
    if draw.guarantee is not None:
        yield tell(
            "Each {after}th chance in a row without a prize wins the guaranteed one, while there are some.",
            after=draw.guarantee.after,
        )
    if draw.wins_per_customer is not None:
        yield tell("A customer can win {count} times at most.", count=draw.wins_per_customer)
    if promise.consoles:
        yield tell("A chance without a prize gets: {consolation}.", consolation=promise.consolation)
    yield from _claims(draw)
    yield tell(
        "If the order that gave a chance comes back, the chance goes with it, and so does a prize that was not "
        "claimed."
    )
    yield tell(
        "Nobody can appoint a winner. The numbers of prizes, these rules and a seed are sealed by one hash that is "
        "published before the first chance; at the end everything can be checked with the file that is published."
    )


def _moment(promise: Promise, name: str) -> str:
    """A moment with its year: rules are read long afterwards."""
    text: str = getattr(promise, name).astimezone(promise.zone).strftime("%Y-%m-%d %H:%M")
    return text


def _how(draw: Draw, promise: Promise) -> Iterator[Message]:
    if draw.mode is Mode.INSTANT:
        if draw.is_daily:
            yield tell(
                "Each day has its own deck of {tickets} cards; a chance takes one by chance.", tickets=draw.tickets
            )
        else:
            yield tell("There is one deck of {tickets} cards; a chance takes one by chance.", tickets=draw.tickets)
        yield tell(
            "When a deck is empty, chances win no more. Chances can be used until {until}.",
            until=_moment(promise, "use_until"),
        )
        return
    yield tell(
        "All chances are ranked by chance when no more can come, at {held}, with the public value of {source}; the "
        "prizes go down the ranking.",
        held=_moment(promise, "held_at"),
        source=draw.source,
    )


def _prize(prize: PromisedPrize, promise: Promise) -> Message:
    worth = tell("no market value") if prize.value_minor is None else _worth(prize.value_minor, promise)
    said = tell("Prize: {gives} ({worth}), {units} in all", gives=prize.gives, worth=worth, units=prize.units)
    if prize.days is None:
        return tell("{said}.", said=said)
    return tell("{said}, on {days}.", said=said, days=prize.days)


def _worth(minor: int, promise: Promise) -> Message:
    return tell("worth {value} each", value=Money(minor, promise.currency))


def _claims(draw: Draw) -> Iterator[Message]:
    yield tell(
        "Prizes that are no goods are credited when they are won or claimed; goods are sent to the address of the "
        "order that gave the chance."
    )
    if draw.claim_within is None:
        yield tell("Goods are claimed on the page of the chance; there is no time limit.")
        return
    yield tell(
        "Prizes are claimed on the page of the chance within {hours} hours of being drawn; whoever does not has "
        "given the prize up.",
        hours=round(draw.claim_within.total_seconds() / 3600),
    )
    if draw.unclaimed is Unclaimed.CONSOLATION:
        yield tell("Whoever gave a prize up gets what chances without a prize get; the prize returns to the shop.")
    else:
        yield tell("A prize that was given up returns to the shop.")
