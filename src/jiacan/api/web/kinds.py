"""Every problem that the API can answer with: its status, its stable code, and its title."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from jiacan.api.contracts import (
    BodyTooLarge,
    BodyUnreadable,
    CursorUnknown,
    Fault,
    FieldsWrong,
    KeyBusy,
    KeyReused,
    MethodUnknown,
    NoSuchPage,
    NotAcceptable,
    NotInJson,
    RequestRefused,
    ScopeMissing,
    TokenMissing,
    TokenUnknown,
    TooManyRequests,
)
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem. `code` never changes; the documentation has a line for it."""

    error: type[JiacanError]
    status: int
    title: Message

    @property
    def code(self) -> str:
        """The error's name in the form of a code.

        >>> Kind(KeyReused, 422, tell("x")).code
        'key_reused'
        """
        return re.sub(r"(?<!^)(?=[A-Z])", "_", self.error.__name__).lower()

    @property
    def says(self) -> str:
        """What it means, for developers."""
        return (self.error.__doc__ or "").strip().splitlines()[0]


OF_THE_CALL = (
    Kind(TokenMissing, 401, tell("No token")),
    Kind(TokenUnknown, 401, tell("Unknown token")),
    Kind(ScopeMissing, 403, tell("Scope missing")),
    Kind(NoSuchPage, 404, tell("No such address")),
    Kind(MethodUnknown, 405, tell("Method not allowed")),
    Kind(NotAcceptable, 406, tell("JSON is not accepted")),
    Kind(NotInJson, 415, tell("Not JSON")),
    Kind(BodyTooLarge, 413, tell("Body too large")),
    Kind(BodyUnreadable, 400, tell("Body unreadable")),
    Kind(RequestRefused, 400, tell("Malformed request")),
    Kind(FieldsWrong, 422, tell("Fields are wrong")),
    Kind(CursorUnknown, 422, tell("Unknown cursor")),
    Kind(KeyBusy, 409, tell("Idempotency-Key at work")),
    Kind(KeyReused, 422, tell("Idempotency-Key used before")),
    Kind(TooManyRequests, 429, tell("Too many requests")),
    Kind(Fault, 500, tell("Fault of the server")),
)
"""What any call can run into."""

_REFUSED = (422, tell("Refused"))

_known: dict[type[JiacanError], Kind] = {kind.error: kind for kind in OF_THE_CALL}


def learn(kinds: Iterable[Kind]) -> None:
    """Add the kinds that some operations can answer with."""
    _known.update({kind.error: kind for kind in kinds})


def kind_of(error: JiacanError) -> Kind:
    """The kind of an error; one that no operation named is a refusal under its own name."""
    return _known.get(type(error)) or Kind(type(error), *_REFUSED)


def kinds() -> tuple[Kind, ...]:
    """Every kind that is known, by status and code."""
    return tuple(sorted(_known.values(), key=lambda kind: (kind.status, kind.code)))
