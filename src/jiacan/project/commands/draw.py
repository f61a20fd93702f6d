"""`jiacan draw`: closing one, its public value, its file, and whether it kept to what was promised beforehand."""

from __future__ import annotations

from pathlib import Path

from django.utils import timezone

from jiacan.draws.contracts.errors import NotHeld
from jiacan.draws.contracts.kept import DrawState, KeptDraw
from jiacan.draws.contracts.terms import Drawn, Examined, Mode
from jiacan.draws.facade import holding, reading, revealing, verifying
from jiacan.kernel.errors import FileUnwritable, system_reason
from jiacan.kernel.messages import Message, tell
from jiacan.kernel.places import long_at_place
from jiacan.offers.contracts.rules import PlanRules
from jiacan.plans import facade as plans
from jiacan.plans.contracts.errors import PlanHasErrors
from jiacan.project import database
from jiacan.project.output import COMMON, Common, Screen, screen
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import COMMAND_LINE


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


def export(plan: str, draw_id: str, /, *, to: Path, common: Common = COMMON) -> int:
    """Write the file from which anyone can derive every result again; there is one when the draw is over.

    Parameters
    ----------
    plan
        The plan's file.
    draw_id
        The draw, as the plan names it.
    to
        Where to write it.
    """
    out, rules = _open(plan, common)
    shop = tenancy.get_shop(rules.shop)
    with long_at_place(shop.id):
        data = revealing.file_of(shop.id, rules.plan_id, draw_id)
        kept = reading.get_draw(shop.id, rules.plan_id, draw_id)
    if data is None:
        raise NotHeld(draw=draw_id, why=tell("its file is published when it is over and its seed is revealed"))
    try:
        to.write_bytes(data)
    except OSError as error:
        raise FileUnwritable(path=str(to), reason=system_reason(error)) from error
    if not out.json:
        out.say(tell("Wrote {path}.", path=str(to)))
    return _tell(kept, out)


def close(plan: str, draw_id: str, /, *, common: Common = COMMON) -> int:
    """Close a draw whose time for tickets is over, as the server's clock does.

    Parameters
    ----------
    plan
        The plan's file.
    draw_id
        The draw, as the plan names it.
    """
    out, rules = _open(plan, common)
    shop, now = tenancy.get_shop(rules.shop), timezone.now()
    with long_at_place(shop.id):
        closed = holding.close_draw(shop.id, rules.plan_id, draw_id, actor=COMMAND_LINE, at=now)
        if closed.state is DrawState.OVER:
            closed = revealing.reveal(shop.id, rules.plan_id, draw_id, actor=COMMAND_LINE, at=now)
    return _tell(closed, out)


def value(plan: str, draw_id: str, public_value: str, /, *, note: str, common: Common = COMMON) -> int:
    """Enter the public value of a draw that is closed; a scheduled draw is then carried out.

    Parameters
    ----------
    plan
        The plan's file.
    draw_id
        The draw, as the plan names it.
    public_value
        The value, as its source gives it.
    note
        Where it was read.
    """
    out, rules = _open(plan, common)
    shop, now = tenancy.get_shop(rules.shop), timezone.now()
    with long_at_place(shop.id):
        drawn = holding.enter_value(
            shop.id, rules.plan_id, draw_id, public_value, note=note, actor=COMMAND_LINE, at=now
        )
        if drawn.terms.mode is Mode.SCHEDULED:
            holding.carry_out(shop.id, rules.plan_id, draw_id, at=now)
            drawn = revealing.reveal(shop.id, rules.plan_id, draw_id, actor=COMMAND_LINE, at=now)
    return _tell(drawn, out)


def _open(plan: str, common: Common) -> tuple[Screen, PlanRules]:
    checked = plans.read_plan(plan)
    if checked.rules is None:
        raise PlanHasErrors(source=checked.source, problems=checked.errors)
    database.open_database()
    return screen(common, checked.rules.zone), checked.rules


def _tell(draw: KeptDraw, out: Screen) -> int:
    if out.json:
        out.print_json(
            {
                "draw": draw.draw_id,
                "state": draw.state.value,
                "tickets": draw.tickets,
                "head": draw.head,
                "commitment": draw.commitment,
                "public_value": draw.public_value,
            }
        )
        return 0
    out.say(tell("{count} tickets, sealed by {head}.", count=draw.tickets, head=draw.head))
    out.say(tell("Commitment: {commitment}.", commitment=draw.commitment))
    return 0
