"""Names in the shop's two languages."""

from __future__ import annotations

from typing import Annotated

from jiacan.kernel.messages import Name
from jiacan.plans.core.parts.part import Part, Short
from jiacan.plans.core.parts.scalars import Text


class NamePart(Part):
    """A name; either language may stand in for the other."""

    zh: Text = ""
    """The name in Chinese."""
    en: Text = ""
    """The name in English."""

    def to_name(self) -> Name:
        """The name as everyone else knows it."""
        return Name(zh=self.zh, en=self.en)


Naming = Annotated[NamePart, Short(("zh", "en"), {"type": "string"})]
"""`{zh: 马克杯, en: Mug}`, or one text for both languages."""
