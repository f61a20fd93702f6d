"""The working copy of a plan's books: loaded before settling, carried out and stored after it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from jiacan.ledger import facade as ledger
from jiacan.ledger.contracts import AccountKey, Group, Hold, Move
from jiacan.offers.contracts.awards import ClawBack
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.contracts.settled import Level, Means
from jiacan.offers.core.accounts import Allowance, allowances, budget_account, stock_account, stock_unit
from jiacan.offers.core.book import Book, Held, loaded_book
from jiacan.offers.core.events import Event, PaidEvent
from jiacan.offers.core.settle import Settlement, is_withheld
from jiacan.offers.core.tallying import Counted
from jiacan.offers.store import awards as store
from jiacan.offers.store import giving, pace
from jiacan.orders.contracts import EventKey

VersionRules = Callable[[int], PlanRules]


def load_book(
    shop_id: int, rules: PlanRules, events: Iterable[Event], held: Iterable[Held], earlier: Iterable[PlanRules] = ()
) -> Book:
    """What is left of everything bounded that the events could take from, and what customers hold.

    What reservations hold is not left.
    """
    bounds = allowance_bounds(rules, events)
    means = {key for version in (rules, *earlier) for key in means_of(version).values()}
    balances = ledger.load_balances(shop_id, [*means, *bounds])
    available = {key: balances[key].available or 0 for key in means if key in balances}
    empty = {stock_unit(item): item for item in rules.stock}
    emptied = [empty[key.unit] for key, left in available.items() if left == 0 and key.unit in empty]
    at = store.find_emptied_at(shop_id, rules.plan_id, emptied) if emptied else {}
    emptied_at = {key: at[empty[key.unit]] for key in available if empty.get(key.unit) in at}
    taken = {key: balances[key] for key in bounds if key in balances}
    available.update((key, bounds[key] + balance.posted - balance.held) for key, balance in taken.items())
    return loaded_book(available, emptied_at, held)


def means_of(rules: PlanRules) -> dict[tuple[Means, str], AccountKey]:
    """Where each stock item and budget line of the plan stands in the ledger."""
    stock = {(Means.STOCK, item): stock_account(rules.plan_id, item) for item in rules.stock}
    budget = {(Means.BUDGET, line): budget_account(rules.plan_id, line, rules.currency) for line in rules.budget}
    return {**stock, **budget}


def allowance_bounds(rules: PlanRules, events: Iterable[Event]) -> dict[AccountKey, int]:
    """The limit of every count that awards for these events would take from."""
    limits = {offer.id: offer.limits for offer in rules.offers}
    bounds: dict[AccountKey, int] = {}
    for event in events:
        if not isinstance(event, PaidEvent) or is_withheld(event, rules):
            continue
        day = event.at.astimezone(rules.zone).date()
        for match in event.matches:
            of_offer = limits[match.offer_id]
            counts = allowances(rules.plan_id, match.offer_id, of_offer, customer_id=event.customer_id, day=day)
            bounds.update((count.account, count.bound) for count in counts)
    return bounds


def left_within(shop_id: int, bounds: Mapping[AccountKey, int]) -> dict[AccountKey, int]:
    """What is left of each of these limits; a count that was never taken from is absent."""
    taken = ledger.load_balances(shop_id, list(bounds))
    return {key: bounds[key] + balance.posted - balance.held for key, balance in taken.items()}


def find_levels(rules: PlanRules, before: Mapping[AccountKey, int], book: Book) -> tuple[Level, ...]:
    """The stock items and budget lines of which less or more can be given than before."""
    found = (
        Level(means, named, before.get(key, 0), book.left(key, 0)) for (means, named), key in means_of(rules).items()
    )
    return tuple(level for level in found if level.before != level.after)


def carry_out(
    shop_id: int, groups: Sequence[Group], counts: Iterable[Allowance], bounded: Iterable[AccountKey]
) -> None:
    """Apply what was decided to the ledger, which must agree.

    Args:
        shop_id: whose ledger.
        groups: in their order.
        counts: the allowances that they take from, to be opened with their limits.
        bounded: accounts known to be open with their bounds; any other is opened without.
    """
    if not groups:
        return
    floors: dict[AccountKey, int | None] = {count.account: -count.bound for count in counts}
    moved = {
        key
        for group in groups
        for entry in group.entries
        if isinstance(entry, Move | Hold)
        for key in (entry.debit, entry.credit)
    }
    known = set(bounded)
    unbounded = moved - floors.keys() - known
    ledger.post(shop_id, groups, {**floors, **dict.fromkeys(unbounded)}, known)


def keep(
    shop_id: int,
    rules: PlanRules,
    events: Iterable[EventKey],
    settlements: Sequence[Settlement],
    book: Book,
    before: Iterable[Held],
) -> None:
    """Store that events are settled, what they came to and what customers hold after them.

    Args:
        shop_id: whose.
        rules: the plan, for the places of its offers.
        events: what was settled.
        settlements: what the events came to.
        book: as settling left it.
        before: what customers held before; it has changed in the book.
    """
    awards = [award for settlement in settlements for award in settlement.awards]
    holdings = {(one.order_id, one.offer_id): one.holdings for each in book.held.values() for one in each}
    giving.add_settled(shop_id, rules.plan_id, events, awards, holdings, _places(rules))
    giving.update_held(shop_id, rules.plan_id, before)
    keep_claw_backs(shop_id, rules, [back for settlement in settlements for back in settlement.claw_backs])


def keep_claw_backs(shop_id: int, rules: PlanRules, backs: Iterable[ClawBack]) -> None:
    """Store what was taken back."""
    giving.add_claw_backs(shop_id, rules.plan_id, backs, _places(rules))


def _places(rules: PlanRules) -> Mapping[str, int]:
    """Each offer's place in the plan; one of an earlier version stands after them all."""
    return defaultdict(lambda: len(rules.offers), {offer.id: i for i, offer in enumerate(rules.offers)})


def add_pace(shop_id: int, plan_id: str, counted: Counted) -> None:
    """Add to the plan's counters."""
    pace.add_pace(shop_id, plan_id, counted.awards, counted.orders)
