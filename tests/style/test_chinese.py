"""The Chinese reads as Chinese: its own punctuation, and one word for each idea."""

import re

import pytest

from tests.style.messages import translations

HAN = "[\u4e00-\u9fff]"
ENDS = {"。": ".", "？": "?", "：": ":"}
OTHER_WORDS = {
    "追回": "收回",
    "回收": "收回",
    "控制组": "对照组",
    "留出组": "对照组",
    "模拟": "演练",
    "方案": "策划案",
    "计划书": "策划案",
    "凭据": "凭证",
    "奖励金": "权益",
    "配额": "限额",
    "优惠卷": "优惠券",
    "帐": "账",
}
"""Words that shops also use, and the one in docs/guide/words.md that stands for the idea here."""


def prose(chinese: str) -> str:
    """The sentence without what is quoted from the plan format or the command line."""
    return re.sub(r"`[^`]*`|\bjiacan .*", "", chinese)


def those_that_match(pattern: str) -> list[str]:
    return [chinese for chinese in translations().values() if re.search(pattern, prose(chinese))]


def test_punctuation_beside_chinese_is_full_width():
    assert those_that_match(rf"{HAN}[,;:!?()\"']|[,;:!?()\"']{HAN}|{HAN}\.(?!\w)|{HAN}\.\.") == []


def test_no_space_parts_chinese():
    assert those_that_match(rf"{HAN} {HAN}|[，。；：？！（）“”、] \S|\S [，。；：？！（）“”、]") == []


def test_a_translation_ends_as_its_sentence_does():
    def ending(text: str, ends: dict[str, str]) -> str:
        return ends.get(text[-1], "")

    english = {mark: mark for mark in ENDS.values()}
    assert [
        chinese
        for text, chinese in translations().items()
        if chinese and ending(text, english) != ending(chinese, ENDS)
    ] == []


@pytest.mark.parametrize("word", OTHER_WORDS)
def test_an_idea_has_one_word(word: str):
    assert [chinese for chinese in translations().values() if word in chinese] == []
