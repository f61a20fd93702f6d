"""What changed from one text of a plan to another, in the plan's own terms: each field by its path.

Items of a list that carry an `id` are the same item by it, wherever they stand; other lists are compared whole.
"""

from __future__ import annotations

from collections.abc import Iterator

from jiacan.plans.contracts.versions import Difference
from jiacan.plans.core.tree import Listing, Node, Scalar, Table, read_tree


def differences(before: str, after: str) -> tuple[Difference, ...]:
    """Every field that was changed, added or taken away, in the order of the later text; comments do not count."""
    was, now = dict(_fields(before)), dict(_fields(after))
    changed = [Difference(path, was.get(path), value) for path, value in now.items() if was.get(path) != value]
    gone = [Difference(path, value, None) for path, value in was.items() if path not in now]
    return (*changed, *gone)


def _fields(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    root = read_tree(text).root
    if root is not None:
        yield from _walk(root, ())


def _walk(node: Node, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    match node:
        case Table():
            for key, value in node.items():
                yield from _walk(value, (*path, key))
        case Listing() if node and all(_id_of(item) is not None for item in node):
            for item in node:
                assert isinstance(item, Table), "only a table has an id"
                rest = {key: value for key, value in item.items() if key != "id"}
                if not rest:
                    yield (*path, str(_id_of(item))), ""
                for key, value in rest.items():
                    yield from _walk(value, (*path, str(_id_of(item)), key))
        case _:
            yield path, _written(node)


def _id_of(node: Node) -> str | None:
    found = node.get("id") if isinstance(node, Table) else None
    return found.text if isinstance(found, Scalar) else None


def _written(node: Node) -> str:
    match node:
        case Scalar():
            return node.text
        case Listing():
            return "[" + ", ".join(_written(item) for item in node) + "]"
        case Table():
            return "{" + ", ".join(f"{key}: {_written(value)}" for key, value in node.items()) + "}"
