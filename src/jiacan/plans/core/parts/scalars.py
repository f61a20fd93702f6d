"""How single values are read: amounts exactly, in the plan's currency; moments in its zone; all in plain words.

Each type is an `Annotated` alias: what it becomes, how it is read, and what editors are told about it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from babel import Locale
from babel.numbers import list_currencies
from pydantic import PlainValidator, ValidationInfo, WithJsonSchema

from jiacan.kernel.ids import is_slug
from jiacan.kernel.messages import Message, tell
from jiacan.kernel.money import minor_digits
from jiacan.plans.core.nearest import did_you_mean
from jiacan.plans.core.parts.part import Wrong, reading_of
from jiacan.plans.core.tree import Listing, Scalar, Table

FORMAT = "jiacan.plan/1"
LARGEST_AMOUNT = Decimal(10**12)
LARGEST_COUNT = 10**9
MICRO_DIGITS = 6

_NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?", re.ASCII)
_PERCENT = re.compile(r"([+-]?)(\d{1,9}(?:\.\d{1,9})?)%", re.ASCII)


def written(value: object, wanted: Message) -> str:
    """The text of a scalar.

    Raises:
        Wrong: there is nothing, or a table or a list.
    """
    match value:
        case Scalar(empty=True):
            raise Wrong(tell("There is nothing here; write {wanted}, or remove the key.", wanted=wanted))
        case Scalar():
            return value.text
        case Table():
            raise Wrong(tell("This must be {wanted}, not a table.", wanted=wanted))
        case Listing():
            raise Wrong(tell("This must be {wanted}, not a list.", wanted=wanted))
        case _:
            raise AssertionError("a value of the document is a node of its tree")


def is_not(text: str, wanted: Message) -> Wrong:
    """The error of a text that is not what is wanted."""
    return Wrong(tell("`{given}` is not {wanted}.", given=text[:60], wanted=wanted))


# --- words ------------------------------------------------------------------------------------------------


def _text(value: object) -> str:
    text = written(value, tell("a text")).strip()
    if not text:
        raise Wrong(tell("The text is empty; write something, or remove the key."))
    if len(text) > 5000:
        raise Wrong(tell("The text has {count} characters; at most 5000 fit.", count=len(text)))
    return text


def _slug(value: object) -> str:
    text = written(value, tell("an id such as spring-mug"))
    if not is_slug(text):
        raise Wrong(
            tell(
                "`{given}` cannot be an id; use up to 64 lower-case letters, digits, - _ and . as in spring-mug.",
                given=text[:60],
            )
        )
    return text


def _format(value: object) -> str:
    text = written(value, tell("jiacan.plan/1"))
    if text != FORMAT:
        raise Wrong(tell("This Jiacan reads {format}; `{given}` is not it.", format=FORMAT, given=text[:60]))
    return text


def _currency(value: object) -> str:
    text = written(value, tell("a currency code such as CNY"))
    if not is_currency(text):
        raise Wrong(
            tell(
                "`{given}` is no currency code of ISO 4217.{hint}",
                given=text[:60],
                hint=_currency_hint(text),
            )
        )
    return text


def _currency_hint(text: str) -> Message:
    meant = "CNY" if text.upper() in {"RMB", "CNH", "YUAN"} else text.upper()
    return did_you_mean(meant, [meant]) if is_currency(meant) else tell(" Write three letters such as CNY or USD.")


def is_currency(text: str) -> bool:
    """Whether it is a currency's code (ISO 4217)."""
    return text in list_currencies() and text not in {"XXX", "XTS"}


def _zone(value: object) -> ZoneInfo:
    text = written(value, tell("a time zone such as Asia/Shanghai"))
    zone = find_zone(text)
    if zone is None:
        known = sorted(name for name in available_timezones() if "/" in name)
        raise Wrong(
            tell(
                "`{given}` is no time zone of the IANA list such as Asia/Shanghai.{hint}",
                given=text[:60],
                hint=did_you_mean(text, known),
            )
        )
    return zone


