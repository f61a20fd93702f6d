"""What redemptions are called, for those who tell of them."""

from __future__ import annotations

from jiacan.kernel.messages import Message
from jiacan.members.contracts.mall import Redemption, State
from jiacan.members.core.mall import masked, state_words


def state_in_words(state: State) -> Message:
    """Where a redemption stands, in a word or two."""
    return state_words(state)


def masked_code(redemption: Redemption) -> str:
    """The code of a redemption as staff see it; empty where there is none."""
    return masked(redemption.code_end)
