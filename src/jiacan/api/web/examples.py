"""An example of every shape, made from its schema and from what its fields are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_BY_NAME: Mapping[str, Any] = {
    "amount": "12.50",
    "approved_by": "lead@gifts.example",
    "approver": "lead@gifts.example",
    "basis": "plan order-bonus-2011 version 1, offer spend-ladder#1, for a spend of 150.00 GBP",
    "by": "token shop",
    "column": 3,
    "created_by": "lead@gifts.example",
    "currency": "GBP",
    "customer_id": "c-17",
    "en": "Spend more, get more",
    "event_id": "evt_7f3c9b1e5a",
    "hint": "x4Qk",
    "id": "mug",
    "kind": "gift",
    "left": 149,
    "line": 12,
    "link": "https://jiacan.example/r/Q3l0cE1hZ2ljV29yZHM/",
    "name": "Spend more, get more",
    "number": 1,
    "offer": "Spend more, get more",
    "offer_id": "spend-ladder",
    "order_id": "1001",
    "path": "offers[0].limit",
    "plan_id": "order-bonus-2011",
    "plan_version": 1,
    "quantity": 1,
    "refund_id": "r-1",
    "requests_per_minute": 6000,
    "burst": 600,
    "rung": 1,
    "reason": "stock:mug",
    "says": "Given: Custom mug.",
    "secret": "whsec_Q3l0cE1hZ2ljV29yZHM",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "shop": "gifts",
    "sku": "22423",
    "subject": "order-bonus-2011/1001/spend-ladder",
    "token": "shop",
    "title": "Cake stand",
    "units": 150,
    "unit_price": "12.75",
    "url": "https://shop.example/hooks/jiacan",
    "version": 1,
    "zh": "订单满额加餐",
    "zone": "Europe/London",
}
_OF_TYPE: Mapping[str, Any] = {"string": "", "integer": 1, "number": 1.0, "boolean": True, "null": None}
_OF_FORMAT = {"date-time": "2011-11-15T10:00:00Z", "uuid": "5f0c6c1b-2f7e-4a5b-9d3e-8a7c6b5d4e3f"}


def example_of(schema: Mapping[str, Any], schemas: Mapping[str, Any], *, name: str = "") -> Any:
    """An example that fits the schema.

    Args:
        schema: what it must fit.
        schemas: what references lead to, by name.
        name: what the field is called.
    """
    if "$ref" in schema:
        return example_of(schemas[str(schema["$ref"]).rsplit("/", 1)[-1]], schemas, name=name)
    for choice in ("oneOf", "anyOf", "allOf"):
        if choice in schema:
            return example_of(schema[choice][0], schemas, name=name)
    if "examples" in schema:
        return _in_order(schema["examples"][0], schema, schemas)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "array":
        return [example_of(schema["items"], schemas, name=name)]
    if kind == "object":
        return _object(schema, schemas)
    known = _BY_NAME.get(name)
    if known is not None and isinstance(known, str) == (kind == "string") and "format" not in schema:
        return known
    return _OF_FORMAT.get(schema.get("format", ""), _OF_TYPE.get(str(kind)))


def _object(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    if "properties" in schema:
        return {field: example_of(each, schemas, name=field) for field, each in schema["properties"].items()}
    of_each = schema.get("additionalProperties")
    return {"run": example_of(of_each, schemas)} if isinstance(of_each, Mapping) else {}


def _in_order(example: Any, schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    """The same example, its fields in the schema's order: pydantic puts them into the alphabet's."""
    if "$ref" in schema:
        return _in_order(example, schemas[str(schema["$ref"]).rsplit("/", 1)[-1]], schemas)
    if isinstance(example, list) and "items" in schema:
        return [_in_order(each, schema["items"], schemas) for each in example]
    if isinstance(example, Mapping) and "properties" in schema:
        known = schema["properties"]
        return {name: _in_order(example[name], known[name], schemas) for name in known if name in example}
    return example
