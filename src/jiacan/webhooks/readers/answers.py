"""What an endpoint answers to a letter: the one place that calls the outside.

The name is resolved once; every address it has is checked; and the connection goes to the very address that was
checked. So a name that means something else a moment later (DNS rebinding) leads nowhere new. Redirects are not
followed, for the same reason.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse
from threading import Event, Timer

from jiacan.webhooks.contracts import Answer, Outcome, Trouble, UrlRefused
from jiacan.webhooks.core.letters import Letter
from jiacan.webhooks.core.targets import Target, parse_target, refuse_address
from jiacan.webhooks.readers.names import Resolver, resolve

PATIENCE_SECONDS = 10.0
KEPT_BYTES = 1000


@cache
def system_trust() -> ssl.SSLContext:
    """The certificates that the system trusts."""
    return ssl.create_default_context()


def post(
    letter: Letter,
    *,
    private_allowed: bool,
    resolver: Resolver = resolve,
    trust: Callable[[], ssl.SSLContext] = system_trust,
    patience_seconds: float = PATIENCE_SECONDS,
) -> Outcome:
    """Send the letter; what was answered, or why there was no answer within the patience."""
    try:
        target = parse_target(letter.url)
    except UrlRefused:
        return Trouble.FORBIDDEN_ADDRESS
    addresses = resolver(target.host, target.port)
    if not addresses:
        return Trouble.NO_ADDRESS
    if any(refuse_address(address, private_allowed=private_allowed) for address in addresses):
        return Trouble.FORBIDDEN_ADDRESS
    try:
        plain = _connect(addresses, target.port, patience_seconds)
    except TimeoutError:
        return Trouble.TIMEOUT
    except OSError:
        return Trouble.NO_CONNECTION
    with plain, _patience(plain, patience_seconds) as is_spent:
        return _exchange(plain, target, letter, trust, is_spent)


def _connect(addresses: Sequence[str], port: int, patience_seconds: float) -> socket.socket:
    """A connection to the first of the addresses that takes one; the addresses are IP numbers, never names."""
    *others, last = addresses
    for address in others:
        with suppress(OSError):
            return socket.create_connection((address, port), patience_seconds / len(addresses))
    return socket.create_connection((last, port), patience_seconds)


@contextmanager
def _patience(connection: socket.socket, seconds: float) -> Iterator[Callable[[], bool]]:
    """Hang up when the time is over, however slowly the other side drips; says whether that was needed."""
    spent = Event()
    lifeline = connection.dup()

    def hang_up() -> None:
        spent.set()
        with suppress(OSError):
            lifeline.shutdown(socket.SHUT_RDWR)

    timer = Timer(seconds, hang_up)
    timer.start()
    try:
        yield spent.is_set
    finally:
        timer.cancel()
        timer.join()
        lifeline.close()


def _exchange(
    plain: socket.socket,
    target: Target,
    letter: Letter,
    trust: Callable[[], ssl.SSLContext],
    is_spent: Callable[[], bool],
) -> Outcome:
    try:
        with trust().wrap_socket(plain, server_hostname=target.host) if target.secure else plain as stream:
            talk = HTTPConnection(target.host, target.port)
            talk.sock = stream
            talk.request(
                "POST", target.path, body=letter.body, headers={"Host": target.host_header, **letter.headers}
            )
            response = talk.getresponse()
            if is_spent():  # headers that were cut off look like headers that ended
                return Trouble.TIMEOUT
            return Answer(response.status, _beginning_of(response))
    except (OSError, HTTPException) as error:
        return Trouble.TIMEOUT if is_spent() else _trouble(error)


def _beginning_of(response: HTTPResponse) -> str:
    """What was said first; the status alone decides, so a body that breaks off is no trouble."""
    said = b""
    with suppress(OSError, HTTPException):
        said = response.read(KEPT_BYTES)
    return said.decode("utf-8", "replace").replace("\x00", "")


def _trouble(error: Exception) -> Trouble:
    match error:
        case TimeoutError():
            return Trouble.TIMEOUT
        case ssl.SSLError():
            return Trouble.TLS
        case OSError():
            return Trouble.NO_CONNECTION
        case _:
            return Trouble.NOT_HTTP
