"""Files and receipts of draws, checked by whoever has them: no database, no secret."""

from __future__ import annotations

from pathlib import Path

from jiacan.draws.contracts.errors import DrawFlaw, TicketUnknown
from jiacan.draws.contracts.terms import DrawFile, Examined, Verdict
from jiacan.draws.core import receipts
from jiacan.draws.core.file import examine
from jiacan.draws.core.terms import commitment_of
from jiacan.draws.readers.files import read_bytes
from jiacan.kernel.messages import tell


def verify_file(path: Path, *, ticket: str = "", commitment: str = "") -> Examined:
    """Derive every result of a draw's file again; `commitment` is what was published before the first ticket.

    Raises:
        JiacanError: the file cannot be read, or does not have the ticket that is asked for.
    """
    verdict, file = examine(read_bytes(path))
    if verdict.ok and commitment and commitment.strip().lower() != verdict.commitment:
        why = tell("the file keeps another promise, {commitment}, than you were given", commitment=verdict.commitment)
        verdict = Verdict(verdict.checked, verdict.commitment, "/commitment", why)
    return _with_ticket(verdict, file, ticket) if ticket and file is not None else Examined(verdict)


def _with_ticket(verdict: Verdict, file: DrawFile, asked: str) -> Examined:
    for number, drawn in enumerate(file.tickets, start=1):
        if drawn.ticket.id == asked:
            return Examined(verdict, number, drawn)
    if verdict.ok:
        raise TicketUnknown(asked)
    return Examined(verdict)


def check_receipt(path: Path, *, file: Path | None = None) -> Examined:
    """Check one ticket by its receipt alone, or also against the draw's file, which is then verified too.

    Raises:
        JiacanError: a file cannot be read.
    """
    try:
        receipt = receipts.read(read_bytes(path))
    except DrawFlaw as flaw:
        return Examined(Verdict(0, "", flaw.where, flaw.why))
    verdict = Verdict(1, commitment_of(receipt.terms))
    if file is not None:
        verdict, published = examine(read_bytes(file))
        try:
            if published is not None:
                receipts.check_against(receipt, published)
        except DrawFlaw as flaw:
            verdict = Verdict(0, verdict.commitment, flaw.where, flaw.why)
    return Examined(verdict, receipt.number, receipt.drawn)
