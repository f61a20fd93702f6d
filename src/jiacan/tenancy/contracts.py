"""Shops: the values that cross this slice's door."""

from __future__ import annotations

from dataclasses import dataclass

from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell


@dataclass(frozen=True, slots=True)
class Shop:
    """One shop; every row of every other slice belongs to exactly one."""

    id: int
    slug: str


@dataclass(eq=False)
class ShopUnknown(JiacanError):
    """No shop goes by that name here."""

    slug: str

    def message(self) -> Message:
        return tell(
            "There is no shop {slug} in this database; `jiacan run` creates it with its first plan.",
            slug=self.slug,
        )
