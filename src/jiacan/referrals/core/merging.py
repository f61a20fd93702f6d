"""Two customer numbers turn out to be one person: what becomes of who brought whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Edge:
    """Who brought a friend, by a first order paid then."""

    referral_id: int
    referrer_id: str
    paid_at: datetime


@dataclass(frozen=True, slots=True)
class Merge:
    """Of the two numbers' own parents: the one that stays, if any, and those that end."""

    stays: int | None
    ends: tuple[int, ...]


def merge(gone: str, kept: str, parents: Mapping[str, Edge]) -> Merge:
    """Which parent the one person has whose numbers were `gone` and `kept`.

    The parent of the earlier first order stays. One that would make the person their own ancestor ends: it is
    someone whom they brought themselves.

    Args:
        gone: the number that is no longer used.
        kept: the number that stands for both.
        parents: of both, and of everyone above them.
    """
    own = sorted(
        (parents[number] for number in (gone, kept) if number in parents),
        key=lambda edge: (edge.paid_at, edge.referral_id),
    )
    stays = next((edge for edge in own if not _leads_to({gone, kept}, edge.referrer_id, parents)), None)
    return Merge(
        stays=None if stays is None else stays.referral_id,
        ends=tuple(edge.referral_id for edge in own if edge is not stays),
    )


def _leads_to(person: set[str], above: str, parents: Mapping[str, Edge]) -> bool:
    """Whether the way up from `above` comes to the person."""
    while above not in person:
        edge = parents.get(above)
        if edge is None:
            return False
        above = edge.referrer_id
    return True
