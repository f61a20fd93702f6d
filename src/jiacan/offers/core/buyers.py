"""What of a customer counts for an order: as it was known when it was paid."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from jiacan.customers.contracts import Birthday
from jiacan.offers.contracts.rules import PlanRules


def asks_of_buyers(rules: PlanRules) -> bool:
    """Whether orders are matched by more of their customers than which order of theirs it is."""
    return rules.ladder is not None or rules.asks_birthdays


def birth_month(birthday: Birthday | None, paid_at: datetime, zone: ZoneInfo, *, came_back: bool) -> int | None:
    """The month of the birthday as it stood when the order was paid; None where none was known then.

    A birthday that became another day since is no more known as it was. So it counts for no order that is settled
    late; and where goods come back (`came_back`), what the order was given for its month is not taken for that.
    """
    if birthday is None or birthday.known_since > paid_at:
        return None
    if birthday.stands_since <= paid_at:
        return birthday.month
    return paid_at.astimezone(zone).month if came_back else None
