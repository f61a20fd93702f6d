"""The OpenAPI document as a page reads it: operations by tag, their fields in rows, and an example to send."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jiacan.api.web.operation import SCOPE

_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Field:
    """One field or parameter: where it stands, what it holds, and what it means."""

    name: str
    holds: str
    required: bool
    says: str


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer of an operation. `shape` is the name of what it holds."""

    status: str
    says: str
    shape: str
    is_problem: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation."""

    id: str
    method: str
    path: str
    scope: str
    summary: str
    paragraphs: tuple[str, ...]
    parameters: tuple[Field, ...]
    body: str
    example: str
    answers: tuple[Answered, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """The operations of one tag."""

    name: str
    says: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape and its fields."""

    name: str
    says: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """The whole document."""

    paragraphs: tuple[str, ...]
    chapters: tuple[Chapter, ...]
    shapes: tuple[Shape, ...]


def read_document(document: Mapping[str, Any]) -> Reading:
    """The document, for people."""
    by_tag: dict[str, list[Operation]] = {tag["name"]: [] for tag in document["tags"]}
    schemas = document["components"]["schemas"]
    for path, methods in document["paths"].items():
        for method in _METHODS:
            if method in methods:
                operation = methods[method]
                by_tag[operation["tags"][0]].append(_operation(path, method, operation))
    return Reading(
        paragraphs=_paragraphs(document["info"]["description"]),
        chapters=tuple(
            Chapter(tag["name"], tag["description"], tuple(by_tag[tag["name"]])) for tag in document["tags"]
        ),
        shapes=tuple(_shape(name, schema) for name, schema in sorted(schemas.items())),
    )


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> Operation:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    body = content.get("schema", {})
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        scope=operation[SCOPE],
        summary=operation["summary"],
        paragraphs=_paragraphs(operation["description"].removesuffix(f"Scope: `{operation[SCOPE]}`.")),
        parameters=tuple(_parameter(each) for each in operation.get("parameters", ())),
        body=holds(body) if body else "",
        example=_example(content),
        answers=tuple(_answers(operation["responses"])),
    )


def _answers(responses: Mapping[str, Any]) -> Iterator[Answered]:
    for status, response in responses.items():
        content = response.get("content", {})
        schema: Mapping[str, Any] = next((each.get("schema", {}) for each in content.values()), {})
        is_problem = "application/problem+json" in content
        yield Answered(status, response["description"], holds(schema) if schema else "", is_problem)


def _parameter(parameter: Mapping[str, Any]) -> Field:
    return Field(
        name=parameter["name"],
        holds=f"{parameter['in']}: {holds(parameter['schema'])}",
        required=parameter.get("required", False),
        says=parameter.get("description", ""),
    )


def _shape(name: str, schema: Mapping[str, Any]) -> Shape:
    required = set(schema.get("required", ()))
    fields = tuple(
        Field(field, holds(each), field in required, each.get("description", ""))
        for field, each in schema.get("properties", {}).items()
    )
    if "enum" in schema:
        fields = (Field("", ", ".join(str(value) for value in schema["enum"]), required=True, says=""),)
    return Shape(name, " ".join(schema.get("description", "").split()), fields)


def holds(schema: Mapping[str, Any]) -> str:
    """What a field holds, in a few words.

    >>> holds({"anyOf": [{"type": "array", "items": {"$ref": "#/components/schemas/Line"}}, {"type": "null"}]})
    'list of Line, or null'
    """
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return ", or ".join(holds(each) for each in schema[choice])
    if schema.get("type") == "array":
        return f"list of {holds(schema.get('items', {}))}"
    if "enum" in schema:
        return ", ".join(str(value) for value in schema["enum"])
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"object of {holds(schema['additionalProperties'])}"
    kind = str(schema.get("type", "anything"))
    bounds = [f"{word} {schema[key]}" for key, word in _BOUNDS if key in schema]
    return " ".join([str(schema.get("format", kind)), *([f"({', '.join(bounds)})"] if bounds else [])])


_BOUNDS = (("minimum", "from"), ("maximum", "to"), ("maxLength", "at most"), ("pattern", "as"))


def _example(content: Mapping[str, Any]) -> str:
    return json.dumps(content["example"], ensure_ascii=False, indent=2) if "example" in content else ""


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(" ".join(part.replace("`", "").split()) for part in text.split("\n\n") if part.strip())
