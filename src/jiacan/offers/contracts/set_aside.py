"""What is set aside of a plan's stock and budget for prizes, from which nothing else takes."""

from __future__ import annotations

from dataclasses import dataclass

from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell
from jiacan.offers.contracts.settled import Means


@dataclass(frozen=True, slots=True)
class Taken:
    """So many pieces of a stock item, or so much of a budget line in minor units."""

    means: Means
    id: str
    amount: int


@dataclass(eq=False)
class NotEnoughToSetAside(JiacanError):
    """A draw's prizes take more of a stock item or budget line than is left; nothing was set aside."""

    draw: str
    means: Means
    id: str
    asked: int
    left: int

    def message(self) -> Message:
        unit = tell("pieces") if self.means is Means.STOCK else tell("in the currency's smallest unit")
        return tell(
            "The prizes of {draw} take {asked} of {id} ({unit}), and {left} can be set aside. "
            "Raise it, promise fewer, or leave `set_aside` out.",
            draw=self.draw,
            asked=self.asked,
            id=self.id,
            unit=unit,
            left=self.left,
        )
