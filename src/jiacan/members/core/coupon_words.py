"""What a coupon is, and where it stands, in words that its customer can be sent."""

from __future__ import annotations

from jiacan.kernel.messages import Message, tell
from jiacan.kernel.money import Money
from jiacan.members.contracts.coupons import Coupon, Ending, State, Terms

STATES = {
    State.OPEN: tell("open"),
    State.USED: tell("used"),
    State.EXPIRED: tell("expired"),
    State.TAKEN_BACK: tell("taken back"),
    State.VOID: tell("void"),
}


def terms_words(terms: Terms) -> Message:
    """What the coupon takes off, and from which spend on."""
    if terms.off_minor is not None:
        off = tell("{amount} off", amount=Money(terms.off_minor, terms.currency))
    else:
        most = Money(terms.at_most_minor or 0, terms.currency)
        off = tell("{percent}% off, {most} at most", percent=terms.percent, most=most)
    if terms.min_spend_minor == 0:
        return off
    return tell("{off}, from {least} on", off=off, least=Money(terms.min_spend_minor, terms.currency))


def ending_words(coupon: Coupon) -> Message:
    """Why a coupon was taken back or is void."""
    match coupon.ending:
        case Ending.OUT_OF_BUDGET:
            return tell("the order it was used on was cancelled, and its budget line could not bear it again.")
        case Ending.WITHDRAWN:
            return tell("the batch that it belongs to was withdrawn.")
        case _:
            return tell("the order that brought it came back ({refund}).", refund=coupon.ended_by or "-")


def standing_words(coupon: Coupon) -> Message:
    """Where the coupon stands: since when, and why."""
    used = coupon.used
    match coupon.state:
        case State.USED if used is not None:
            return tell("used on order {order} ({when})", order=used.order_id, when=used.used_at)
        case State.EXPIRED:
            return tell("expired ({when})", when=coupon.ended_at or "")
        case State.TAKEN_BACK | State.VOID:
            return tell("no longer good ({when}): {why}", when=coupon.ended_at or "", why=ending_words(coupon))
        case _ if coupon.expires_at is not None:
            return tell("good until {when}", when=coupon.expires_at)
        case _:
            return tell("good without end")
