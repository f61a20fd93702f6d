"""Everything a person can read is there in Chinese too, with the same holes, and compiled."""

import re
import string

from tests.style.messages import MO, compiled, read_catalogue, told, translations


def holes(text: str) -> set[str]:
    in_braces = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    return in_braces | set(re.findall(r"%\((\w+)\)s", text))


def test_every_sentence_has_its_chinese():
    known = translations()
    assert [text for text in told() if not known.get(text)] == []


def test_a_translation_has_the_holes_of_its_sentence():
    assert [text for text, chinese in translations().items() if chinese and not holes(chinese) <= holes(text)] == []


def test_no_translation_is_left_over():
    assert set(translations()) - set(told()) == set()


def test_the_compiled_catalogue_is_the_written_one():
    assert MO.read_bytes() == compiled(read_catalogue())
