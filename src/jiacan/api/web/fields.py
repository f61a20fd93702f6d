"""What is wrong with one field, from what pydantic says of it, in words that say what to write."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from jiacan.api.contracts import FieldProblem
from jiacan.kernel.messages import Message, tell

_PLACES = {"query": "parameter", "path": "parameter", "header": "parameter", "body": "pointer"}


def to_field_problem(error: Mapping[str, Any]) -> FieldProblem:
    """One of pydantic's errors as a field problem."""
    source, *rest = error["loc"]
    where = _PLACES.get(str(source), "parameter")
    name = to_pointer(rest) if where == "pointer" else ".".join(str(part) for part in rest)
    return FieldProblem(where=where, name=name, code=_code(error["type"]), message=_message(error))


def to_pointer(location: Sequence[object]) -> str:
    """A JSON pointer in a fragment; parts that only name a choice between shapes are left out.

    >>> to_pointer(["body", "orders", 0, "lines", 2, "sku"])
    '#/orders/0/lines/2/sku'
    """
    parts = [part for part in location[1:] if not (isinstance(part, str) and part.startswith("("))]
    return "#" + "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)


def _code(kind: str) -> str:
    return {"value_error": "invalid", "string_pattern_mismatch": "format"}.get(kind, kind)


def _choices(known: Mapping[str, Any]) -> Message:
    return tell("must be one of: {choices}", choices=str(known["expected"]).replace("'", ""))


_SAID: Mapping[str, Callable[[Mapping[str, Any]], Message]] = {
    "missing": lambda _: tell("is missing; fill it in"),
    "extra_forbidden": lambda _: tell("is not known here; check its spelling or leave it out"),
    "string_too_long": lambda known: tell("is longer than {most} characters; shorten it", most=known["max_length"]),
    "string_too_short": lambda _: tell("is too short or empty; fill it in"),
    "too_short": lambda _: tell("is too short or empty; fill it in"),
    "too_long": lambda known: tell("has more than {most} entries; send fewer at a time", most=known["max_length"]),
    "greater_than_equal": lambda known: tell("is below {least}; correct it", least=known["ge"]),
    "less_than_equal": lambda known: tell("is above {most}; correct it", most=known["le"]),
    "enum": _choices,
    "literal_error": _choices,
    "string_pattern_mismatch": lambda known: tell(
        "is not written as it must be ({pattern}); correct it", pattern=known["pattern"]
    ),
}

_KINDS = {
    "string": tell("must be a text"),
    "int": tell("must be a whole number"),
    "bool": tell("must be true or false"),
    "list": tell("must be a list"),
    "dict": tell("must be an object with fields"),
    "model": tell("must be an object with fields"),
    "uuid": tell("must be a UUID, as an earlier answer gave it"),
}


def _message(error: Mapping[str, Any]) -> Message:
    known, kind = error.get("ctx", {}), str(error["type"])
    told = known.get("says")
    if isinstance(told, Message):
        return told
    if kind in _SAID:
        return _SAID[kind](known)
    return _KINDS.get(kind.split("_", maxsplit=1)[0]) or tell("is not right ({said}); correct it", said=error["msg"])
