"""The audit in words: every action that the product writes down has a name that can be put into Chinese."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, datetime

from jiacan.console.core.audit_lines import _NAMES, Change, action_name, changes_of
from jiacan.kernel.messages import Message
from jiacan.tenancy.contracts import AuditRecord
from jiacan.tenancy.core.chain import GENESIS, canonical_line, line_hash, verify
from tests.style.sources import sources

LINE = AuditRecord(
    1,
    datetime(2026, 11, 1, 12, tzinfo=UTC),
    "li",
    "console",
    "role changed",
    "吴",
    None,
    {"role": "owner"},
    GENESIS,
    "",
)


def actions() -> Iterator[str]:
    """Each action that some call of ours writes down, as a literal."""
    for source in sources():
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call):
                named = [word.value for word in node.keywords if word.arg == "action"]
                placed = node.args[2:3] if getattr(node.func, "id", "") == "audit_role" else []
                for value in (*named, *placed):
                    if isinstance(value, ast.Constant):
                        yield value.value


def test_every_action_has_a_name():
    assert set(actions()) - set(_NAMES) == set()
    assert {"role changed", "token made"} <= set(actions())


def test_an_action_of_another_version_stands_for_itself():
    assert action_name("moon painted") == Message("moon painted")


def test_values_that_stayed_are_not_shown():
    line = AuditRecord(1, LINE.at, "", "", "", "", {"a": 1, "b": [1]}, {"b": [1], "c": None}, "", "")
    assert changes_of(line) == (Change("a", "1", None), Change("c", None, "null"))


def test_the_canonical_line_is_what_the_page_says_it_is():
    assert canonical_line(LINE) == (
        '{"action":"role changed","actor":"li","after":{"role":"owner"},"at":"2026-11-01T12:00:00.000000+00:00",'
        '"before":null,"number":1,"origin":"console","subject":"吴"}'
    )
    assert line_hash(GENESIS, LINE) == "049fe3825b7a4cf3d636bdceddefdb442458c75c9be06c188b0faeede485e7ab"


def test_nothing_is_whole():
    assert verify([]).broken_at is None
