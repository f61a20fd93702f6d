"""Settle over arrays: `core.settle` for plans that bear on no prices, a pair at a time and with nothing allocated.

Written so that numba compiles it: whole numbers, arrays and loops; a record is one row of an array, and writing to it
writes to the array. A property test holds it to `core.settle`.
"""

from __future__ import annotations

from typing import Any

from jiacan.offers.core.arrays.compiled import compiled
from jiacan.offers.core.arrays.values import (
    CLAW_BACKS,
    EVENTS_BEFORE,
    GRANTED,
    HELD_OUT,
    HOLDINGS,
    IN_HEAP,
    LAPSES,
    NONE,
    OTHERWISE,
    PAIRS_BEFORE,
    PER_CUSTOMER,
    PER_CUSTOMER_PER_DAY,
    PER_DAY,
    REFUSED,
    SHORT,
    STACKED,
    TOTAL,
    Events,
    Found,
    Pairs,
    Plan,
    State,
    Whole,
)

Record = Any  # one row of an array of records


@compiled
def walk(plan: Plan, events: Events, pairs: Pairs, state: State, found: Found, until: int) -> None:
    """Settle the events in order; at the end, let go what lapses by `until`."""
    for number in range(events.events.shape[0]):
        event = events.events[number]
        lapse(event["at"], state, found.lapses)
        if event["is_refund"]:
            take_back(plan.items, event, number, pairs, state, found.claw_backs)
        else:
            settle_order(plan, event, events.expires_at[:, number], pairs, state, found.answers)
            state.sizes[EVENTS_BEFORE] += 1
    lapse(until, state, found.lapses)
    state.sizes[PAIRS_BEFORE] += pairs.pairs.shape[0]


# --- orders -----------------------------------------------------------------------------------------------


@compiled
def settle_order(plan: Plan, event: Record, expires_at: Whole, pairs: Pairs, state: State, answers: Whole) -> None:
    """Award what an order meets, or note what a held-out customer would have got."""
    number, held_before = state.sizes[EVENTS_BEFORE], state.sizes[HOLDINGS]
    for place in range(put_in_turn(plan.offers, pairs, event, state.turn)):
        pair = event["first_pair"] + state.turn[place]
        offer = pairs.pairs[pair]["offer"]
        group = plan.offers[offer]["group"]
        taken = group != NONE and state.groups[group]["event"] == number
        if event["held_out"]:
            given = not taken
            answers[pair]["outcome"] = HELD_OUT if given else NONE
        elif taken:
            refuse(answers[pair], STACKED, state.groups[group]["offer"])
            given = False
        else:
            given = try_pair(plan, event, expires_at, pairs, pair, state, answers[pair])
        if given and group != NONE:
            state.groups[group]["event"] = number
            state.groups[group]["offer"] = offer
    if event["order"] != NONE:
        state.orders[event["order"]]["first"] = held_before
        state.orders[event["order"]]["count"] = state.sizes[HOLDINGS] - held_before


@compiled
def put_in_turn(offers: Whole, pairs: Pairs, event: Record, turn: Whole) -> int:
    """Plan order; but a group that gives its best is tried where its first offer stands, best first."""
    first = event["first_pair"]
    count = event["end_pair"] - first
    for place in range(count):
        turn[place] = place
        group = offers[pairs.pairs[first + place]["offer"]]["best_group"]
        if group == NONE:
            continue
        back = place
        while back > 0 and is_after(offers, pairs, first, turn, back, place):
            turn[back] = turn[back - 1]
            back -= 1
        turn[back] = place
    return int(count)


@compiled
def is_after(offers: Whole, pairs: Pairs, first: int, turn: Whole, place: int, pair: int) -> bool:
    """Whether the pair before this place in the turn is tried after `pair`, which stands later in the plan."""
    group = offers[pairs.pairs[first + pair]["offer"]]["best_group"]
    before = first + turn[place - 1]
    if offers[pairs.pairs[before]["offer"]]["best_group"] == group:
        return at_risk(pairs.gets[before]) < at_risk(pairs.gets[first + pair])
    found = False
    for other in range(place):
        found = found or offers[pairs.pairs[first + turn[other]]["offer"]]["best_group"] == group
    return found


@compiled
def at_risk(items: Whole) -> int:
    """The money at risk in the items."""
    amount = 0
    for slot in range(items.shape[0]):
        amount += items[slot]["amount"]
    return amount


@compiled
def try_pair(
    plan: Plan, event: Record, expires_at: Whole, pairs: Pairs, pair: int, state: State, answer: Record
) -> bool:
    """Grant the pair whole, or what stands in for it, or refuse it."""
    offer = pairs.pairs[pair]["offer"]
    reached = limit_reached(plan.offers[offer], offer, event, state)
    if reached != NONE:
        refuse(answer, reached, NONE)
        return False
    short, asked = shortage(plan, offer, pairs.gets[pair], state.accounts)
    if short == NONE:
        answer["outcome"] = GRANTED
        grant(plan, event, expires_at, pairs, pair, pairs.gets[pair], state, False)
        return True
    refuse(answer, SHORT, short)
    answer["asked"] = asked
    answer["left"] = state.accounts[short]["left"]
    if answer["left"] == 0:
        answer["emptied_at"] = state.accounts[short]["emptied_at"]
    if pairs.instead[pair, 0]["item"] == NONE:
        return False
    still_short, _ = shortage(plan, offer, pairs.instead[pair], state.accounts)
    if still_short != NONE:
        return False
    answer["outcome"] = OTHERWISE
    grant(plan, event, expires_at, pairs, pair, pairs.instead[pair], state, True)
    return True


