"""What is said of referrals to people, for whoever is outside the slice."""

from __future__ import annotations

from jiacan.kernel.messages import Message
from jiacan.referrals.contracts.referrals import Reason, State
from jiacan.referrals.core.words import REASONS, STATES


def state_in_words(state: State) -> Message:
    """What the state is called."""
    return STATES[state][1]


def reason_in_words(reason: Reason) -> Message:
    """Why a friend does not count, in words to send on."""
    return REASONS[reason]
