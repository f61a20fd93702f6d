"""Every template of the console and the public pages keeps to the content policy and speaks every language."""

from __future__ import annotations

import re

import pytest

from tests.style.templates import Template, templates

# The report is a document of its own, made for being sent around: it carries its own style.
DOCUMENTS = {
    "src/jiacan/campaigns/templates/campaigns/report.html",
    "src/jiacan/campaigns/templates/campaigns/report_table.html",
}
PAGES = [template for template in templates() if template.name not in DOCUMENTS and template.name.endswith(".html")]
NAMES = [template.name for template in PAGES]

TAG = r"<[^>]*?\s"
FORBIDDEN = {
    "a style attribute": rf"{TAG}style\s*=",
    "a handler in an attribute": rf"{TAG}on[a-z]+\s*=\s*[\"']",
    "a style element": r"<style\b",
    "a script without nonce": r"<script\b(?![^>]*\bnonce=)(?![^>]*type=\"application/json\")",
    "a script in the page": r"<script\b[^>]*>\s*[^<\s]",
    "an address that runs": r"javascript:",
    "something from elsewhere": r"(?:src|href)=\"(?:https?:)?//",
}
SAME_IN_EVERY_LANGUAGE = {
    "English",
    "Enter",
    "Jiacan",
    "CSV",
    "NDJSON",
    "JSON",
    "API",
    "YAML",
    "XLSX",
    "HTML",
    "ID",
    "URL",
}
NOT_SAID = (
    r"{#.*?#}",
    r"{%\s*(?:blocktranslate|blocktrans|comment)\b.*?{%\s*end(?:blocktranslate|blocktrans|comment)\s*%}",
    r"{%\s*block body_class\s*%}.*?{%\s*endblock\s*%}",
    r"<(code|pre|kbd|script)\b.*?</\1>",
    r"{%.*?%}",
    r"{{.*?}}",
)
SAID_IN_ATTRIBUTES = re.compile(r'\b(?:aria-label|title|alt|placeholder|data-name)="([^"]*)"')


def english_in(template: Template) -> set[str]:
    """Words that stand in the template as they are."""
    bare = template.text
    for pattern in NOT_SAID:
        bare = re.sub(pattern, " ", bare, flags=re.DOTALL)
    said = [re.sub(r"<(?:\"[^\"]*\"|'[^']*'|[^'\">])*>", " ", bare), *SAID_IN_ATTRIBUTES.findall(bare)]
    return {word for text in said for word in re.findall(r"[A-Za-z]{2,}", re.sub(r"&[a-z]+;", " ", text))}


@pytest.mark.parametrize("template", PAGES, ids=NAMES)
def test_a_template_keeps_to_the_content_policy(template: Template):
    bare = re.sub(r"{#.*?#}|{%\s*comment\b.*?{%\s*endcomment\s*%}", "", template.text, flags=re.DOTALL)
    assert [what for what, pattern in FORBIDDEN.items() if re.search(pattern, bare)] == []


@pytest.mark.parametrize("template", PAGES, ids=NAMES)
def test_every_word_of_a_template_can_be_translated(template: Template):
    assert english_in(template) - SAME_IN_EVERY_LANGUAGE == set()
