"""YAML text as a tree in which every value knows its place; nothing is given a type yet.

Built from ruamel.yaml's events (YAML 1.2), so that numbers and dates stay as their author wrote them, a key
written twice is seen, and what the plan format leaves out (anchors, tags, several documents) is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, StringMark, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from jiacan.kernel.messages import Message, tell
from jiacan.plans.contracts.problems import Problem, Severity

MAX_CHARACTERS = 1_000_000
MAX_DEPTH = 20


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in the text: a path of keys, and line and column counted from 1."""

    path: str
    line: int
    column: int

    def key(self, name: str) -> str:
        """The path of a key below this place."""
        return f"{self.path}.{name}" if self.path else name


@dataclass(frozen=True, slots=True)
class Scalar:
    """One written value, untyped."""

    text: str
    quoted: bool
    place: Place

    @property
    def empty(self) -> bool:
        """Whether nothing is written here, or YAML's word for nothing."""
        return not self.quoted and self.text in {"", "~", "null", "Null", "NULL"}


class Table(dict[str, "Node"]):
    """Keys and their values. A dict, because pydantic takes its input as one."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.key_places: dict[str, Place] = {}

    def place_of(self, key: str) -> Place:
        """Where the value of `key` stands if it is written on one line, else where the key does, else the table."""
        value = self.get(key)
        return value.place if isinstance(value, Scalar) else self.key_places.get(key, self.place)


class Listing(list["Node"]):
    """Items in order. A list, because pydantic takes its input as one."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place


Node = Scalar | Table | Listing


def child(node: Node, key: str | int) -> Node | None:
    """What stands under the key or number, if anything does."""
    if isinstance(node, Table) and isinstance(key, str):
        return node.get(key)
    if isinstance(node, Listing) and isinstance(key, int):
        return node[key] if key < len(node) else None
    return None


def find_place(root: Table | Listing, keys: tuple[str | int, ...]) -> Place:
    """The place of the value under these keys; keys that the text does not have (short forms) are passed over."""
    node: Node = root
    place = root.place
    for key in keys:
        below = child(node, key)
        if below is not None:
            place = node.place_of(str(key)) if isinstance(node, Table) else below.place
            node = below
    return place


@dataclass(frozen=True, slots=True)
class Tree:
    """What could be read: `root` is None when the text is no YAML table at all."""

    root: Table | None
    problems: tuple[Problem, ...]


class _Unreadable(Exception):
    """The text cannot be read on from here."""

    def __init__(self, place: Place, message: Message) -> None:
        super().__init__(message)
        self.problem = Problem(Severity.ERROR, place.line, place.column, place.path, message)


def read_tree(text: str) -> Tree:
    """The tree of a plan's text, with every problem of its YAML."""
    if len(text) > MAX_CHARACTERS:
        message = tell(
            "A plan has at most {most} characters; this has {count}.", most=MAX_CHARACTERS, count=len(text)
        )
        return Tree(None, (Problem(Severity.ERROR, 1, 1, "", message),))
    builder = _Builder(YAML(typ="safe", pure=True).parse(text))
    try:
        root = builder.build()
    except _Unreadable as error:
        return Tree(None, (*builder.problems, error.problem))
    except ReaderError as error:
        return Tree(None, (_bad_character(text, error),))
    except MarkedYAMLError as error:
        return Tree(None, (*builder.problems, _syntax_problem(error)))
    except (YAMLError, ValueError, IndexError, OverflowError, AttributeError, AssertionError, TypeError):
        # ruamel.yaml's own slips on texts that are far from YAML.
        return Tree(None, (*builder.problems, Problem(Severity.ERROR, 1, 1, "", _not_yaml())))
    return Tree(root, tuple(builder.problems))


