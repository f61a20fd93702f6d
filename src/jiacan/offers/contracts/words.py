"""An offer in words, as its plan promises it: what a customer, an agent or a public page reads."""

from __future__ import annotations

from dataclasses import dataclass

from jiacan.kernel.messages import Message, Name
from jiacan.kernel.periods import Period


@dataclass(frozen=True, slots=True)
class RungWords:
    """One step: what it asks and what it gives. `number` is 0 where there is no ladder."""

    number: int
    asks: tuple[Message, ...]
    gives: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class OfferWords:
    """One offer: when, for what, what it gives, how often, and what happens when it runs out or goods come back."""

    offer_id: str
    name: Name
    during: Period
    trigger: Message
    asks: tuple[Message, ...]
    rungs: tuple[RungWords, ...]
    ladder: Message | None
    limits: tuple[Message, ...]
    otherwise: tuple[Message, ...]
    stacking: Message | None
    on_refund: tuple[Message, ...]
