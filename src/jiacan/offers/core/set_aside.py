"""What prizes take of stock and budget, and how the ledger holds it until they are drawn.

One hold stands on each account for all prizes that are not drawn yet. When some are, it is let go and what the others
take is held under the next number: nobody else can come between, since both are one group.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from jiacan.ledger.contracts import AccountKey, Entry, Group, Hold, Void
from jiacan.offers.contracts.occasions import OCCASION_MARK, Occasion
from jiacan.offers.contracts.rules import PlanRules, Trigger
from jiacan.offers.contracts.set_aside import NotEnoughToSetAside, Taken
from jiacan.offers.contracts.settled import Means
from jiacan.offers.core.accounts import budget_account, plan_account, stock_account
from jiacan.offers.core.needs import needs
from jiacan.offers.core.occasions import match_occasion

Total = Mapping[tuple[Means, str], int]
"""How much of each stock item and budget line."""


def takes_of(rules: PlanRules, draw_id: str, rung: int) -> tuple[Taken, ...]:
    """What one prize of the draw takes."""
    offer = next(offer for offer in rules.offers if offer.id == draw_id)
    at = offer.during.starts_at
    occasion = Occasion(OCCASION_MARK, Trigger.TICKET_DRAWN, "", at, at, rung, draw_id)
    found = (needs(match.items, offer, rules) for match in match_occasion(occasion, rules))
    return tuple(
        Taken(Means.BUDGET if account.unit == rules.currency else Means.STOCK, named, amount)
        for each in found
        for account, (amount, named) in each.items()
    )


def add_up(prizes: Iterable[tuple[Iterable[Taken], int]]) -> dict[tuple[Means, str], int]:
    """What so many of each prize take together."""
    total: dict[tuple[Means, str], int] = {}
    for takes, units in prizes:
        for each in takes:
            total[each.means, each.id] = total.get((each.means, each.id), 0) + each.amount * units
    return {of: amount for of, amount in total.items() if amount}


def set_aside_by(rules: PlanRules, left: Mapping[tuple[Means, str], int]) -> dict[tuple[Means, str], int]:
    """What the plan's draws set aside together, of so much that is left.

    Raises:
        NotEnoughToSetAside: it is more.
    """
    found: dict[tuple[Means, str], int] = {}
    for draw_id, units in rules.set_aside.items():
        asked = add_up((takes_of(rules, draw_id, rung), many) for rung, many in units.items())
        check_left(draw_id, asked, {of: amount - found.get(of, 0) for of, amount in left.items()})
        for of, amount in asked.items():
            found[of] = found.get(of, 0) + amount
    return found


def full_of(rules: PlanRules) -> dict[tuple[Means, str], int]:
    """Everything that there is before the first event."""
    stock = {(Means.STOCK, item.id): item.units for item in rules.stock.values()}
    return {**stock, **{(Means.BUDGET, line.id): line.amount_minor for line in rules.budget.values()}}


def check_left(draw_id: str, asked: Total, left: Total) -> None:
    """See that there is as much.

    Raises:
        NotEnoughToSetAside: there is less of something.
    """
    for (means, named), amount in asked.items():
        if left.get((means, named), 0) < amount:
            raise NotEnoughToSetAside(draw_id, means, named, amount, left.get((means, named), 0))


def account_of(means: Means, named: str, plan_id: str, currency: str) -> AccountKey:
    """Where it stands in the ledger."""
    return stock_account(plan_id, named) if means is Means.STOCK else budget_account(plan_id, named, currency)


def change_group(
    name: str, before: Total, after: Total, *, number: int, plan_id: str, currency: str, at: datetime
) -> Group:
    """Let go what was held under this number, and hold what is still promised under the next one."""

    def keys(total: Total, of: int) -> Iterator[tuple[str, AccountKey, int]]:
        for (means, named), amount in total.items():
            yield f"set aside/{name}/{means}/{named}/{of}", account_of(means, named, plan_id, currency), amount

    entries: list[Entry] = [Void(f"{key}/void", key, at) for key, _, _ in keys(before, number)]
    for key, account, amount in keys(after, number + 1):
        entries.append(Hold(key, account, plan_account(plan_id, "set aside", account.unit), amount, at, None))
    return Group(tuple(entries))
