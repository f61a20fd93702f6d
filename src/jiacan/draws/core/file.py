"""The one file of a draw that is over, and what anyone finds who derives it again."""

from __future__ import annotations

from jiacan.draws.contracts.errors import DrawFlaw
from jiacan.draws.contracts.terms import DrawFile, Drawn, Mode, Result, Terms, Verdict
from jiacan.draws.core.cards import seal
from jiacan.draws.core.hashing import canonical, sha256
from jiacan.draws.core.instant import deal
from jiacan.draws.core.log import heads_of
from jiacan.draws.core.ranking import deal_by_rank, public_head
from jiacan.draws.core.reading import check_commitment, check_rules, to_drawn, to_terms
from jiacan.draws.core.shape import LINE, digest, fields, listed, matching, parse
from jiacan.draws.core.terms import commitment_of, to_json
from jiacan.kernel.messages import Message, tell

FORMAT = "jiacan.draw/1"
FILE_FIELDS = ("format", "terms", "commitment", "rules", "seed", "tickets", "closed", "public")


def to_bytes(file: DrawFile) -> bytes:
    """The file's one form."""
    commitment = commitment_of(file.terms)
    closed = file.tickets[-1].head if file.tickets else commitment
    public = None
    if file.terms.mode is not Mode.INSTANT:
        public = {"value": file.public_value, "head": public_head(closed, file.public_value)}
    return canonical(
        {
            "format": FORMAT,
            "terms": to_json(file.terms),
            "commitment": commitment,
            "rules": file.rules,
            "seed": file.seed.hex(),
            "tickets": [ticket_json(drawn) for drawn in file.tickets],
            "closed": closed,
            "public": public,
        }
    )


def ticket_json(drawn: Drawn) -> dict[str, object]:
    """A ticket and its result, as they stand in files and receipts."""
    return {
        "id": drawn.ticket.id,
        "customer": drawn.ticket.customer,
        "deck": drawn.ticket.deck,
        "head": drawn.head,
        "card": drawn.result.card,
        "guaranteed": drawn.result.guaranteed,
        "prize": drawn.result.prize,
    }


def read(data: bytes) -> DrawFile:
    """The file's values, its promises and its log checked; results are taken as they stand.

    Raises:
        DrawFlaw: it is no such file, or something in it does not follow from the commitment and the log.
    """
    part = fields(parse(data), "", *FILE_FIELDS)
    if part["format"] != FORMAT:
        raise DrawFlaw("/format", tell("it has to be {format}", format=FORMAT))
    terms = to_terms(part["terms"])
    commitment = check_commitment(part)
    rules = check_rules(part["rules"], terms)
    seed = bytes.fromhex(digest(part["seed"], "/seed"))
    if sha256(seed) != terms.seed_hash:
        raise DrawFlaw("/seed", tell("the seed is not the one that the terms have the hash of"))
    _check_seals(seed, terms)
    tickets = tuple(to_drawn(item, at) for at, item in listed(part["tickets"], "/tickets"))
    closed = _check_log(terms, commitment, tickets)
    if part["closed"] != closed:
        raise DrawFlaw("/closed", tell("it is not the hash that seals the last ticket"))
    return DrawFile(terms, rules, seed, tickets, _public_value(part["public"], terms, closed))


def _check_seals(seed: bytes, terms: Terms) -> None:
    for place, sealed in enumerate(terms.decks):
        if seal(seed, sealed.deck, terms.mode) != sealed:
            raise DrawFlaw(f"/terms/decks/{place}/root", _unsealed(sealed.deck.id))
    if terms.guarantee is not None:
        sealed = terms.guarantee.sealed
        if seal(seed, sealed.deck, terms.mode) != sealed:
            raise DrawFlaw("/terms/guarantee/deck/root", _unsealed(sealed.deck.id))


def _unsealed(deck_id: str) -> Message:
    return tell("the cards of the deck {deck} that follow from the seed have another root", deck=deck_id)


def _check_log(terms: Terms, commitment: str, tickets: tuple[Drawn, ...]) -> str:
    decks = {sealed.deck.id for sealed in terms.decks}
    heads = heads_of(commitment, (drawn.ticket for drawn in tickets))
    known: set[str] = set()
    head = commitment
    for place, (drawn, head) in enumerate(zip(tickets, heads, strict=True)):
        if drawn.ticket.deck not in decks:
            raise DrawFlaw(f"/tickets/{place}/deck", tell("there is no deck {deck}", deck=drawn.ticket.deck))
        if drawn.ticket.id in known:
            raise DrawFlaw(f"/tickets/{place}/id", tell("the ticket {ticket} is there twice", ticket=drawn.ticket.id))
        if drawn.head != head:
            raise DrawFlaw(
                f"/tickets/{place}",
                tell("ticket {ticket} or its place in the log was changed", ticket=drawn.ticket.id),
            )
        known.add(drawn.ticket.id)
    return head


def _public_value(value: object, terms: Terms, closed: str) -> str:
    if terms.mode is Mode.INSTANT:
        if value is not None:
            raise DrawFlaw("/public", tell("an instant draw takes no public value"))
        return ""
    part = fields(value, "/public", "value", "head")
    stated = matching(part["value"], "/public/value", LINE)
    if part["head"] != public_head(closed, stated):
        raise DrawFlaw("/public", tell("the public value was changed after it was recorded"))
    return stated


# --- verifying --------------------------------------------------------------------------------------------


def examine(data: bytes) -> tuple[Verdict, DrawFile | None]:
    """The verdict on a file, and its values where its promises and its log hold."""
    file, commitment = None, ""
    try:
        file = read(data)
        commitment = commitment_of(file.terms)
        return Verdict(_check_results(file), commitment), file
    except DrawFlaw as flaw:
        return Verdict(flaw.checked, commitment, flaw.where, flaw.why), file


def verify(data: bytes) -> Verdict:
    """Derive everything in the file again, and say where the first thing stands that does not follow."""
    return examine(data)[0]


def _check_results(file: DrawFile) -> int:
    for place, (drawn, result) in enumerate(zip(file.tickets, results_of(file), strict=True)):
        for name in ("card", "guaranteed", "prize"):
            if getattr(drawn.result, name) != getattr(result, name):
                why = tell("ticket {ticket} has another result by the seed and the log", ticket=drawn.ticket.id)
                raise DrawFlaw(f"/tickets/{place}/{name}", why, checked=place)
    return len(file.tickets)


def results_of(file: DrawFile) -> list[Result]:
    """Every ticket's result, from seed, log and public value alone."""
    if file.terms.mode is Mode.INSTANT:
        return list(deal(file.seed, file.terms, ((drawn.ticket, drawn.head) for drawn in file.tickets)))
    return deal_by_rank(
        file.seed,
        file.terms,
        customers=[drawn.ticket.customer for drawn in file.tickets],
        heads=[drawn.head for drawn in file.tickets],
        closed=file.tickets[-1].head if file.tickets else commitment_of(file.terms),
        value=file.public_value,
    )
