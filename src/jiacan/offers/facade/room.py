"""What there is left of offers, before anyone asks for them."""

from __future__ import annotations

from collections.abc import Sequence

from jiacan.kernel.messages import Message
from jiacan.offers.contracts.awards import Refusal
from jiacan.offers.contracts.occasions import Occasion
from jiacan.offers.contracts.room import Room
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.core.occasions import occasion_event
from jiacan.offers.core.receipts import refusal_message
from jiacan.offers.core.room import room_of
from jiacan.offers.facade.books import load_book


def room_for(shop_id: int, rules: PlanRules, occasions: Sequence[Occasion]) -> dict[str, Room]:
    """What is left of the offer that each of the occasions names, by occasion; none where it gives nothing.

    Nothing is held by asking: each is told what is left as if it came alone.

    Raises:
        OfferUnknown: one names an offer that `rules` do not have for it.
    """
    events = [occasion_event(each, rules) for each in occasions]
    available = load_book(shop_id, rules, events, ()).available
    return {
        event.order_id: room_of(match, event.customer_id, event.at.astimezone(rules.zone).date(), rules, available)
        for event in events
        for match in event.matches
    }


def refusal_in_words(refusal: Refusal, rules: PlanRules) -> Message:
    """Why something was not given."""
    return refusal_message(refusal, rules)
