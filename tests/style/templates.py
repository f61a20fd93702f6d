"""The templates of every slice's pages, and the sentences in them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.utils.translation.template import templatize

from tests.style.sources import PACKAGE, ROOT

_STRING = r"""(u?'(?:[^'\\]|\\.)*'|u?"(?:[^"\\]|\\.)*")"""
_ONE = re.compile(rf"\b(?:gettext|_)\({_STRING}\)")
_SEVERAL = re.compile(rf"\bngettext\({_STRING},\s*{_STRING},")


@dataclass(frozen=True, slots=True)
class Template:
    """One template: its path from the root and its text."""

    name: str
    text: str


@cache
def templates() -> tuple[Template, ...]:
    """Every HTML and text template of the package."""
    files = sorted(path for kind in ("html", "txt") for path in PACKAGE.glob(f"*/templates/**/*.{kind}"))
    return tuple(Template(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")) for path in files)


def translated_in(template: Template) -> Iterator[tuple[str, str]]:
    """Each sentence that the template has translated, with its plural or an empty text."""
    told = templatize(template.text, origin=template.name)
    for found in _ONE.finditer(told):
        yield ast.literal_eval(found.group(1)), ""
    for found in _SEVERAL.finditer(told):
        yield ast.literal_eval(found.group(1)), ast.literal_eval(found.group(2))
