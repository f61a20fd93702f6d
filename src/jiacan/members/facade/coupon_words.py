"""What a coupon is and where it stands, in words."""

from __future__ import annotations

from jiacan.kernel.messages import Message
from jiacan.members.contracts.coupons import Coupon, State, Terms
from jiacan.members.core.coupon_words import STATES, standing_words, terms_words


def terms_in_words(terms: Terms) -> Message:
    """What the coupon takes off, and from which spend on."""
    return terms_words(terms)


def standing_in_words(coupon: Coupon) -> Message:
    """Where the coupon stands: since when, and why."""
    return standing_words(coupon)


def state_in_words(state: State) -> Message:
    """The state in a word or two."""
    return STATES[state]
