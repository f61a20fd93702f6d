"""The sentences people read, collected from `tell("...")`, `gettext("...")` and the templates, and their Chinese.

`python -m tests.style.messages` brings the catalogue up to date: new sentences get an empty translation, old ones
go, and what is translated is compiled.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tests.style.sources import PACKAGE, Source, sources
from tests.style.templates import templates, translated_in

FOLDER = PACKAGE / "locale" / "zh_Hans" / "LC_MESSAGES"
SAME_DATE = datetime(2026, 1, 1, tzinfo=UTC)  # so that an update changes only what has changed
TELLING = {"tell", "gettext", "gettext_lazy"}
PO, MO = FOLDER / "django.po", FOLDER / "django.mo"


@dataclass(frozen=True, slots=True)
class Told:
    """Where a sentence stands first, its plural where it has one, and how its holes are written."""

    place: str
    plural: str = ""
    holes: str = "python-brace-format"


def told() -> dict[str, Told]:
    """Every sentence that people read; one that is no literal is an error."""
    found: dict[str, Told] = {}
    for source in sources():
        for text in _sentences(source):
            found.setdefault(text, Told(source.name))
    for template in templates():
        for text, plural in translated_in(template):
            found.setdefault(text, Told(template.name, plural, "python-format"))
    return found


def _sentences(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TELLING):
            continue
        text = node.args[0] if node.args else None
        if isinstance(text, ast.Constant) and isinstance(text.value, str):
            yield text.value
        elif source.name != "src/jiacan/kernel/messages.py":
            raise SyntaxError(f"{source.name}:{node.lineno}: {node.func.id}() needs its sentence as a literal")


def read_catalogue(path: Path = PO) -> Catalog:
    """The catalogue as it stands; an empty one where there is none."""
    if not path.exists():
        return Catalog(locale="zh_Hans", project="Jiacan", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def translations() -> dict[str, str]:
    """Each sentence's Chinese, empty where there is none yet."""
    return {_singular(message.id): _singular(message.string) for message in read_catalogue() if message.id}


def _singular(said: str | tuple[str, ...] | list[str]) -> str:
    # Chinese has one form for any number.
    return said if isinstance(said, str) else said[0]


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue as programs read it."""
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def update() -> int:
    """Write both files anew; says how many sentences still lack their Chinese."""
    known = translations()
    catalogue = Catalog(
        locale="zh_Hans",
        header_comment="# Jiacan's sentences in Simplified Chinese.",
        charset="utf-8",
        project="Jiacan",
        version="0",
        msgid_bugs_address="-",
        last_translator="-",
        language_team="-",
        fuzzy=False,
        creation_date=SAME_DATE,
        revision_date=SAME_DATE,
    )
    for text, said in sorted(told().items(), key=lambda each: (each[1].place, each[0])):
        chinese = known.get(text, "")
        forms = ((text, said.plural), (chinese,)) if said.plural else (text, chinese)
        catalogue.add(*forms, locations=[(said.place, 0)], flags=[said.holes])
    FOLDER.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, catalogue, width=110, omit_header=False, include_lineno=False)
    MO.write_bytes(compiled(read_catalogue()))
    return sum(not message.string for message in catalogue if message.id)


if __name__ == "__main__":
    sys.stdout.write(f"{update()} sentences lack their Chinese\n")
