"""What a plan is called and whose it is: its id, and the lines of its text that say so."""

from __future__ import annotations

import re
from collections.abc import Mapping

_ID = re.compile(r"[a-z0-9]([a-z0-9_.-]{0,62}[a-z0-9])?")


def is_plan_id(text: str) -> bool:
    """Whether a plan can have that id.

    >>> is_plan_id("double-11"), is_plan_id("Double 11"), is_plan_id("")
    (True, False, False)
    """
    return _ID.fullmatch(text) is not None


def written_id(text: str) -> str:
    """The id that the text names on a line of its own; empty where it names none.

    >>> written_id("name: a\\nid: 'double-11'  # the id"), written_id("name: a")
    ('double-11', '')
    """
    found = re.search(r"^id:[ \t]*['\"]?([^\s#'\"]+)", text, re.MULTILINE)
    return found[1] if found else ""


def address(text: str, values: Mapping[str, str]) -> str:
    """The text with those of its top keys set that stand on a line of their own; an empty value leaves one as it is.

    >>> address("id: a  # the id\\nname: b", {"id": "new", "name": ""})
    'id: new  # the id\\nname: b'
    """
    for key, value in values.items():
        if value:
            line = re.compile(rf"^({key}:[ \t]*)[^\s#]+", re.MULTILINE)
            text = line.sub(lambda found, value=value: f"{found[1]}{value}", text, count=1)  # type: ignore[misc]
    return text