@compiled
def refuse(answer: Record, reason: int, short_of: int) -> None:
    """The pair is refused for this reason."""
    answer["outcome"] = REFUSED
    answer["reason"] = reason
    answer["short_of"] = short_of


@compiled
def limit_reached(limits: Record, offer: int, event: Record, state: State) -> int:
    """The first of the offer's own limits that is used up, widest first."""
    if limits["total"] != NONE and state.total[offer] >= limits["total"]:
        return TOTAL
    if limits["per_day"] != NONE and state.per_day[offer, event["day"]] >= limits["per_day"]:
        return PER_DAY
    row, customer = limits["customer_row"], event["customer"]
    if row != NONE and state.per_customer[row, customer] >= limits["per_customer"]:
        return PER_CUSTOMER
    row = limits["customer_day_row"]
    if row != NONE:
        counted = state.per_customer_day[row, customer, event["day"] & 1]
        if counted["day"] == event["day"] and counted["count"] >= limits["per_customer_per_day"]:
            return PER_CUSTOMER_PER_DAY
    return NONE


@compiled
def count_award(limits: Record, offer: int, event: Record, state: State) -> None:
    """Count one award against every limit of the offer."""
    if limits["total"] != NONE:
        state.total[offer] += 1
    if limits["per_day"] != NONE:
        state.per_day[offer, event["day"]] += 1
    row, customer = limits["customer_row"], event["customer"]
    if row != NONE:
        state.per_customer[row, customer] += 1
    row = limits["customer_day_row"]
    if row != NONE:
        counted = state.per_customer_day[row, customer, event["day"] & 1]
        counted["count"] = counted["count"] + 1 if counted["day"] == event["day"] else 1
        counted["day"] = event["day"]


@compiled
def shortage(plan: Plan, offer: int, items: Whole, accounts: Whole) -> tuple[int, int]:
    """The first account (stock before budget) that has less left than the items take, and what they ask of it."""
    for slot in range(items.shape[0]):
        account = NONE if items[slot]["item"] == NONE else plan.items[items[slot]["item"]]["stock"]
        if account != NONE:
            asked = 0
            for other in range(items.shape[0]):
                if items[other]["item"] != NONE and plan.items[items[other]["item"]]["stock"] == account:
                    asked += items[other]["quantity"]
            if accounts[account]["left"] < asked:
                return account, asked
    return short_of_money(plan.budget[offer], items, accounts)


@compiled
def short_of_money(budget: Whole, items: Whole, accounts: Whole) -> tuple[int, int]:
    """The first budget line that has less left than the items cost, and what they ask of it."""
    for slot in range(items.shape[0]):
        account = NONE if items[slot]["item"] == NONE else budget[items[slot]["item"]]
        if account != NONE and items[slot]["amount"] != 0:
            asked = 0
            for other in range(items.shape[0]):
                if items[other]["item"] != NONE and budget[items[other]["item"]] == account:
                    asked += items[other]["amount"]
            if accounts[account]["left"] < asked:
                return account, asked
    return NONE, 0


@compiled
def grant(
    plan: Plan,
    event: Record,
    expires_at: Whole,
    pairs: Pairs,
    pair: int,
    items: Whole,
    state: State,
    instead: bool,
) -> None:
    """Take the award out of every account, and remember what the customer holds where it can still change."""
    offer = pairs.pairs[pair]["offer"]
    count_award(plan.offers[offer], offer, event, state)
    for slot in range(items.shape[0]):
        item = items[slot]["item"]
        if item == NONE:
            break
        budget = plan.budget[offer, item]
        take(state.accounts, plan.items[item]["stock"], items[slot]["quantity"], event["at"])
        take(state.accounts, budget, items[slot]["amount"], event["at"])
        expiry = plan.items[item]["expiry"]
        if event["order"] == NONE and expiry == NONE:
            continue
        row = state.sizes[HOLDINGS]
        state.sizes[HOLDINGS] += 1
        held = state.holdings[row]
        held["pair"] = state.sizes[PAIRS_BEFORE] + pair
        held["quantity"] = items[slot]["quantity"]
        held["amount"] = items[slot]["amount"]
        held["account"] = budget if plan.items[item]["is_held"] else NONE
        held["offer"] = offer
        held["rung"] = pairs.pairs[pair]["rung"]
        held["item"] = item
        held["instead"] = instead
        held["keeps"] = plan.keeps[offer, item]
        held["lapsed"] = False
        if expiry != NONE:
            push(state, expires_at[expiry], row)


