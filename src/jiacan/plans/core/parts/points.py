"""`points`: how long points last, and when they can be spent."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated

from pydantic import PlainValidator, WithJsonSchema

from jiacan.kernel.messages import tell
from jiacan.offers.contracts.points import AT_ONCE_AND_FOR_EVER, PointsTerms
from jiacan.plans.core.parts.part import Part
from jiacan.plans.core.parts.scalars import choice_of, is_not, words_of, written

_AFTER = re.compile(r"([1-9]\d{0,3})([dm])", re.ASCII)


class PendingUntil(StrEnum):
    """What points of an order wait for."""

    PAID = "paid"
    RECEIVED = "received"


def _lasting(value: object) -> PointsTerms:
    wanted = tell("a number of months or days such as 12m or 90d, or end_of_year, or never")
    text = written(value, wanted)
    if text == "never":
        return AT_ONCE_AND_FOR_EVER
    if text == "end_of_year":
        return PointsTerms(to_year_end=True)
    found = _AFTER.fullmatch(text)
    if found is None:
        raise is_not(text, wanted)
    return PointsTerms(months=int(found[1])) if found[2] == "m" else PointsTerms(days=int(found[1]))


Lasting = Annotated[
    PointsTerms,
    PlainValidator(_lasting),
    WithJsonSchema({"type": "string", "pattern": r"^([1-9]\d{0,3}[dm]|end_of_year|never)$"}),
]


class PointsPart(Part):
    """The terms of the points that offers give."""

    expire: Lasting = AT_ONCE_AND_FOR_EVER
    """When they are lost: so many months (`12m`) or days (`90d`) later, at `end_of_year`, or `never`."""
    pending_until: Annotated[
        PendingUntil,
        PlainValidator(choice_of(words_of(PendingUntil))),
        WithJsonSchema({"enum": [str(each) for each in PendingUntil]}),
    ] = PendingUntil.PAID
    """From when they can be spent: their order is `paid` (when left out), or `received`."""
