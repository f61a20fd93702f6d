"""The JSON Schema of the plan format, for editors."""

from __future__ import annotations

from typing import Any

from jiacan.plans.core.parts.plan import PlanPart

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def to_schema() -> dict[str, Any]:
    """The schema: every key with its meaning, its words and its short forms."""
    return {"$schema": DIALECT, "title": "Jiacan plan", **_plain(PlanPart.model_json_schema())}


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema as an author needs it: no titles that repeat the keys, no null, no keys that cannot be written."""
    plain = {key: value for key, value in schema.items() if key not in {"title", "default"}}
    for key in ("properties", "$defs"):
        if key in plain:
            plain[key] = {name: _plain(value) for name, value in plain[key].items() if not name.startswith("(")}
    if "items" in plain:
        plain["items"] = _plain(plain["items"])
    if "anyOf" in plain:
        forms = [_plain(form) for form in plain.pop("anyOf") if form != {"type": "null"}]
        plain |= forms[0] if len(forms) == 1 else {"anyOf": forms}
    return plain