@compiled
def take(accounts: Whole, account: int, amount: int, at: int) -> None:
    """Take so much out of the account, if there is one; remembers when it ran out."""
    if account != NONE and amount != 0:
        accounts[account]["left"] -= amount
        if accounts[account]["left"] == 0:
            accounts[account]["emptied_at"] = at


# --- refunds ----------------------------------------------------------------------------------------------


@compiled
def take_back(items: Whole, event: Record, number: int, pairs: Pairs, state: State, claw_backs: Whole) -> None:
    """Take back what the kept goods no longer deserve, item by item."""
    if event["order"] == NONE:
        return
    order = state.orders[event["order"]]
    for row in range(order["first"], order["first"] + order["count"]):
        held = state.holdings[row]
        if held["lapsed"] or held["quantity"] == 0 or held["keeps"]:
            continue
        quantity, amount = excess(held, items[held["item"]]["is_money"], event, pairs)
        if quantity == 0:
            continue
        held["amount"] -= amount
        if items[held["item"]]["is_money"]:
            held["quantity"] = 1 if held["amount"] > 0 else 0
        else:
            held["quantity"] -= quantity
        if held["account"] != NONE:
            state.accounts[held["account"]]["left"] += amount
        back = claw_backs[state.sizes[CLAW_BACKS]]
        state.sizes[CLAW_BACKS] += 1
        back["event"] = number
        back["row"] = row
        back["quantity"] = quantity
        back["amount"] = amount


@compiled
def excess(held: Record, is_money: bool, event: Record, pairs: Pairs) -> tuple[int, int]:
    """How much of a holding is not deserved any more: number and amount; nothing of either when all of it is."""
    quantity, amount = deserved(held, event, pairs)
    if is_money:
        over = held["amount"] - amount
        return (1, over) if over > 0 else (0, 0)
    over = held["quantity"] - quantity
    return (over, share(held["amount"], over, held["quantity"])) if over > 0 else (0, 0)


@compiled
def deserved(held: Record, event: Record, pairs: Pairs) -> tuple[int, int]:
    """How much of a holding the kept goods deserve: number and amount."""
    for pair in range(event["first_pair"], event["end_pair"]):
        if pairs.pairs[pair]["offer"] == held["offer"]:
            items = pairs.instead[pair] if held["instead"] else pairs.gets[pair]
            for slot in range(items.shape[0]):
                if items[slot]["item"] == held["item"]:
                    return items[slot]["quantity"], items[slot]["amount"]
    return 0, 0


@compiled
def share(amount: int, part: int, whole: int) -> int:
    """The part's share of an amount, by largest remainder with the rest, ties to the part.

    The amount is divided first, so that no product leaves 64 bits.
    """
    times, rest = amount // whole, amount % whole
    of_part, of_rest = rest * part, rest * (whole - part)
    missing = rest - of_part // whole - of_rest // whole
    found = times * part + of_part // whole
    return found + 1 if missing > 0 and of_part % whole >= of_rest % whole else found


# --- what lapses ------------------------------------------------------------------------------------------


@compiled
def lapse(at: int, state: State, lapses: Whole) -> None:
    """Let go what expires by `at`: its money is free again."""
    while state.sizes[IN_HEAP] > 0 and state.heap[0]["at"] <= at:
        expired_at, row = state.heap[0]["at"], state.heap[0]["row"]
        pop(state.heap, state.sizes)
        held = state.holdings[row]
        if held["lapsed"] or held["quantity"] == 0:
            continue
        held["lapsed"] = True
        if held["account"] != NONE:
            state.accounts[held["account"]]["left"] += held["amount"]
        lapsed = lapses[state.sizes[LAPSES]]
        state.sizes[LAPSES] += 1
        lapsed["at"] = expired_at
        lapsed["row"] = row


@compiled
def push(state: State, at: int, row: int) -> None:
    """Put a holding into the heap of those that lapse."""
    heap, place = state.heap, state.sizes[IN_HEAP]
    state.sizes[IN_HEAP] += 1
    while place > 0 and heap[(place - 1) // 2]["at"] > at:
        move(heap, (place - 1) // 2, place)
        place = (place - 1) // 2
    heap[place]["at"] = at
    heap[place]["row"] = row


@compiled
def pop(heap: Whole, sizes: Whole) -> None:
    """Take the first holding out of the heap."""
    sizes[IN_HEAP] -= 1
    last = sizes[IN_HEAP]
    at, place, below = heap[last]["at"], 0, 1
    while below < last:
        if below + 1 < last and heap[below + 1]["at"] < heap[below]["at"]:
            below += 1
        if heap[below]["at"] >= at:
            break
        move(heap, below, place)
        place, below = below, 2 * below + 1
    move(heap, last, place)


@compiled
def move(heap: Whole, source: int, to: int) -> None:
    """Copy one entry of the heap over another."""
    heap[to]["at"] = heap[source]["at"]
    heap[to]["row"] = heap[source]["row"]
