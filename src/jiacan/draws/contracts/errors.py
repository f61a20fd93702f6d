"""What can be wrong with a draw, its tickets and its prizes.

JiacanError
├── DrawFlaw          something in a file or receipt does not follow from what was promised
├── TicketUnknown     a file does not have that ticket
├── DrawImpossible    a draw cannot be announced so
├── DrawChanged       a later version changes what was announced
├── DrawUnknown       the shop has no such draw
├── ChanceUnknown     the shop has no such ticket
├── NotDrawable       a ticket cannot be drawn as things stand
├── BadNonce          what the customer's browser added is no nonce
├── StaffTakeNoPart   the ticket is a member of staff's
├── NotClaimable      a prize cannot be claimed as things stand
├── NotHeld           a draw cannot take that step as things stand
└── SeedLost          the server no longer has the key of a draw's seed
"""

from __future__ import annotations

from dataclasses import dataclass

from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell


@dataclass(eq=False)
class DrawFlaw(JiacanError):
    """Something in a draw's file or receipt that does not follow from what was promised."""

    where: str
    why: Message
    checked: int = 0

    def message(self) -> Message:
        return tell("{where}: {why}", where=self.where, why=self.why)


@dataclass(eq=False)
class DrawImpossible(JiacanError):
    """A draw that cannot be announced so."""

    draw: str
    where: str
    why: Message

    def message(self) -> Message:
        return tell(
            "The draw {draw} cannot be announced: {where}: {why}.", draw=self.draw, where=self.where, why=self.why
        )


@dataclass(eq=False)
class TicketUnknown(JiacanError):
    """A ticket that a draw's file does not have."""

    ticket: str

    def message(self) -> Message:
        return tell("The file has no ticket {ticket}; check the number on your receipt.", ticket=self.ticket)


@dataclass(eq=False)
class DrawChanged(JiacanError):
    """A later version changes what was announced of a draw, and not in its customers' favour."""

    draw: str
    fields: tuple[str, ...]

    def message(self) -> Message:
        return tell(
            "The draw {draw} is announced, and its rules cannot change after its start: {fields}. Restore them; only "
            "the time to claim may be made longer.",
            draw=self.draw,
            fields=self.fields,
        )


@dataclass(eq=False)
class DrawUnknown(JiacanError):
    """No draw of that id was announced at the shop."""

    plan_id: str
    draw: str

    def message(self) -> Message:
        return tell(
            "{plan} has no draw {draw} that was announced; check both ids, and that the plan is live.",
            plan=self.plan_id,
            draw=self.draw,
        )


@dataclass(eq=False)
class ChanceUnknown(JiacanError):
    """The shop gave no ticket of that id."""

    ticket: str

    def message(self) -> Message:
        return tell("There is no ticket {ticket} at this shop; check its id.", ticket=self.ticket)


@dataclass(eq=False)
class NotDrawable(JiacanError):
    """A ticket cannot be drawn as things stand."""

    ticket: str
    why: Message

    def message(self) -> Message:
        return tell("The ticket {ticket} cannot be drawn: {why}.", ticket=self.ticket, why=self.why)


@dataclass(eq=False)
class BadNonce(JiacanError):
    """What the customer's browser added is no nonce."""

    def message(self) -> Message:
        return tell(
            "A nonce has 16 to 64 letters, digits, `_` and `-`; let the customer's own browser make it by chance."
        )


@dataclass(eq=False)
class StaffTakeNoPart(JiacanError):
    """The ticket is a member of staff's."""

    def message(self) -> Message:
        return tell("The shop's own staff take no part in its draws.")


@dataclass(eq=False)
class NotClaimable(JiacanError):
    """A prize cannot be claimed as things stand."""

    ticket: str
    why: Message

    def message(self) -> Message:
        return tell("Nothing can be claimed with the ticket {ticket}: {why}.", ticket=self.ticket, why=self.why)


@dataclass(eq=False)
class NotHeld(JiacanError):
    """A draw cannot take that step as things stand."""

    draw: str
    why: Message

    def message(self) -> Message:
        return tell("The draw {draw} cannot take this step: {why}.", draw=self.draw, why=self.why)


@dataclass(eq=False)
class SeedLost(JiacanError):
    """The seed was sealed under a key that the server no longer has."""

    draw: str

    def message(self) -> Message:
        return tell(
            "The seed of the draw {draw} cannot be read since the server's own key changed; put the former key back "
            "among the fallbacks of the secret key.",
            draw=self.draw,
        )
