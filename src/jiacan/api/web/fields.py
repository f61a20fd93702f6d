"""What is wrong with one field, from what pydantic says of it, in words that say what to write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


def _message(error: Mapping[str, Any]) -> Message:
    context = error.get("ctx", {})
    told = context.get("says")
    if isinstance(told, Message):
        return told
    match error["type"]:
        case "missing":
            return tell("is missing; fill it in")
        case "extra_forbidden":
            return tell("is not known here; check its spelling or leave it out")
        case "string_too_long":
            return tell("is longer than {most} characters; shorten it", most=context["max_length"])
        case "string_too_short" | "too_short":
            return tell("is too short or empty; fill it in")
        case "too_long":
            return tell("has more than {most} entries; send fewer at a time", most=context["max_length"])
        case "greater_than_equal":
            return tell("is below {least}; correct it", least=context["ge"])
        case "less_than_equal":
            return tell("is above {most}; correct it", most=context["le"])
        case "enum" | "literal_error":
            return tell("must be one of: {choices}", choices=str(context["expected"]).replace("'", ""))
        case "string_pattern_mismatch":
            return tell("is not written as it must be ({pattern}); correct it", pattern=context["pattern"])
        case _:
            return _of_a_type(error)


def _of_a_type(error: Mapping[str, Any]) -> Message:
    match str(error["type"]).split("_")[0]:
        case "string":
            return tell("must be a text")
        case "int":
            return tell("must be a whole number")
        case "bool":
            return tell("must be true or false")
        case "list" | "tuple" | "frozen" | "set":
            return tell("must be a list")
        case "dict" | "model":
            return tell("must be an object with fields")
        case "datetime" | "timezone":
            return tell("must be a time with its offset, such as 2026-11-11T20:00:00+08:00")
        case _:
            return tell("is not right ({said}); correct it", said=error["msg"])
