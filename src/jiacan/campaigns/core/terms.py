"""A campaign's terms in words, from its plan alone: draws with their odds, and what law wants to be shown.

Source: 规范促销行为暂行规定 (2020) Arts 13, 14 and 20: kinds of prize, who can take part and how, when and how it is
drawn, value, name, number or odds, redemption, organiser and contact; conditions and time limit of every gift.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

from jiacan.campaigns.contracts.public import DrawWords, PrizeWords, Term
from jiacan.campaigns.core.mall_terms import mall_term
from jiacan.draws.contracts.terms import Mode
from jiacan.kernel.messages import Message, tell
from jiacan.kernel.periods import Period
from jiacan.members.contracts.birthdays import BirthdayOffer, GivenOn
from jiacan.members.contracts.check_in import Asks, Challenge
from jiacan.offers.contracts.benefits import Benefit
from jiacan.offers.contracts.rules import PlanRules, Trigger
from jiacan.plans.contracts.document import Draw, PlanDocument, Prize

_ASKS = {Asks.ALL: tell("all"), Asks.ANY: tell("any of the")}
_GIVEN_ON = {
    GivenOn.DAY: tell("Given on a birthday"),
    GivenOn.MONTH_START: tell("Given on the first day of a birthday's month"),
}
InWords = Callable[[Iterable[Benefit]], tuple[Message, ...]]


def draw_words(draw: Draw, rules: PlanRules, in_words: InWords, *, code: str) -> DrawWords:
    """The draw as its plan fixes it, with the odds of each prize in a full deck; `code` leads to its own page."""
    days = draw.during.days(rules.zone)

    def prize(of: Prize) -> PrizeWords:
        named = None if of.days is None else tuple(day for n, day in enumerate(days, start=1) if n in of.days)
        (gives,) = in_words([of.benefit])
        return PrizeWords(gives, of.units, None if draw.tickets is None else draw.tickets / of.units, named)

    return DrawWords(
        code=code,
        name=draw.name,
        how=_how_drawn(draw),
        is_daily=draw.is_daily,
        prizes=tuple(prize(each) for each in draw.prizes),
        consolation=in_words(draw.consolation),
    )


def _how_drawn(draw: Draw) -> Message:
    period = draw.during
    if draw.tickets is None:
        return tell(
            "Tickets from {starts} to {ends} take part; the prizes are drawn among them at {held}, by {source}:",
            starts=period.starts_at,
            ends=period.ends_at,
            held=draw.held_at,
            source=draw.source,
        )
    if draw.is_daily:
        return tell(
            "Each day from {starts} to {ends} has one deck of {tickets} tickets with these prizes in it:",
            starts=period.starts_at,
            ends=period.ends_at,
            tickets=draw.tickets,
        )
    return tell(
        "From {starts} to {ends} there is one deck of {tickets} tickets with these prizes in it:",
        starts=period.starts_at,
        ends=period.ends_at,
        tickets=draw.tickets,
    )


def terms_of(document: PlanDocument, rules: PlanRules, run: Period) -> tuple[Term, ...]:
    """What law wants every customer to be able to read before they take part."""
    return tuple(_terms(document, rules, run))


def _terms(document: PlanDocument, rules: PlanRules, run: Period) -> Iterator[Term]:
    organiser = document.organiser
    yield Term(tell("Organiser"), None if organiser is None else tell("{name}", name=organiser.name))
    yield Term(tell("Contact"), None if organiser is None else tell("{contact}", contact=organiser.contact))
    yield Term(
        tell("When"),
        tell(
            "{starts} to {ends}, by the clock of {zone}",
            starts=run.starts_at,
            ends=run.ends_at - timedelta(minutes=1),
            zone=rules.zone.key,
        ),
    )
    yield Term(tell("Who can take part"), _audience(rules))
    for challenge in document.challenges:
        yield challenge_term(challenge)
    for item in document.mall:
        yield mall_term(item, rules)
    for offer in document.birthdays:
        yield birthday_term(offer)
    yield Term(
        tell("In what order"),
        tell("Orders are served in the order in which they were paid; what is limited ends when it is given out."),
    )
    if any(draw.mode is Mode.INSTANT for draw in document.draws):
        yield Term(
            tell("How prizes are drawn at once"),
            tell(
                "A deck has a fixed number of tickets with the prizes named above in it; a ticket takes one of its "
                "cards by chance. Nobody can be appointed a winner."
            ),
        )
    if any(draw.mode is not Mode.INSTANT for draw in document.draws):
        yield Term(
            tell("How prizes are drawn at one hour"),
            tell(
                "All tickets are ranked by chance when no more can come, and the prizes named above go down the "
                "ranking. Nobody can be appointed a winner."
            ),
        )
    yield Term(
        tell("When goods come back"),
        tell("What the goods that are kept would not have earned is taken back, as each offer says above."),
    )
    if rules.holdout_share > 0:
        yield Term(
            tell("Measuring"),
            tell(
                "To measure whether the campaign works, {share}% of customers, chosen by their number alone, take "
                "part in no offer.",
                share=round(rules.holdout_share * 100),
            ),
        )
    yield Term(
        tell("If the rules change"),
        tell("Every version of the rules that was in force is kept; each receipt names the one it was given under."),
    )


def challenge_term(challenge: Challenge) -> Term:
    """How days of a check-in challenge count; what they bring stands with the offers."""
    terms = challenge.make_up
    period = challenge.during
    said = tell(
        "Every customer but the shop's own staff, from {starts} to {ends}: a day counts when {asks} tasks are done "
        "on it",
        starts=period.starts_at,
        ends=period.ends_at - timedelta(minutes=1),
        asks=_ASKS[challenge.asks],
    )
    if terms is None:
        made_up = tell("a missed day cannot be made up")
    else:
        made_up = tell(
            "{days} missed days can be made up, each within {within} days, {price}",
            days=terms.days,
            within=terms.within_days,
            price=tell("for {points} points each", points=terms.points) if terms.points else tell("for nothing"),
        )
    again = tell("the rewards then begin anew") if challenge.again else tell("each reward is given once")
    return Term(
        tell("Checking in: {challenge}", challenge=challenge.name),
        tell("{said}; {made_up}; {again}.", said=said, made_up=made_up, again=again),
    )


def birthday_term(offer: BirthdayOffer) -> Term:
    """When an offer for birthdays is given; what it brings stands with the offers."""
    known = (
        tell("whoever told the shop their birthday by then")
        if not offer.known_for_days
        else tell("whoever told the shop their birthday {days} days before or earlier", days=offer.known_for_days)
    )
    return Term(
        tell("Birthdays: {offer}", offer=offer.name),
        tell(
            "{on} that lies from {starts} to {ends}, once a year, to {known}; 29 February is kept on the 28th where "
            "there is none.",
            on=_GIVEN_ON[offer.on],
            starts=offer.during.starts_at,
            ends=offer.during.ends_at - timedelta(minutes=1),
            known=known,
        ),
    )


def _audience(rules: PlanRules) -> Message:
    referral = any(offer.trigger is Trigger.REFERRAL_COMPLETED for offer in rules.offers)
    words = tell("Customers of the shop with an order paid in that time, where an offer says no more")
    out = tell("orders without a customer account, and the shop's own staff, take no part")
    if referral:
        return tell("{words}, and friends they bring; {out}.", words=words, out=out)
    return tell("{words}; {out}.", words=words, out=out)