def find_zone(text: str) -> ZoneInfo | None:
    """The time zone of that name, if there is one."""
    if "/" not in text and text != "UTC":
        return None
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@lru_cache(maxsize=1)
def _territories() -> frozenset[str]:
    codes = {str(code) for code in Locale("en").territories}
    return frozenset(code for code in codes if len(code) == 2 and code.isalpha()) - {"ZZ", "EU", "EZ", "UN", "QO"}


def _market(value: object) -> str:
    text = written(value, tell("a country code such as CN"))
    if text not in _territories():
        raise is_not(text, tell("a country code of ISO 3166 such as CN"))
    return text


def _boolean(value: object) -> bool:
    text = written(value, tell("true or false"))
    if text not in {"true", "false"}:
        raise is_not(text, tell("true or false"))
    return text == "true"


def choice_of(words: Mapping[str, object]) -> Callable[[object], Any]:
    """A reader of one of these words, giving what the word stands for."""

    def read(value: object) -> object:
        wanted = tell("one of {words}", words=tuple(words))
        text = written(value, wanted)
        if text not in words:
            raise Wrong(
                tell(
                    "`{given}` is not one of {words}.{hint}",
                    given=text[:60],
                    words=tuple(words),
                    hint=did_you_mean(text, words),
                )
            )
        return words[text]

    return read


def words_of(members: type[StrEnum]) -> dict[str, object]:
    """An enum's words and what they stand for."""
    return {member.value: member for member in members}


# --- numbers ----------------------------------------------------------------------------------------------


def number(text: str, wanted: Message) -> Decimal:
    """An exact decimal.

    Raises:
        Wrong: the text is no plain number, or one beyond any shop.
    """
    if _NUMBER.fullmatch(text) is None:
        raise is_not(text, wanted)
    value = Decimal(text)
    if abs(value) > LARGEST_AMOUNT:
        raise Wrong(
            tell("{given} is beyond what can be counted; the largest is {most}.", given=text, most=LARGEST_AMOUNT)
        )
    return value


def to_exact_minor(text: str, currency: str) -> int:
    """An amount in whole minor units, nothing rounded away.

    Raises:
        Wrong: no number, negative, or finer than the currency's minor unit.
    """
    value = number(text, tell("an amount such as 150 or 3.20"))
    if value < 0:
        raise Wrong(tell("An amount is not negative; {given} is.", given=text))
    minor = value.scaleb(minor_digits(currency))
    if minor != minor.to_integral_value():
        raise Wrong(
            tell(
                "{given} is finer than {currency} can be paid; write at most {digits} decimals.",
                given=text,
                currency=currency,
                digits=minor_digits(currency),
            )
        )
    return int(minor)


def _amount(value: object, info: ValidationInfo) -> int:
    return to_exact_minor(written(value, tell("an amount such as 150 or 3.20")), reading_of(info).currency)


def _positive_amount(value: object, info: ValidationInfo) -> int:
    minor = _amount(value, info)
    if minor == 0:
        raise Wrong(tell("The amount must be above zero; remove the key if there is none."))
    return minor


def _micros(value: object) -> int:
    text = written(value, tell("an amount such as 0.01"))
    worth = number(text, tell("an amount such as 0.01"))
    if worth < 0:
        raise Wrong(tell("An amount is not negative; {given} is.", given=text))
    micros = worth.scaleb(MICRO_DIGITS)
    if micros != micros.to_integral_value():
        raise Wrong(tell("{given} is finer than a millionth; write at most 6 decimals.", given=text))
    return int(micros)


def whole(text: str, wanted: Message) -> int:
    """A whole number from 0.

    Raises:
        Wrong: it is none, negative, or beyond any shop.
    """
    value = number(text, wanted)
    if value < 0:
        raise Wrong(tell("{given} is negative; write {wanted}.", given=text, wanted=wanted))
    if value != value.to_integral_value():
        raise is_not(text, wanted)
    if value > LARGEST_COUNT:
        raise Wrong(
            tell("{given} is beyond what can be counted; the largest is {most}.", given=text, most=LARGEST_COUNT)
        )
    return int(value)


