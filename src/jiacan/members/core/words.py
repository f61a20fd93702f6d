"""What lines of a statement are called."""

from __future__ import annotations

from collections.abc import Mapping

from jiacan.kernel.messages import Message, tell
from jiacan.members.contracts.points import Move

MOVES: Mapping[Move, Message] = {
    Move.EARNED: tell("earned"),
    Move.SPENT: tell("spent"),
    Move.TAKEN_BACK: tell("taken back for a return"),
    Move.SET_OFF: tell("had expired, so not taken back"),
    Move.EXPIRED: tell("expired"),
    Move.CORRECTED: tell("corrected by hand"),
    Move.RETURNED: tell("came back, as what they were spent on was cancelled"),
}
