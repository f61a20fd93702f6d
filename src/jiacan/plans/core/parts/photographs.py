"""The file of a prize's photograph."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import PlainValidator, WithJsonSchema

from jiacan.kernel.messages import tell
from jiacan.plans.core.parts.scalars import is_not, written

PATTERN = r"\w[\w .()-]{0,120}\.(jpe?g|png|webp|JPE?G|PNG|WEBP)"
"""A file's name without a folder."""


def _photo(value: object) -> str:
    wanted = tell("the name of a JPEG, PNG or WebP file beside the plan, such as kettle.jpg")
    text = written(value, wanted)
    if re.fullmatch(PATTERN, text) is None:
        raise is_not(text, wanted)
    return text


PhotoFile = Annotated[str, PlainValidator(_photo), WithJsonSchema({"type": "string", "pattern": f"^{PATTERN}$"})]
