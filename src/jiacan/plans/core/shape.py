"""From tree to parts: what has the wrong shape is reported and cut out, so that the rest can still be checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from jiacan.kernel.messages import Message, tell
from jiacan.plans.contracts.problems import Problem, Severity
from jiacan.plans.core.nearest import did_you_mean
from jiacan.plans.core.parts.part import Reading, Wrong
from jiacan.plans.core.parts.plan import PlanPart
from jiacan.plans.core.parts.scalars import FORMAT, find_zone, is_currency
from jiacan.plans.core.tree import Listing, Node, Place, Scalar, Table, child, find_place

Keys = tuple[str | int, ...]
Written = Mapping[str, tuple[str, ...]]

SECTIONS = ("stock", "coupons", "draws", "tiers", "tasks", "offers")

# What stands in for a key that every plan must have, so that the rest can be checked without it.
STAND_INS = {"format": FORMAT, "id": "plan", "name": "plan", "shop": "shop", "currency": "EUR", "timezone": "UTC"}


@dataclass(frozen=True, slots=True)
class Parts:
    """What of the plan has the right shape, and what is written at all, right or wrong.

    `written` has the ids of each section, the phases under `phases`, the stacking group of each offer under
    `groups` and the top keys under `keys`.
    """

    plan: PlanPart
    written: Written
    problems: tuple[Problem, ...]


def read_parts(root: Table) -> Parts:
    """The parts of a plan's tree. `root` is cut where its shape is wrong."""
    reading = Reading(_currency_of(root), _zone_of(root))
    written = _written_ids(root)
    try:
        return Parts(PlanPart.model_validate(root, context=reading), written, problems=())
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
    problems = tuple(_to_problem(root, detail, reading) for detail in details)
    for cut in sorted(_cuts(root, details), key=len, reverse=True):
        _remove(root, cut)
    _drop_marked(root)
    for key, text in STAND_INS.items():
        root.setdefault(key, Scalar(text, quoted=False, place=root.place))
    root.setdefault("offers", Listing(root.place))
    return Parts(PlanPart.model_validate(root, context=reading), written, problems)


def _written_ids(root: Table) -> dict[str, tuple[str, ...]]:
    """What is written, so that what is cut out is not called unknown elsewhere."""
    budget, phases = root.get("budget"), root.get("phases")
    sections: dict[str, Node | None] = {name: root.get(name) for name in SECTIONS}
    sections["budget"] = budget.get("lines") if isinstance(budget, Table) else None
    written = {name: tuple(_ids_in(listing)) for name, listing in sections.items()}
    written["phases"] = tuple(phases) if isinstance(phases, Table) else ()
    written["groups"] = tuple(_groups_in(root.get("offers")))
    written["keys"] = tuple(root)
    return written


def _groups_in(offers: Node | None) -> Iterator[str]:
    for offer in offers if isinstance(offers, Listing) else ():
        stack = offer.get("stack") if isinstance(offer, Table) else None
        group = stack.get("group") if isinstance(stack, Table) else None
        if isinstance(group, Scalar):
            yield group.text


def _ids_in(listing: Node | None) -> Iterator[str]:
    for item in listing if isinstance(listing, Listing) else ():
        ident = item.get("id") if isinstance(item, Table) else None
        if isinstance(ident, Scalar):
            yield ident.text


def _currency_of(root: Table) -> str:
    value = root.get("currency")
    return value.text if isinstance(value, Scalar) and is_currency(value.text) else STAND_INS["currency"]


def _zone_of(root: Table) -> ZoneInfo:
    value = root.get("timezone")
    zone = find_zone(value.text) if isinstance(value, Scalar) else None
    return zone or ZoneInfo(STAND_INS["timezone"])


# --- words ------------------------------------------------------------------------------------------------


def _to_problem(root: Table, detail: ErrorDetails, reading: Reading) -> Problem:
    place = _place_of(root, detail)
    return Problem(Severity.ERROR, place.line, place.column, place.path, _words(detail, place, reading))


def _words(detail: ErrorDetails, place: Place, reading: Reading) -> Message:
    key = str(detail["loc"][-1]) if detail["loc"] else ""
    match detail["type"]:
        case "missing":
            return tell("The key `{key}` is missing here; add it.", key=key)
        case "extra_forbidden":
            known = reading.keys_at.get(place.path.rpartition(".")[0], ())
            return tell("There is no key `{key}` here.{hint}", key=key, hint=_hint(key, known))
        case "tuple_type":
            return tell("This must be a list, as in `{key}: [...]` or lines that begin with `- `.", key=key)
        case _:
            wrong = detail.get("ctx", {}).get("error")
            assert isinstance(wrong, Wrong), f"an error of a shape without words: {detail}"
            return wrong.message


def _hint(key: str, known: tuple[str, ...]) -> Message:
    nearest = did_you_mean(key, known)
    return nearest if nearest.text else tell(" The keys are: {known}.", known=known)


def _place_of(root: Table, detail: ErrorDetails) -> Place:
    loc = detail["loc"]
    if detail["type"] == "missing":
        lacking = find_place(root, loc[:-1])
        return Place(lacking.key(str(loc[-1])), lacking.line, lacking.column)
    if detail["type"] == "extra_forbidden":
        table = _node_at(root, loc[:-1])
        assert isinstance(table, Table)
        return table.key_places[str(loc[-1])]
    return find_place(root, loc)


def _node_at(root: Table, loc: Keys) -> Node:
    return [root, *(node for _, node in _walk(root, loc))][-1]


def _walk(root: Table, loc: Keys) -> Iterator[tuple[Keys, Node]]:
    """Each step down that the text has, with its own keys; what short forms add is passed over."""
    node: Node = root
    path: Keys = ()
    for key in loc:
        below = child(node, key)
        if below is not None:
            node, path = below, (*path, key)
            yield path, node


# --- cutting out ------------------------------------------------------------------------------------------


def _cuts(root: Table, details: list[ErrorDetails]) -> set[Keys]:
    """What to cut out: an unknown key alone, else the item of a list that the error is in, else the top key."""
    return {cut for detail in details if (cut := _cut(root, detail))}


def _cut(root: Table, detail: ErrorDetails) -> Keys:
    steps = list(_walk(root, detail["loc"]))
    if not steps:
        return ()
    if detail["type"] == "extra_forbidden":
        return steps[-1][0]
    items = [path for path, node in steps if isinstance(path[-1], int) and isinstance(node, Table) and len(path) <= 3]
    return items[0] if items else steps[0][0][:1]


_REMOVED = "removed"


def _remove(root: Table, cut: Keys) -> None:
    parent = _node_at(root, cut[:-1])
    last = cut[-1]
    if isinstance(parent, Table) and isinstance(last, str):
        parent.pop(last, None)
    elif isinstance(parent, Listing) and isinstance(last, int):
        parent[last] = Scalar(_REMOVED, quoted=True, place=Place(_REMOVED, 0, 0))


def _drop_marked(node: Node) -> None:
    """Lists keep their numbering while items are cut; only now do the holes close."""
    if isinstance(node, Listing):
        node[:] = [item for item in node if item.place.path != _REMOVED]
        for item in node:
            _drop_marked(item)
    elif isinstance(node, Table):
        for value in node.values():
            _drop_marked(value)
