"""What Jiacan says to people, as facts first and words last.

A `Message` is an English sentence with named holes and the values that go into them; it is put into a
language only at the edge, by a `Phrasebook`. So rules stay free of wording, and every sentence a person
can read goes through one translation table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from jiacan.kernel.money import Money, format_money

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Name:
    """A name in the shop's two languages; either may stand in for the other."""

    zh: str
    en: str

    def in_language(self, language: Language) -> str:
        """The name in `language`, or in the other one when that is empty."""
        return (self.zh or self.en) if language == "zh" else (self.en or self.zh)


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence with named holes: `text` is English and the key of its translation."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return ENGLISH.say(self)


def tell(text: str, **values: object) -> Message:
    """A `Message`; `text` is collected for translation from calls of this function."""
    return Message(text, values)


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """One language, its translation table and the zone in which it tells the time."""

    language: Language
    translate: Callable[[str], str]
    zone: ZoneInfo

    def say(self, message: Message) -> str:
        """The sentence in this language, each hole filled in this language's way."""
        filled = {hole: self.word(value) for hole, value in message.values.items()}
        return self.translate(message.text).format_map(filled)

    def word(self, value: object) -> str:
        """One value as people write it: names, money, times, lists and sentences within sentences."""
        match value:
            case Message():
                return self.say(value)
            case Name():
                return value.in_language(self.language)
            case Money():
                return format_money(value)
            case datetime():
                return value.astimezone(self.zone).strftime("%m-%d %H:%M")
            case date():
                return value.isoformat()
            case tuple() | list():
                return ("、" if self.language == "zh" else ", ").join(self.word(item) for item in value)
            case int() if not isinstance(value, bool):
                return f"{value:,}"
            case _:
                return str(value)


ENGLISH = Phrasebook("en", lambda text: text, ZoneInfo("UTC"))
