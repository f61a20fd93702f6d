"""`jiacan draw`: whether a draw kept to what was promised before its first ticket."""

from __future__ import annotations

from pathlib import Path

from jiacan.draws.contracts.terms import Drawn, Examined
from jiacan.draws.facade import verifying
from jiacan.kernel.messages import Message, tell
from jiacan.project.output import COMMON, Common, Screen, screen


def verify(file: Path, /, *, ticket: str = "", commitment: str = "", common: Common = COMMON) -> int:
    """Derive every result of a draw's file again; exit 1 where one does not follow.

    Parameters
    ----------
    file
        The file that was published when the draw was over.
    ticket
        Say what this ticket drew.
    commitment
        The commitment as it was published before the first ticket; without it, compare by eye.
    """
    examined = verifying.verify_file(file, ticket=ticket, commitment=commitment)
    held = tell("Everything follows from what was promised: {count} tickets checked.", count=examined.verdict.checked)
    return _show(examined, held, str(file), screen(common))


def check_receipt(receipt: Path, /, *, file: Path | None = None, common: Common = COMMON) -> int:
    """Check one ticket by its receipt alone; exit 1 where it does not follow from what was promised.

    Parameters
    ----------
    receipt
        The receipt, as it was handed out with the ticket.
    file
        The draw's file, once it is published: the receipt is then held against it.
    """
    examined = verifying.check_receipt(receipt, file=file)
    alone = tell("The ticket is sealed at its place, and its cards were in the decks that were promised.")
    both = tell("The receipt and the file agree, and every result in the file follows from what was promised.")
    return _show(examined, alone if file is None else both, str(receipt), screen(common))


def _show(examined: Examined, held: Message, path: str, out: Screen) -> int:
    verdict = examined.verdict
    if out.json:
        out.print_json(_to_json(examined, out))
    elif verdict.why is not None:
        out.say(tell("{path} does not hold. {where}: {why}.", path=path, where=verdict.where, why=verdict.why))
        if verdict.checked:
            out.say(tell("{count} tickets before it hold.", count=verdict.checked))
    else:
        out.say(held)
        out.say(
            tell(
                "Commitment: {commitment}. It has to be the one that was published before the first ticket.",
                commitment=verdict.commitment,
            )
        )
        if examined.ticket is not None:
            out.say(_ticket_words(examined.number, examined.ticket))
    return 0 if verdict.ok else 1


def _ticket_words(number: int, drawn: Drawn) -> Message:
    if drawn.result.prize:
        return tell(
            "Ticket {ticket}, number {number} of the log: {prize}.",
            ticket=drawn.ticket.id,
            number=str(number),
            prize=drawn.result.prize,
        )
    return tell("Ticket {ticket}, number {number} of the log: no prize.", ticket=drawn.ticket.id, number=str(number))


def _to_json(examined: Examined, out: Screen) -> dict[str, object]:
    verdict, drawn = examined.verdict, examined.ticket
    return {
        "ok": verdict.ok,
        "where": verdict.where,
        "why": None if verdict.why is None else out.words.say(verdict.why),
        "checked": verdict.checked,
        "commitment": verdict.commitment,
        "ticket": None
        if drawn is None
        else {
            "id": drawn.ticket.id,
            "number": examined.number,
            "deck": drawn.ticket.deck,
            "card": drawn.result.card,
            "guaranteed": drawn.result.guaranteed,
            "prize": drawn.result.prize,
        },
    }
