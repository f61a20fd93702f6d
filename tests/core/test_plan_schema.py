"""The JSON Schema of the plan format."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from jiacan.plans.core.schema import to_schema
from tests.conftest import SHARED, needs_shared
from tests.core.test_plan_base import BASE, edited, found

SCHEMA = to_schema()
GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "guide" / "plan-format.md").read_text(encoding="utf-8")


def complaints(text):
    loaded = json.loads(json.dumps(YAML(typ="safe", pure=True).load(text), default=str))
    return [error.message for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(loaded)]


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_a_right_plan_passes():
    assert complaints(BASE) == []


@needs_shared
def test_the_reference_plan_passes():
    assert complaints((SHARED / "examples" / "order-bonus.yaml").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("shop: tea", "shop: tea\nshp: tea"),
        ("shop: tea\n", ""),
        ("[sat, sun]", "[sat, sunday]"),
        ("units: 100", "units: many"),
        ("{share: 10%}", "{share: 0.1}"),
        ("during: run\n    deck", "during: {phase: run}\n    deck"),
    ],
)
def test_a_wrong_plan_does_not(old, new):
    assert len(complaints(edited(old, new))) == 1


def test_every_key_of_a_plan_and_an_offer_says_what_it_means():
    for part in (SCHEMA, *(SCHEMA["$defs"][name] for name in ("OfferPart", "WhenPart", "BenefitPart", "LimitPart"))):
        for key, value in part["properties"].items():
            assert value.get("description"), key


def test_no_key_can_only_be_reached_by_a_short_form():
    assert "(list)" not in json.dumps(SCHEMA)
    assert '"null"' not in json.dumps(SCHEMA)


def test_the_guide_names_every_key():
    parts = (SCHEMA, *SCHEMA["$defs"].values())
    keys = {key for part in parts for key in part.get("properties", {})}
    assert {key for key in keys if not re.search(rf"\b{key}\b", GUIDE)} == set()


def test_the_examples_of_the_guide_make_one_plan_without_errors():
    plan = "".join(re.findall(r"```yaml\n(.+?)```", GUIDE, re.DOTALL))
    assert complaints(plan) == []
    assert [row for row in found(plan) if row.startswith("error")] == []
