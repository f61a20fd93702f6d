"""A draw as its public pages show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from jiacan.draws.contracts.kept import DrawLeft, DrawState, KeptDraw, PromisedPrize
from jiacan.draws.contracts.photographs import KeptPhotograph
from jiacan.draws.contracts.terms import Deck, Mode, SealedDeck
from jiacan.draws.core import words
from jiacan.kernel.messages import Message, Name, tell
from jiacan.tenancy.contracts import Shop

Photographs = Mapping[str, KeptPhotograph]
"""A draw's photographs, by prize."""


@dataclass(frozen=True, slots=True)
class ShownPhotograph:
    """A prize's photograph: its address, its sides in pixels, and what it shows."""

    address: str
    width: int
    height: int
    shows: Name


@dataclass(frozen=True, slots=True)
class ShownPrize:
    """A prize: how many there are, how many are left, and more lines about it."""

    id: str
    gives: Name
    units: int
    left: int
    lines: tuple[Message, ...]
    photograph: ShownPhotograph | None


@dataclass(frozen=True, slots=True)
class ShownCards:
    """Prizes of one kind in a deck, with the odds of a full deck."""

    gives: Name
    units: int
    left: int
    odds: Message


@dataclass(frozen=True, slots=True)
class ShownDeck:
    """A deck from which tickets take cards."""

    name: Message
    cards: int
    left: int
    prizes: tuple[ShownCards, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a draw stands: a look, a word, and since or until when."""

    look: str
    word: Message
    when: Message


@dataclass(frozen=True, slots=True)
class ShownDraw:
    """A draw and its pages' addresses."""

    shop: str
    kept: KeptDraw
    standing: Standing
    how: Message
    prizes: tuple[ShownPrize, ...]
    decks: tuple[ShownDeck, ...]
    terms: tuple[words.Term, ...]
    roots: tuple[tuple[Message, str], ...]
    campaign_address: str

    @property
    def name(self) -> Name:
        """What it is called."""
        return self.kept.promise.name

    @property
    def is_over(self) -> bool:
        """Whether every ticket has its result."""
        return self.kept.state is DrawState.OVER

    @property
    def address(self) -> str:
        """Its public page."""
        return reverse("draw-public", args=[self.kept.code])

    @property
    def winners_address(self) -> str:
        """The list of who won."""
        return reverse("draw-winners", args=[self.kept.code])

    @property
    def check_address(self) -> str:
        """The page that checks it."""
        return reverse("draw-check", args=[self.kept.code])

    @property
    def file_address(self) -> str:
        """Its file; empty until that is published."""
        return reverse("draw-file", args=[self.kept.code]) if self.kept.revealed_at is not None else ""

    @property
    def qr_address(self) -> str:
        """A picture of its public page's address."""
        return reverse("draw-qr", args=[self.kept.code])


def shown_draw(shop: Shop, draw: KeptDraw, counted: DrawLeft, photographs: Photographs, *, at: datetime) -> ShownDraw:
    """The draw in words, with what is left."""
    instant = draw.terms.mode is Mode.INSTANT
    by_id = {prize.id: prize for prize in draw.promise.prizes}
    return ShownDraw(
        shop=shop.name,
        kept=draw,
        standing=standing_of(draw, at=at),
        how=words.how_drawn(draw),
        prizes=shown_prizes(draw, counted, photographs),
        decks=tuple(_deck(sealed.deck, by_id, counted) for sealed in draw.terms.decks) if instant else (),
        terms=words.terms_in_words(draw),
        roots=tuple((deck_name(sealed.deck.id), sealed.root) for sealed in sealed_decks(draw)),
        campaign_address=f"/c/{shop.slug}/{draw.plan_id}/",
    )


def sealed_decks(draw: KeptDraw) -> Iterator[SealedDeck]:
    """Every deck of the draw, that of guaranteed prizes last."""
    yield from draw.terms.decks
    if draw.terms.guarantee is not None:
        yield draw.terms.guarantee.sealed


def deck_name(deck_id: str) -> Message:
    """A deck's name: its day, or what it is."""
    match deck_id:
        case "whole":
            return tell("all tickets")
        case "guarantee":
            return tell("guaranteed prizes")
    return tell("{day}", day=deck_id)


def standing_of(draw: KeptDraw, *, at: datetime) -> Standing:
    """How the draw stands now."""
    promise = draw.promise
    match draw.state:
        case DrawState.OPEN if at < promise.opens_at:
            return Standing("watch", tell("Begins"), tell("{moment}", moment=promise.opens_at))
        case DrawState.OPEN if at < promise.ends_at:
            return Standing("good", tell("Now on"), tell("until {moment}", moment=promise.ends_at))
        case DrawState.OPEN if draw.terms.mode is Mode.INSTANT:
            return Standing(
                "watch", tell("Last tickets"), tell("to be used until {moment}", moment=promise.use_until)
            )
        case DrawState.OPEN | DrawState.CLOSED:
            return Standing(
                "watch", tell("No more tickets"), tell("the prizes are drawn {moment}", moment=promise.held_at)
            )
        case DrawState.DRAWING:
            return Standing("watch", tell("Being drawn"), tell("{tickets} tickets take part", tickets=draw.tickets))
        case DrawState.OVER:
            return Standing("over", tell("Over"), tell("since {moment}", moment=draw.over_at))


# --- prizes and decks -------------------------------------------------------------------------------------


def shown_prizes(draw: KeptDraw, counted: DrawLeft, photographs: Photographs) -> tuple[ShownPrize, ...]:
    """Each prize with how many are left, over all decks, and its photograph."""
    drawn: dict[str, int] = {}
    for (_, prize_id), units in counted.prizes_drawn.items():
        drawn[prize_id] = drawn.get(prize_id, 0) + units
    return tuple(
        ShownPrize(
            id=prize.id,
            gives=prize.gives,
            units=prize.units,
            left=prize.units - drawn.get(prize.id, 0),
            lines=tuple(_lines(prize, draw)),
            photograph=shown_photograph(draw, prize.id, photographs),
        )
        for prize in draw.promise.prizes
    )


def shown_photograph(draw: KeptDraw, prize_id: str, photographs: Photographs) -> ShownPhotograph | None:
    """The prize's photograph, if it has one."""
    kept = photographs.get(prize_id)
    if kept is None:
        return None
    shows = next(prize.gives for prize in draw.promise.prizes if prize.id == prize_id)
    address = reverse("draw-photograph", args=[draw.code, kept.sha256])
    return ShownPhotograph(address, kept.width, kept.height, shows)


def _lines(prize: PromisedPrize, draw: KeptDraw) -> Iterator[Message]:
    if prize.guaranteed and draw.terms.guarantee is not None:
        yield tell("for the {after}. ticket in a row without a prize", after=draw.terms.guarantee.after)
    if prize.days is not None:
        yield tell("on {days}", days=prize.days)
    if draw.terms.mode is not Mode.INSTANT:
        yield tell("odds: {units} among as many tickets as take part", units=prize.units)


def _deck(deck: Deck, prizes: Mapping[str, PromisedPrize], counted: DrawLeft) -> ShownDeck:
    def cards(prize_id: str, units: int) -> ShownCards:
        left = units - counted.prizes_drawn.get((deck.id, prize_id), 0)
        odds = tell("1 in {cards}", cards=_tenths(deck.cards / units))
        return ShownCards(prizes[prize_id].gives, units, left, odds)

    return ShownDeck(
        name=deck_name(deck.id),
        cards=deck.cards,
        left=counted.cards_left.get(deck.id, deck.cards),
        prizes=tuple(cards(prize.id, prize.units) for prize in deck.prizes),
    )


def _tenths(number: float) -> str:
    return f"{number:,.1f}".removesuffix(".0")
