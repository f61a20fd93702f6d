"""A receipt with which one ticket is checked alone, before the seed is known and after."""

from __future__ import annotations

from jiacan.draws.contracts.errors import DrawFlaw
from jiacan.draws.contracts.terms import CardProof, DrawFile, Drawn, Receipt, SealedDeck, Terms, Verdict
from jiacan.draws.core.cards import prove, was_sealed
from jiacan.draws.core.file import ticket_json
from jiacan.draws.core.hashing import canonical
from jiacan.draws.core.log import head_after
from jiacan.draws.core.reading import check_commitment, to_card, to_drawn, to_terms
from jiacan.draws.core.shape import digest, fields, listed, number, parse
from jiacan.draws.core.terms import commitment_of, to_json
from jiacan.kernel.messages import tell

FORMAT = "jiacan.draw-ticket/1"
RECEIPT_FIELDS = ("format", "terms", "commitment", "number", "before", "ticket", "cards")


def make_receipt(seed: bytes, terms: Terms, *, number: int, before: str, drawn: Drawn) -> Receipt:
    """The receipt of a ticket that has its result; it makes the trees of the cards' decks anew."""
    return Receipt(terms, number, before, drawn, tuple(_proofs(seed, terms, drawn)))


def _proofs(seed: bytes, terms: Terms, drawn: Drawn) -> list[CardProof]:
    return [prove(seed, sealed.deck, terms.mode, position) for sealed, position in taken_by(terms, drawn)]


def taken_by(terms: Terms, drawn: Drawn) -> list[tuple[SealedDeck, int]]:
    """The cards that a ticket took: of its deck, and of the guarantee."""
    found = []
    if drawn.result.card is not None:
        decks = {sealed.deck.id: sealed for sealed in terms.decks}
        found.append((decks[drawn.ticket.deck], drawn.result.card))
    if drawn.result.guaranteed is not None and terms.guarantee is not None:
        found.append((terms.guarantee.sealed, drawn.result.guaranteed))
    return found


def to_bytes(receipt: Receipt) -> bytes:
    """The receipt's one form."""
    cards = [
        {
            "deck": card.deck,
            "position": card.position,
            "prize": card.prize,
            "salt": card.salt,
            "path": list(card.path),
        }
        for card in receipt.cards
    ]
    return canonical(
        {
            "format": FORMAT,
            "terms": to_json(receipt.terms),
            "commitment": commitment_of(receipt.terms),
            "number": receipt.number,
            "before": receipt.before,
            "ticket": ticket_json(receipt.drawn),
            "cards": cards,
        }
    )


def read(data: bytes) -> Receipt:
    """The receipt, once it is sure that its ticket is sealed and that its cards were in their decks.

    Raises:
        DrawFlaw: it is no such receipt, or something in it does not follow from the commitment.
    """
    part = fields(parse(data), "", *RECEIPT_FIELDS)
    if part["format"] != FORMAT:
        raise DrawFlaw("/format", tell("it has to be {format}", format=FORMAT))
    terms = to_terms(part["terms"])
    check_commitment(part)
    receipt = Receipt(
        terms=terms,
        number=number(part["number"], "/number", least=1),
        before=digest(part["before"], "/before"),
        drawn=to_drawn(part["ticket"], "/ticket"),
        cards=tuple(to_card(item, at) for at, item in listed(part["cards"], "/cards")),
    )
    _check_ticket(receipt)
    _check_cards(receipt)
    return receipt


def _check_ticket(receipt: Receipt) -> None:
    drawn, terms = receipt.drawn, receipt.terms
    if drawn.ticket.deck not in {sealed.deck.id for sealed in terms.decks}:
        raise DrawFlaw("/ticket/deck", tell("there is no deck {deck}", deck=drawn.ticket.deck))
    if receipt.number == 1 and receipt.before != commitment_of(terms):
        raise DrawFlaw("/before", tell("the first ticket follows the commitment"))
    if head_after(receipt.before, receipt.number, drawn.ticket) != drawn.head:
        raise DrawFlaw("/ticket", tell("ticket {ticket} or its place in the log was changed", ticket=drawn.ticket.id))


def _check_cards(receipt: Receipt) -> None:
    if receipt.drawn.result.guaranteed is not None and receipt.terms.guarantee is None:
        raise DrawFlaw("/ticket/guaranteed", tell("the draw guarantees no prize"))
    taken = taken_by(receipt.terms, receipt.drawn)
    stated = [(card.deck, card.position) for card in receipt.cards]
    if stated != [(sealed.deck.id, position) for sealed, position in taken]:
        raise DrawFlaw("/cards", tell("they are not the cards that the ticket took"))
    for place, (card, (sealed, _)) in enumerate(zip(receipt.cards, taken, strict=True)):
        if not was_sealed(card, sealed):
            raise DrawFlaw(f"/cards/{place}", tell("this card was not in the deck {deck}", deck=card.deck))
    won = next((card.prize for card in receipt.cards if card.prize), "")
    if receipt.drawn.result.prize != won:
        raise DrawFlaw("/ticket/prize", tell("its cards give another prize"))


def check_receipt(data: bytes) -> Verdict:
    """Whether a ticket's receipt follows from its commitment."""
    try:
        return Verdict(1, commitment_of(read(data).terms))
    except DrawFlaw as flaw:
        return Verdict(0, "", flaw.where, flaw.why)


def receipt_from(file: DrawFile, place: int) -> Receipt:
    """The receipt of the ticket at that place of the log, from 0."""
    before = file.tickets[place - 1].head if place else commitment_of(file.terms)
    return make_receipt(file.seed, file.terms, number=place + 1, before=before, drawn=file.tickets[place])


def check_against(receipt: Receipt, file: DrawFile) -> None:
    """Hold a receipt that was kept against the file that was published.

    Raises:
        DrawFlaw: the file is of other terms, or has another ticket at the receipt's place.
    """
    if receipt.terms != file.terms:
        raise DrawFlaw("/terms", tell("the file is of a draw with other terms than the receipt"))
    place = receipt.number - 1
    if place >= len(file.tickets):
        raise DrawFlaw("/tickets", tell("the ticket {ticket} is not in the file", ticket=receipt.drawn.ticket.id))
    if file.tickets[place] != receipt.drawn:
        why = tell("the file has something else at the place of ticket {ticket}", ticket=receipt.drawn.ticket.id)
        raise DrawFlaw(f"/tickets/{place}", why)
