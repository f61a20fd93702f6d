"""Figures of awards, from tables to tables.

Every measure takes `awards(offer_id, settled_for, outcome, reason)`: one row for each award, refusal and hold-out;
`reason` is empty where there is none. `days(day, starts_at, ends_at)` are days of the plan's zone.
"""

from __future__ import annotations

import ibis.expr.types as ir


def awards_by_day(awards: ir.Table, days: ir.Table) -> ir.Table:
    """`(day, offer_id, outcome, reason, awards)`: how many there were of each, where there were any."""
    of_day = days.join(awards, [awards.settled_for >= days.starts_at, awards.settled_for < days.ends_at])
    keys = ("day", "offer_id", "outcome", "reason")
    return of_day.group_by(*keys).agg(awards=of_day.count()).order_by(*keys)
