"""What names mean at this moment, asked of the system's resolver."""

from __future__ import annotations

import socket
from collections.abc import Callable

Resolver = Callable[[str, int], tuple[str, ...]]
"""From a host name and a port to every address that it has now; empty where it has none."""


def resolve(host: str, port: int) -> tuple[str, ...]:
    """Every address of the host, in the system's order of preference."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))
