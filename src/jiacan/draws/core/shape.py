"""Reading JSON text field by field: each has to be there, of its kind, and nothing else beside it.

Flaws are told by JSON pointer (RFC 6901). The browser's verifier reads in the same order and finds the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from jiacan.draws.contracts.errors import DrawFlaw
from jiacan.draws.core.hashing import canonical
from jiacan.draws.core.terms import MOST_CARDS, WORD
from jiacan.kernel.messages import Message, tell

SAFE = 2**53 - 1
DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
LINE = re.compile(r"[^\x00-\x1f\x7f]+")
WHOLE_FILE = "file"


def parse(data: bytes) -> object:
    """The value of a JSON text in its canonical form; one line feed may follow.

    Raises:
        DrawFlaw: it is no JSON, or not in that form.
    """
    try:
        text = data.decode("utf-8")
        value = json.loads(text, parse_int=_integer, parse_float=_refused, parse_constant=_refused)
        written = canonical(value)
    except UnicodeDecodeError as error:
        raise _unreadable(tell("the byte at {offset} is not UTF-8", offset=error.start)) from None
    except json.JSONDecodeError as error:
        raise _unreadable(tell("it is not JSON from character {offset} on", offset=error.pos)) from None
    except (ValueError, RecursionError):
        raise _unreadable(tell("it has a number or a character that such a file never has")) from None
    if data != written and data != written + b"\n":
        offset = next((i for i, (a, b) in enumerate(zip(data, written, strict=False)) if a != b), len(written))
        raise _unreadable(tell("it is not written in its one form, from byte {offset} on", offset=offset))
    return value


def _integer(text: str) -> int:
    number = int(text)
    if abs(number) > SAFE:
        raise ValueError(text)
    return number


def _refused(text: str) -> int:
    raise ValueError(text)


def _unreadable(why: Message) -> DrawFlaw:
    return DrawFlaw(WHOLE_FILE, why)


def fields(value: object, at: str, *names: str) -> dict[str, Any]:
    """A table with exactly these fields."""
    if not isinstance(value, dict) or value.keys() != set(names):
        raise DrawFlaw(at or WHOLE_FILE, tell("it needs exactly the fields {names}", names=names))
    return value


def listed(value: object, at: str) -> Iterator[tuple[str, object]]:
    """Each item of a list with its place."""
    if not isinstance(value, list):
        raise DrawFlaw(at, tell("it has to be a list"))
    return ((f"{at}/{place}", item) for place, item in enumerate(value))


def matching(value: object, at: str, pattern: re.Pattern[str]) -> str:
    """A text that is all of the pattern."""
    if not isinstance(value, str) or pattern.fullmatch(value) is None:
        raise DrawFlaw(at, tell("it has to be a text of the form {form}", form=pattern.pattern))
    return value


def word(value: object, at: str) -> str:
    """An id."""
    return matching(value, at, WORD)


def digest(value: object, at: str) -> str:
    """A SHA-256 in hexadecimal."""
    return matching(value, at, DIGEST)


def text(value: object, at: str) -> str:
    """Any text."""
    if not isinstance(value, str):
        raise DrawFlaw(at, tell("it has to be a text"))
    return value


def number(value: object, at: str, *, least: int) -> int:
    """A whole number."""
    if type(value) is not int or not least <= value <= MOST_CARDS:
        raise DrawFlaw(at, tell("it has to be a whole number from {least} to {most}", least=least, most=MOST_CARDS))
    return value


def number_or_none(value: object, at: str, *, least: int) -> int | None:
    """A whole number, or nothing."""
    return None if value is None else number(value, at, least=least)
