"""Why the server cannot start, in words."""

from __future__ import annotations

from dataclasses import dataclass

from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell


@dataclass(eq=False)
class PortTaken(JiacanError):
    """Something else listens there already, or we may not."""

    host: str
    port: int
    reason: str

    def message(self) -> Message:
        return tell(
            "Cannot listen on {host}, port {port}: {reason}. "
            "Name another port by --port, or another address by --host.",
            host=self.host,
            port=str(self.port),
            reason=self.reason,
        )


@dataclass(eq=False)
class ServerRunning(JiacanError):
    """Another server lives in this home."""

    home: str

    def message(self) -> Message:
        return tell(
            "A server is running already on {home}. Stop it first, or name another folder by JIACAN_HOME.",
            home=self.home,
        )


@dataclass(eq=False)
class HomeNotWritable(JiacanError):
    """The server cannot keep its files in its home."""

    home: str
    reason: Message

    def message(self) -> Message:
        return tell(
            "The server cannot keep its files in {home}: {reason}. Name another folder by JIACAN_HOME.",
            home=self.home,
            reason=self.reason,
        )


@dataclass(eq=False)
class NotReady(JiacanError):
    """The parts started, and yet the server does not answer."""

    seconds: int

    def message(self) -> Message:
        return tell(
            "The server was not ready within {seconds} seconds. The lines of its log above say what is missing.",
            seconds=self.seconds,
        )
