"""Terms, tickets and proofs from their JSON form."""

from __future__ import annotations

from typing import Any

from jiacan.draws.contracts.errors import DrawFlaw
from jiacan.draws.contracts.terms import (
    CardProof,
    Deck,
    Drawn,
    Guarantee,
    Mode,
    PrizeUnits,
    Result,
    SealedDeck,
    Terms,
    Ticket,
)
from jiacan.draws.core.hashing import canonical, sha256
from jiacan.draws.core.shape import (
    LINE,
    digest,
    fields,
    listed,
    matching,
    number,
    number_or_none,
    text,
    word,
)
from jiacan.draws.core.terms import flaws_of
from jiacan.kernel.messages import tell

TICKET_FIELDS = ("id", "customer", "deck", "head", "card", "guaranteed", "prize")


def to_terms(value: object) -> Terms:
    """The terms, as they stand in a file.

    Raises:
        DrawFlaw: a field is missing, too much or not of its kind, or the terms contradict themselves.
    """
    at = "/terms"
    names = ("draw", "mode", "plan", "rules_hash", "seed_hash", "source", "wins_per_customer", "guarantee", "decks")
    part = fields(value, at, *names)
    draw, mode = word(part["draw"], f"{at}/draw"), _mode(part["mode"], f"{at}/mode")
    plan = fields(part["plan"], f"{at}/plan", "id", "version")
    plan_id = word(plan["id"], f"{at}/plan/id")
    terms = Terms(
        draw=draw,
        mode=mode,
        plan_id=plan_id,
        plan_version=number(plan["version"], f"{at}/plan/version", least=1),
        rules_hash=digest(part["rules_hash"], f"{at}/rules_hash"),
        seed_hash=digest(part["seed_hash"], f"{at}/seed_hash"),
        source=_line_or_empty(part["source"], f"{at}/source"),
        wins_per_customer=number_or_none(part["wins_per_customer"], f"{at}/wins_per_customer", least=1),
        guarantee=_to_guarantee(part["guarantee"], f"{at}/guarantee"),
        decks=tuple(_to_deck(item, place) for place, item in listed(part["decks"], f"{at}/decks")),
    )
    for flaw in flaws_of(terms):
        raise flaw
    return terms


def _mode(value: object, at: str) -> Mode:
    modes = tuple(Mode)
    if value not in modes:
        raise DrawFlaw(at, tell("it has to be one of {modes}", modes=modes))
    return Mode(str(value))


def _line_or_empty(value: object, at: str) -> str:
    return "" if value == "" else matching(value, at, LINE)


def _to_guarantee(value: object, at: str) -> Guarantee | None:
    if value is None:
        return None
    part = fields(value, at, "after", "deck")
    return Guarantee(number(part["after"], f"{at}/after", least=1), _to_deck(part["deck"], f"{at}/deck"))


def _to_deck(value: object, at: str) -> SealedDeck:
    part = fields(value, at, "id", "cards", "prizes", "root")
    deck = Deck(
        id=word(part["id"], f"{at}/id"),
        cards=number(part["cards"], f"{at}/cards", least=1),
        prizes=tuple(_to_prize(item, place) for place, item in listed(part["prizes"], f"{at}/prizes")),
    )
    return SealedDeck(deck, digest(part["root"], f"{at}/root"))


def _to_prize(value: object, at: str) -> PrizeUnits:
    part = fields(value, at, "id", "units")
    return PrizeUnits(word(part["id"], f"{at}/id"), number(part["units"], f"{at}/units", least=1))


def to_drawn(value: object, at: str) -> Drawn:
    """A ticket with its result."""
    part = fields(value, at, *TICKET_FIELDS)
    ticket = Ticket(
        id=word(part["id"], f"{at}/id"),
        customer=word(part["customer"], f"{at}/customer"),
        deck=word(part["deck"], f"{at}/deck"),
    )
    head = digest(part["head"], f"{at}/head")
    result = Result(
        card=number_or_none(part["card"], f"{at}/card", least=0),
        guaranteed=number_or_none(part["guaranteed"], f"{at}/guaranteed", least=0),
        prize=_word_or_empty(part["prize"], f"{at}/prize"),
    )
    return Drawn(ticket, head, result)


def _word_or_empty(value: object, at: str) -> str:
    return "" if value == "" else word(value, at)


def to_card(value: object, at: str) -> CardProof:
    """A card with its proof."""
    part = fields(value, at, "deck", "position", "prize", "salt", "path")
    return CardProof(
        deck=word(part["deck"], f"{at}/deck"),
        position=number(part["position"], f"{at}/position", least=0),
        prize=_word_or_empty(part["prize"], f"{at}/prize"),
        salt=digest(part["salt"], f"{at}/salt"),
        path=tuple(digest(item, place) for place, item in listed(part["path"], f"{at}/path")),
    )


def check_commitment(part: dict[str, Any]) -> str:
    """The commitment that stands beside the terms.

    Raises:
        DrawFlaw: it is not the terms' own.
    """
    stated = digest(part["commitment"], "/commitment")
    if sha256(canonical(part["terms"])) != stated:
        raise DrawFlaw("/terms", tell("the terms are not those of the commitment; one of them was changed"))
    return stated


def check_rules(rules: object, terms: Terms) -> str:
    """The rules' text.

    Raises:
        DrawFlaw: its hash is not the one in the terms.
    """
    stated = text(rules, "/rules")
    if sha256(stated.encode()) != terms.rules_hash:
        raise DrawFlaw("/rules", tell("the rules are not those that the terms have the hash of"))
    return stated
