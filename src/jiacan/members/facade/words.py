"""What points are called, for those who tell of them."""

from __future__ import annotations

from jiacan.kernel.messages import Message
from jiacan.members.contracts.points import Move
from jiacan.members.core.words import MOVES


def move_in_words(move: Move) -> Message:
    """What a line of a statement is, in words."""
    return MOVES[move]
