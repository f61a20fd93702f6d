"""The points mall as its staff page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from jiacan.kernel.messages import Message, tell
from jiacan.kernel.money import Money
from jiacan.members.contracts.mall import HELD, ShownItem, ShownRedemption, State
from jiacan.members.facade.mall_words import masked_code, state_in_words

STATES = tuple((state.value, state_in_words(state)) for state in State)
"""What redemptions can be filtered by."""

_LOOKS = {
    State.UNPAID: "",
    State.TO_SHIP: "warn",
    State.READY: "",
    State.SHIPPED: "",
    State.DONE: "good",
    State.CANCELLED: "bad",
    State.LAPSED: "bad",
}


@dataclass(frozen=True, slots=True)
class ShownStock:
    """An item in the list of what is left."""

    shown: ShownItem
    costs: Message

    @property
    def left(self) -> str:
        """How many are left; nothing where no bound says."""
        return "" if self.shown.left is None else str(self.shown.left)


def shown_item(each: ShownItem) -> ShownStock:
    """The item in words."""
    return ShownStock(each, _price(each.item.price.points, Money(each.item.price.money_minor, each.currency)))


def _price(points: int, money: Money) -> Message:
    if money.minor == 0:
        return tell("{points} points", points=points)
    return tell("{points} points and {money}", points=points, money=money)


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A redemption in the list, and what the dialogs of its steps say."""

    shown: ShownRedemption
    look: str
    word: Message
    costs: Message
    code: str
    touches: Message

    @property
    def key(self) -> str:
        """Names its dialogs."""
        return f"redemption-{self.shown.redemption.id}"

    @property
    def cancels(self) -> str:
        """Names the dialog by which it is cancelled."""
        return f"{self.key}-cancel"

    @property
    def adds(self) -> bool:
        """Whether there is more to say of it than the word."""
        return self.shown.says != self.word or bool(self.shown.redemption.reason)

    @property
    def is_to_ship(self) -> bool:
        """Whether it is to be sent."""
        return self.shown.redemption.state is State.TO_SHIP

    @property
    def is_shipped(self) -> bool:
        """Whether it is on its way."""
        return self.shown.redemption.state is State.SHIPPED

    @property
    def can_be_cancelled(self) -> bool:
        """Whether the staff may try; a coupon that was used is refused then."""
        made = self.shown.redemption
        return made.state in HELD or (made.state is State.DONE and made.shipped_at is None)


def shown_redemption(shown: ShownRedemption) -> ShownRow:
    """The redemption in words."""
    made = shown.redemption
    return ShownRow(
        shown=shown,
        look=_LOOKS[made.state],
        word=state_in_words(made.state),
        costs=_price(made.points, Money(made.money_minor, made.currency)),
        code=masked_code(made),
        touches=tell(
            "{points} points go back to {customer}; what was held for it is free again.",
            points=made.points,
            customer=made.customer_id,
        ),
    )
