"""What YAML a plan may be written in, and what is said of any other."""

from __future__ import annotations

import pytest

from tests.core.test_plan_base import broken, edited, found

BROKEN = [
    broken(
        "a tab",
        "  run: {from: 2026-03-10",
        "\trun: {from: 2026-03-10",
        "error 9:1: A tab stands here; indent with spaces.",
    ),
    broken(
        "an unclosed quote",
        "shop: tea",
        "shop: 'tea",
        "error 52:1: The quotes opened on line 4 do not end well; close them.",
    ),
    broken(
        "an unclosed bracket",
        "[sat, sun]",
        "[sat, sun",
        "error 37:31: The bracket opened on line 37 is not closed, or a comma is missing before this.",
    ),
    broken(
        "a colon within a value",
        "shop: tea",
        "shop: tea: house",
        "error 4:10: A colon stands where no key can be; check the indentation, or put the text in quotes.",
    ),
    broken(
        "wrong indentation",
        "  - {id: gold}",
        "  - {id: gold}\n - {id: silver}",
        "error 26:2: This does not line up with what it belongs to, which begins on line 1; check the indentation.",
    ),
    broken(
        "a line without a colon",
        "shop: tea",
        "shop",
        "error 5:1: This line is no `key: value`; check the colon, the space after it, and the indentation.",
    ),
    broken(
        "a value beginning with @",
        "shop: tea",
        "shop: @tea",
        "error 4:7: A value cannot begin with this character; put the value in quotes.",
    ),
    broken(
        "a key written twice",
        "shop: tea",
        "shop: tea\nshop: coffee",
        "error 5:1 shop: `shop` is written twice, on lines 4 and 5; keep one of them.",
    ),
    broken(
        "an anchor",
        "shop: tea",
        "shop: &here tea",
        "error 4:7 shop: An anchor (&here) is not part of the plan format; remove it.",
    ),
    broken(
        "an alias",
        "shop: tea",
        "shop: *here",
        "error 4:7 shop: An alias (*here) is not part of the plan format; repeat the value.",
    ),
    broken(
        "a tag",
        "shop: tea",
        "shop: !!str tea",
        "error 4:7 shop: A tag (tag:yaml.org,2002:str) is not part of the plan format; remove it.",
    ),
    broken(
        "a second document",
        "holdout: {share: 10%}",
        "---\nholdout: {share: 10%}",
        "error 46:1: A second document begins here; one file holds one plan. Remove the line `---`.",
    ),
    broken(
        "a key that is a list",
        "shop: tea",
        "? [shop]\n: tea",
        "error 4:3: A key must be a plain word, as in `id: mug`.",
    ),
    broken(
        "a control character",
        "shop: tea",
        'shop: "te\\x07a"',
        "error 4:7 shop: The character U+0007 cannot be part of a plan; remove it.",
    ),
    broken(
        "a NUL byte",
        "shop: tea",
        "shop: te\u0000a",
        "error 4:9: The character U+0000 cannot be part of a plan; remove it.",
    ),
    broken(
        "deep nesting",
        "shop: tea",
        "shop: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
        "error 4:26 shop[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]: This is nested more "
        "than 20 levels deep.",
    ),
    broken(
        "a merge key",
        "{id: gold}",
        "{<<: {id: gold}}",
        "error 25:5 tiers[0].id: The key `id` is missing here; add it.",
        "error 25:6 tiers[0].<<: There is no key `<<` here. The keys are: id, name, needs, privileges.",
    ),
]


@pytest.mark.parametrize(("old", "new", "problems"), BROKEN)
def test_a_broken_plan_is_told_what_where_and_what_to_do(old, new, problems):
    assert found(edited(old, new)) == problems
