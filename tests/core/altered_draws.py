"""Files in which one field was changed, and all that could be."""

from __future__ import annotations

import json

from jiacan.draws.core.hashing import canonical


def leaves(value, at=""):
    """Every value that is no table and no list, by its JSON pointer."""
    if isinstance(value, dict):
        for key in value:
            yield from leaves(value[key], f"{at}/{key}")
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from leaves(item, f"{at}/{place}")
    else:
        yield at


def changed(value):
    """Another value of the same kind."""
    match value:
        case None:
            return 0
        case int():
            return value + 1
        case "":
            return "x"
    return value[:-1] + ("1" if value[-1] != "1" else "2")


def with_change(data, pointer):
    whole = json.loads(data)
    *way, last = [int(step) if step.isdigit() else step for step in pointer.split("/")[1:]]
    part = whole
    for step in way:
        part = part[step]
    part[last] = changed(part[last])
    return canonical(whole)