@dataclass(slots=True)
class _Builder:
    """Turns events into the tree, one level of nesting at a time."""

    events: Iterator[Event]
    problems: list[Problem] = field(default_factory=list)

    def build(self) -> Table:
        documents = 0
        root: Node | None = None
        for event in self.events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    message = tell("A second document begins here; one file holds one plan. Remove the line `---`.")
                    raise _Unreadable(_place("", event), message)
            elif isinstance(event, (ScalarEvent, MappingStartEvent, SequenceStartEvent, AliasEvent)):
                root = self._node(event, "", depth=1)
        if root is None or (isinstance(root, Scalar) and root.empty):
            message = tell("The plan is empty; `jiacan plan new --template order-bonus` writes one to start from.")
            raise _Unreadable(Place("", 1, 1), message)
        if not isinstance(root, Table):
            message = tell("A plan is a table of keys such as `id: spring-bonus`; this is not.")
            raise _Unreadable(root.place, message)
        return root

    def _node(self, event: Event, path: str, depth: int) -> Node:
        place = _place(path, event)
        if depth > MAX_DEPTH:
            raise _Unreadable(place, tell("This is nested more than {most} levels deep.", most=MAX_DEPTH))
        self._refuse_extras(event, place)
        match event:
            case MappingStartEvent():
                return self._table(place, depth)
            case SequenceStartEvent():
                return self._listing(place, depth)
            case ScalarEvent():
                self._refuse_control_characters(event.value, place)
                return Scalar(event.value, quoted=event.style not in {None, ""}, place=place)
            case _:
                return Scalar("", quoted=False, place=place)

    def _table(self, place: Place, depth: int) -> Table:
        table = Table(place)
        for event in self.events:
            if isinstance(event, MappingEndEvent):
                break
            if not isinstance(event, ScalarEvent):
                raise _Unreadable(_place(place.path, event), tell("A key must be a plain word, as in `id: mug`."))
            key = self._node(event, place.key(event.value), depth)
            value = self._node(next(self.events), key.place.path, depth + 1)
            if event.value in table:
                self._report(
                    key.place,
                    tell(
                        "`{key}` is written twice, on lines {first} and {second}; keep one of them.",
                        key=event.value,
                        first=table.key_places[event.value].line,
                        second=key.place.line,
                    ),
                )
                continue
            table.key_places[event.value] = key.place
            table[event.value] = value
        return table

    def _listing(self, place: Place, depth: int) -> Listing:
        listing = Listing(place)
        for event in self.events:
            if isinstance(event, SequenceEndEvent):
                break
            listing.append(self._node(event, f"{place.path}[{len(listing)}]", depth + 1))
        return listing

    def _refuse_extras(self, event: Event, place: Place) -> None:
        name = getattr(event, "anchor", None)
        if isinstance(event, AliasEvent):
            self._report(
                place, tell("An alias (*{name}) is not part of the plan format; repeat the value.", name=name)
            )
            return
        if name is not None:
            self._report(place, tell("An anchor (&{name}) is not part of the plan format; remove it.", name=name))
        tag = getattr(event, "ctag", None)
        if tag is not None and str(tag) not in {"None", "!"}:
            self._report(place, tell("A tag ({name}) is not part of the plan format; remove it.", name=str(tag)))

    def _refuse_control_characters(self, text: str, place: Place) -> None:
        bad = next((c for c in text if (ord(c) < 32 and c not in "\n\t") or 0xD800 <= ord(c) <= 0xDFFF), None)
        if bad is not None:
            self._report(
                place, tell("The character U+{code} cannot be part of a plan; remove it.", code=f"{ord(bad):04X}")
            )

    def _report(self, place: Place, message: Message) -> None:
        self.problems.append(Problem(Severity.ERROR, place.line, place.column, place.path, message))


def _place(path: str, event: Event) -> Place:
    return Place(path, event.start_mark.line + 1, event.start_mark.column + 1)


def _bad_character(text: str, error: ReaderError) -> Problem:
    before = text[: error.position]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    code = error.character if isinstance(error.character, int) else ord(error.character)
    message = tell("The character U+{code} cannot be part of a plan; remove it.", code=f"{code:04X}")
    return Problem(Severity.ERROR, line, column, "", message)


def _syntax_problem(error: MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return Problem(Severity.ERROR, line, column, "", _syntax_message(error))


def _syntax_message(error: MarkedYAMLError) -> Message:
    problem, context = error.problem or "", error.context or ""
    opened: StringMark | None = error.context_mark
    opened_line = opened.line + 1 if opened else 1
    if "\\t" in problem or "tab" in problem:
        return tell("A tab stands here; indent with spaces.")
    if "quoted scalar" in context:
        return tell("The quotes opened on line {line} do not end well; close them.", line=opened_line)
    if "flow" in context:
        return tell(
            "The bracket opened on line {line} is not closed, or a comma is missing before this.", line=opened_line
        )
    if "mapping values" in problem:
        return tell("A colon stands where no key can be; check the indentation, or put the text in quotes.")
    if "expected <block end>" in problem:
        return tell(
            "This does not line up with what it belongs to, which begins on line {line}; check the indentation.",
            line=opened_line,
        )
    if "could not find expected ':'" in problem:
        return tell("This line is no `key: value`; check the colon, the space after it, and the indentation.")
    if "cannot start any token" in problem:
        return tell("A value cannot begin with this character; put the value in quotes.")
    return _not_yaml()


def _not_yaml() -> Message:
    return tell("This cannot be read as YAML; check indentation, quotes and brackets.")
