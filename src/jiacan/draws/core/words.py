"""Draws in words: states, how they are drawn, what law wants to be said, and customers' numbers covered.

Source of the terms: 规范促销行为暂行规定 (2020) Art 13.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from jiacan.draws.contracts.kept import KeptDraw, Promise, WinState
from jiacan.draws.contracts.terms import Mode, Terms
from jiacan.kernel.messages import Message, tell
from jiacan.kernel.money import Money

COVER = "***"

MODES: Mapping[Mode, Message] = {
    Mode.INSTANT: tell("drawn at once"),
    Mode.SCHEDULED: tell("drawn at one hour"),
    Mode.LIVE: tell("drawn live"),
}
WIN_STATES: Mapping[WinState, tuple[str, Message]] = {
    WinState.WON: ("watch", tell("to be claimed")),
    WinState.OWED: ("act", tell("owed")),
    WinState.CLAIMED: ("good", tell("claimed")),
    WinState.SHIPPED: ("good", tell("sent")),
    WinState.SETTLED: ("good", tell("settled")),
    WinState.GIVEN_UP: ("over", tell("given up")),
    WinState.LOST: ("over", tell("lost")),
}
"""What a prize's state is called, and how it looks, as staff see it."""


def covered(customer_id: str) -> str:
    """A customer's number of which only the ends can be seen, so that nobody else is found by it.

    >>> covered("anna-2041"), covered("bo"), covered("")
    ('a***1', '***', '***')
    """
    return f"{customer_id[0]}{COVER}{customer_id[-1]}" if len(customer_id) > 3 else COVER


def lasting(time: timedelta) -> Message:
    """A length of time in whole days or hours."""
    hours, days = int(time.total_seconds() // 3600), time.days
    if time == timedelta(days=days):
        return tell("{days} days", days=days) if days != 1 else tell("one day")
    return tell("{hours} hours", hours=hours) if hours != 1 else tell("one hour")


def how_drawn(draw: KeptDraw) -> Message:
    """How tickets come to their results."""
    promise = draw.promise
    if draw.terms.mode is not Mode.INSTANT:
        return tell(
            "Every ticket from {starts} to {ends} takes part. The prizes are drawn among all of them at {held}, by "
            "{source}, which nobody can know before.",
            starts=promise.opens_at,
            ends=promise.ends_at,
            held=promise.held_at,
            source=draw.terms.source,
        )
    if promise.is_daily:
        return tell(
            "Each day from {starts} to {ends} has a deck of its own, with a fixed number of cards and prizes. A "
            "ticket of that day takes one card by chance, at once.",
            starts=promise.opens_at,
            ends=promise.ends_at,
        )
    return tell(
        "From {starts} to {ends} there is one deck with a fixed number of cards and prizes. A ticket takes one card "
        "by chance, at once.",
        starts=promise.opens_at,
        ends=promise.ends_at,
    )


# --- the terms that law wants -----------------------------------------------------------------------------


Term = tuple[Message, tuple[Message, ...]]


def terms_in_words(draw: KeptDraw) -> tuple[Term, ...]:
    """Each of the terms that law wants to be published, and what this draw's plan says of it, line by line."""
    return tuple(_terms(draw.promise, draw.terms, draw))


def _terms(promise: Promise, terms: Terms, draw: KeptDraw) -> Iterator[Term]:
    yield (
        tell("Prizes and their number"),
        tuple(tell("{gives}: {units} in all", gives=prize.gives, units=prize.units) for prize in promise.prizes),
    )
    yield tell("Value of one of each, in this order"), tuple(_values(promise))
    yield (
        tell("Who can take part"),
        (
            tell("Customers whom the campaign gives a ticket; each ticket is one chance."),
            tell("The shop's staff take no part."),
        ),
    )
    yield tell("When"), (tell("{starts} to {ends}", starts=promise.opens_at, ends=promise.ends_at),)
    if terms.mode is Mode.INSTANT and promise.use_until > promise.ends_at:
        yield tell("Tickets can be used"), (tell("until {moment}", moment=promise.use_until),)
    yield tell("How it is drawn"), (how_drawn(draw),)
    yield from _limits(terms)
    yield tell("How to get a prize"), (_redeemed(promise),)
    if promise.claim_within is not None:
        given_up = tell("a prize that is not claimed within {time} of being won", time=lasting(promise.claim_within))
        yield tell("What counts as giving up"), (given_up,)
    if promise.consoles:
        yield tell("Without a prize"), (tell("{gives}", gives=promise.consolation),)
    if promise.organiser:
        yield tell("Organiser"), (tell("{name}", name=promise.organiser),)
    if promise.contact:
        yield tell("Contact"), (tell("{contact}", contact=promise.contact),)


def _limits(terms: Terms) -> Iterator[Term]:
    if terms.wins_per_customer is not None:
        most = tell("{wins} times at most, for each customer", wins=terms.wins_per_customer)
        yield tell("How often one can win"), (most,)
    if terms.guarantee is not None:
        after = terms.guarantee.after
        said = tell("with the {after}. ticket in a row without a prize, while there are some", after=after)
        yield tell("Guaranteed prize"), (said,)


def _values(promise: Promise) -> Iterator[Message]:
    for prize in promise.prizes:
        if prize.value_minor is None:
            yield tell("no market value")
        else:
            yield tell("{value}", value=Money(prize.value_minor, promise.currency))


def _redeemed(promise: Promise) -> Message:
    if promise.claim_within is not None:
        return tell(
            "It is claimed on the page of the winning ticket, within {time} of being won. Goods are then sent to the "
            "address of the order that gave the ticket; anything else is credited at once.",
            time=lasting(promise.claim_within),
        )
    if any(prize.needs_claim for prize in promise.prizes):
        return tell(
            "Goods are claimed on the page of the winning ticket, at any time, and sent to the address of the order "
            "that gave it; anything else is credited when it is won."
        )
    return tell("What was won is credited when it is won; nothing has to be done.")
