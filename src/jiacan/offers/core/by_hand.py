"""Taking a whole award back by hand: as a refund of everything would, whatever the offer lets customers keep."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from jiacan.ledger.contracts import Group
from jiacan.offers.contracts.awards import ClawBack
from jiacan.offers.contracts.benefits import Kind
from jiacan.offers.contracts.rules import Offer, PlanRules, RefundPolicy
from jiacan.offers.core.book import Book, Held
from jiacan.offers.core.clawback import claw_back
from jiacan.offers.core.events import RefundEvent

_KEEPS_NOTHING = dict.fromkeys(Kind, RefundPolicy.REVERSE)


def take_back_whole(
    held: Held, offer: Offer, rules: PlanRules, *, name: str, at: datetime, book: Book
) -> tuple[ClawBack, Group] | None:
    """What is left of the award, and the ledger group that takes it; None where nothing is, or it has expired.

    The holdings shrink to nothing.

    Args:
        held: what the customer still has of the award.
        offer: as the version that gave the award has it.
        rules: the plan, for its accounts and currency.
        name: under which it is stored, where a refund's would stand its id.
        at: now.
        book: where freed money becomes available again.
    """
    standing = [each for each in held.holdings if each.expires_at is None or each.expires_at > at]
    event = RefundEvent(name, held.order_id, at, ())
    return claw_back(
        replace(held, holdings=standing),
        (),
        event,
        offer=replace(offer, on_refund=_KEEPS_NOTHING),
        rules=rules,
        book=book,
    )
