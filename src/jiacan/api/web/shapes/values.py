"""The values that every shape is made of: texts, times and money as JSON says them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from jiacan.kernel.messages import Message, Name, tell
from jiacan.kernel.money import minor_digits, to_major, to_micros, to_minor

FIRST_YEAR, LAST_YEAR = 1970, 2200
PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
AMOUNT = r"^(0|[1-9]\d{0,9})(\.\d{1,6})?$"
SIGNED_AMOUNT = r"^-?\d+(\.\d+)?$"


class Taken(BaseModel):
    """A shape that programs send: a field that is not known is a mistake."""

    model_config = ConfigDict(extra="forbid")


class Given(BaseModel):
    """A shape that programs are given."""


def refuse(code: str, says: Message) -> PydanticCustomError:
    """A refusal of one field, in words."""
    return PydanticCustomError(code, "{says}", {"says": says})


def _read_moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise refuse("datetime_type", tell("must be a time with its offset, such as 2026-11-11T20:00:00+08:00"))
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise refuse(
            "datetime_format", tell("is not a time; write it with its offset, such as 2026-11-11T20:00:00+08:00")
        ) from error
    if moment.tzinfo is None:
        raise refuse(
            "datetime_offset",
            tell("has no offset, so nobody can say when it was; write +08:00, or Z for UTC, at its end"),
        )
    if not FIRST_YEAR < moment.year < LAST_YEAR:
        raise refuse(
            "datetime_range",
            tell("is not between {first} and {last}; correct it", first=str(FIRST_YEAR + 1), last=str(LAST_YEAR - 1)),
        )
    return moment.astimezone(UTC)


Moment = Annotated[
    datetime,
    BeforeValidator(_read_moment),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "pattern": r"^(197[1-9]|19[89]\d|20\d\d|21\d\d)-",
            "examples": ["2026-11-11T20:00:00+08:00"],
        }
    ),
]
"""ISO 8601 with an offset; without one it is refused."""

Id = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=PRINTABLE)]
Slug = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[a-z0-9][a-z0-9_.-]*$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=PRINTABLE)]
Units = Annotated[int, Field(strict=True, ge=1, le=10**9)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Amount = Annotated[str, StringConstraints(pattern=AMOUNT)]
"""A decimal of major units as a text, so that no float ever touches it."""


class Money(Given):
    """An amount in major units of its currency, as a text."""

    amount: str = Field(pattern=SIGNED_AMOUNT, examples=["12.50"])
    currency: str = Field(examples=["CNY"])


class Names(Given):
    """A name in the shop's two languages."""

    zh: str
    en: str


def to_money(minor: int, currency: str) -> Money:
    """Whole minor units as JSON says them."""
    return Money(amount=f"{to_major(minor, currency):.{minor_digits(currency)}f}", currency=currency)


def to_names(name: Name) -> Names:
    """A name as JSON says it."""
    return Names(zh=name.zh, en=name.en)


def micros_of(amount: str) -> int:
    """A unit price or discount in whole millionths."""
    return to_micros(Decimal(amount))


def minor_of(amount: str, currency: str) -> int:
    """An amount in whole minor units, halves up."""
    return to_minor(Decimal(amount), currency)
