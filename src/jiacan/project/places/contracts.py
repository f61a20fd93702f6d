"""Servers, where shops are among them, how far a move is, and what can be wrong with any of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell

DIRECTORY_NAME = "main"
DIRECTORY_NUMBER = 0
MOST_SERVERS = 1024
IDS_PER_SERVER = 2**43
"""Each server gives out ids of a range of its own, so that rows keep theirs wherever they move. With 1,024 servers
every id is below 2^53 and exact in JSON, too."""


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL server; `url` is libpq's form or a URI."""

    number: int
    name: str
    url: str


class Stage(StrEnum):
    """How far the move of a shop is."""

    SETTLED = "settled"  # it is at its server, and nowhere else
    COPYING = "copying"  # its rows are on their way to the other server; it works on
    HELD = "held"  # the last of them are on their way; it waits
    LEFT = "left"  # it works at its new server; the other one still has its old rows


@dataclass(frozen=True, slots=True)
class Place:
    """Where a shop is, by servers' numbers; `other` has rows of it that are not in force."""

    server: int
    stage: Stage
    other: int | None
    move_id: UUID | None


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move came to: rows that were copied at first, and afterwards because they had changed meanwhile.

    A shop that was at the server already was not moved.
    """

    shop: str
    server: str
    rows: int
    rows_again: int
    jobs: int
    seconds: float
    held_seconds: float
    was_moved: bool = True


@dataclass(eq=False)
class ServersFileWrong(JiacanError):
    """The file that names the servers cannot be used."""

    path: str
    reason: Message

    def message(self) -> Message:
        return tell(
            '{path} does not name servers: {reason}. It has a table [servers] with a line name = "postgresql://…" '
            "for each; names are lower-case letters, digits and hyphens, and “main” is the first server's.",
            path=self.path,
            reason=self.reason,
        )


@dataclass(eq=False)
class ServerUnknown(JiacanError):
    """No server goes by that name, or one that has shops is no longer named."""

    name: str
    known: tuple[str, ...]

    def message(self) -> Message:
        return tell(
            "There is no server {name}; named are {known}. Servers are named in servers.toml in JIACAN_HOME.",
            name=self.name,
            known=self.known,
        )


@dataclass(eq=False)
class ServerUnreachable(JiacanError):
    """A server does not answer, or will not let us in."""

    name: str
    reason: str

    def message(self) -> Message:
        return tell(
            "The server {name} does not answer: {reason}. Start it, or correct its address in servers.toml.",
            name=self.name,
            reason=self.reason,
        )


@dataclass(eq=False)
class ServerMistaken(JiacanError):
    """Behind an address stands another server than its name says."""

    name: str
    found: str

    def message(self) -> Message:
        return tell(
            "The address of the server {name} leads to the server {found}; nothing was touched. Put the addresses in "
            "servers.toml right: each server keeps its name.",
            name=self.name,
            found=self.found,
        )


@dataclass(eq=False)
class ServerTaken(JiacanError):
    """A database that is to become a further server has shops of its own."""

    name: str

    def message(self) -> Message:
        return tell(
            "The database of the server {name} has shops of its own. Give it an empty database.",
            name=self.name,
        )


@dataclass(eq=False)
class MoveUnderWay(JiacanError):
    """Another process is moving a shop."""

    def message(self) -> Message:
        return tell("A shop is being moved already. One moves at a time; wait for it, then repeat the command.")


@dataclass(eq=False)
class NeverQuiet(JiacanError):
    """Work of the shop that takes long did not end, so the shop could not be held."""

    shop: str
    seconds: int

    def message(self) -> Message:
        return tell(
            "{shop} was not moved: for {seconds} seconds some long work of it (a run, a report, a download) did not "
            "end. It works on where it was; repeat the command when that work is over.",
            shop=self.shop,
            seconds=self.seconds,
        )


@dataclass(eq=False)
class MoveLost(JiacanError):
    """The move lost its hold of the shop, or a server, before the shop was switched."""

    shop: str
    reason: Message

    def message(self) -> Message:
        return tell(
            "{shop} was not moved ({reason}). It works on where it was; repeat the command.",
            shop=self.shop,
            reason=self.reason,
        )


@dataclass(eq=False)
class PlaceLost(JiacanError):
    """The shop was moved away while the connection to its server was lost."""

    def message(self) -> Message:
        return tell("The shop's server was lost for a moment, and the shop has moved since. Try again.")