def _count(value: object) -> int:
    wanted = tell("a whole number of 1 or more")
    count = whole(written(value, wanted), wanted)
    if count == 0:
        raise Wrong(tell("This must be 1 or more; with 0 nothing could ever happen."))
    return count


def _count_from_zero(value: object) -> int:
    wanted = tell("a whole number")
    return whole(written(value, wanted), wanted)


def percent(text: str, wanted: Message) -> Decimal:
    """A percentage as a fraction of one.

    Raises:
        Wrong: it is not written as a percentage.
    """
    found = _PERCENT.fullmatch(text)
    if found is None:
        raise is_not(text, wanted)
    return Decimal(found[1] + found[2]) / 100


def _share(value: object) -> Decimal:
    wanted = tell("a percentage such as 12%")
    text = written(value, wanted)
    share = percent(text, wanted)
    if not 0 <= share <= 1:
        raise Wrong(tell("{given} is not between 0% and 100%.", given=text))
    return share


def _whole_percent(value: object) -> int:
    wanted = tell("a whole percentage such as 10")
    text = written(value, wanted)
    found = whole(text.removesuffix("%"), wanted)
    if not 1 <= found <= 100:
        raise Wrong(tell("{given} is not between 1 and 100 percent.", given=text))
    return found


# --- the types --------------------------------------------------------------------------------------------

_ID_PATTERN = "^[a-z0-9]([a-z0-9_.-]{0,62}[a-z0-9])?$"
AMOUNT_SCHEMA: Mapping[str, Any] = {"type": "number", "minimum": 0}
COUNT_SCHEMA: Mapping[str, Any] = {"type": "integer", "minimum": 1}
_PERCENT_PATTERN = r"^\d+(\.\d+)?%$"

Text = Annotated[str, PlainValidator(_text), WithJsonSchema({"type": "string", "minLength": 1})]
Label = Annotated[str, PlainValidator(_text), WithJsonSchema({"type": ["string", "number"]})]
"""A text that may look like a number: a SKU, a channel, a customer id."""
Slug = Annotated[str, PlainValidator(_slug), WithJsonSchema({"type": "string", "pattern": _ID_PATTERN})]
Format = Annotated[str, PlainValidator(_format), WithJsonSchema({"const": FORMAT})]
Currency = Annotated[str, PlainValidator(_currency), WithJsonSchema({"type": "string", "pattern": "^[A-Z]{3}$"})]
Zone = Annotated[ZoneInfo, PlainValidator(_zone), WithJsonSchema({"type": "string", "examples": ["Asia/Shanghai"]})]
Market = Annotated[str, PlainValidator(_market), WithJsonSchema({"type": "string", "pattern": "^[A-Z]{2}$"})]
YesNo = Annotated[bool, PlainValidator(_boolean), WithJsonSchema({"type": "boolean"})]
Amount = Annotated[int, PlainValidator(_amount), WithJsonSchema(dict(AMOUNT_SCHEMA))]
PositiveAmount = Annotated[
    int, PlainValidator(_positive_amount), WithJsonSchema({"type": "number", "exclusiveMinimum": 0})
]
Micros = Annotated[int, PlainValidator(_micros), WithJsonSchema(dict(AMOUNT_SCHEMA))]
Count = Annotated[int, PlainValidator(_count), WithJsonSchema(dict(COUNT_SCHEMA))]
CountFromZero = Annotated[int, PlainValidator(_count_from_zero), WithJsonSchema({"type": "integer", "minimum": 0})]
Share = Annotated[Decimal, PlainValidator(_share), WithJsonSchema({"type": "string", "pattern": _PERCENT_PATTERN})]
WholePercent = Annotated[
    int,
    PlainValidator(_whole_percent),
    WithJsonSchema(
        {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 100}, {"type": "string", "pattern": r"^\d+%$"}]}
    ),
]
