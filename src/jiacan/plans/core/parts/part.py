"""What every part of the plan document shares: it knows its place, its keys and its short forms.

pydantic holds the shape of the document and gives editors their schema. Its own words never reach a person:
every scalar is read by `scalars`, and `shape` puts what is left (missing, unknown, not a table) into words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    PrivateAttr,
    ValidationInfo,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import core_schema

from jiacan.kernel.messages import Message, tell
from jiacan.plans.core.tree import Listing, Place, Scalar, Table, find_place


class Wrong(ValueError):
    """A value that cannot be taken, in words for its author."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


@dataclass(slots=True)
class Reading:
    """What values are read by: the plan's currency and zone; and, filled on the way, each table's known keys."""

    currency: str
    zone: ZoneInfo
    keys_at: dict[str, tuple[str, ...]] = field(default_factory=dict)


def reading_of(info: ValidationInfo) -> Reading:
    """The reading that this validation belongs to."""
    assert isinstance(info.context, Reading), "parts are only validated by shape.read_parts"
    return info.context


class Part(BaseModel):
    """A table of the document."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, arbitrary_types_allowed=True
    )
    _table: Table = PrivateAttr()

    @model_validator(mode="wrap")
    @classmethod
    def _remember_table(cls, value: object, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        if isinstance(value, Scalar) and value.empty:
            raise Wrong(tell("There is nothing here; write a value, or remove the key."))
        keys = (name if one.alias is None else one.alias for name, one in cls.model_fields.items())
        known = tuple(key for key in keys if not key.startswith("("))
        if not isinstance(value, Table):
            raise Wrong(tell("This must be a table of keys ({known}).", known=known))
        reading_of(info).keys_at[value.place.path] = known
        part = handler(value)
        part._table = value
        return part

    def at(self, *keys: str | int) -> Place:
        """Where the value under these keys stands, or as far down as the text goes."""
        return find_place(self._table, keys)

    def says(self, key: str) -> bool:
        """Whether the author wrote this key."""
        return key in self._table

    def key_at(self, key: str) -> Place:
        """Where the key itself stands."""
        return self._table.key_places.get(key, self._table.place)


@dataclass(frozen=True, slots=True, eq=False)
class Short:
    """A part that may be written short: a lone value (or list) stands for these of its keys.

    A key in brackets, such as `(list)`, is only reached by the short form: nobody can write it.
    """

    keys: tuple[str, ...]
    schema: Mapping[str, Any] = field(default_factory=dict)
    listing: bool = False

    def widen(self, value: object) -> object:
        """The value as a table, if it is written short."""
        short = isinstance(value, Listing) if self.listing else isinstance(value, Scalar) and not value.empty
        if not short:
            return value
        assert isinstance(value, (Scalar, Listing))
        table = Table(value.place)
        for key in self.keys:
            table[key] = value
        return table

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(self.widen, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        wide = handler(schema)
        if not self.listing:
            return {"anyOf": [dict(self.schema), wide]}
        listed = handler.resolve_ref_schema(wide)["properties"][self.keys[0]]
        return {"anyOf": [*listed["anyOf"], wide]}
