"""Settle over arrays: `core.settle` for plans that bear on no prices, a pair at a time and with nothing allocated.

Written so that numba compiles it: whole numbers, arrays and loops. A property test holds it to `core.settle`.
"""

from __future__ import annotations

import numba

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

compiled = numba.njit(cache=True)


@compiled
def walk(plan: Plan, events: Events, pairs: Pairs, state: State, found: Found, until: int) -> None:
    """Settle the events in order; at the end, let go what lapses by `until`."""
    for event in range(events.at.shape[0]):
        lapse(events.at[event], state, found)
        if events.is_refund[event]:
            take_back(plan, events, pairs, state, found, event)
            continue
        settle_order(plan, events, pairs, state, found, event)
    lapse(until, state, found)
    state.sizes[PAIRS_BEFORE] += pairs.offer.shape[0]
    state.sizes[EVENTS_BEFORE] += events.at.shape[0]


@compiled
def settle_order(plan: Plan, events: Events, pairs: Pairs, state: State, found: Found, event: int) -> None:
    """Award what an order meets, or note what a held-out customer would have got."""
    number = state.sizes[EVENTS_BEFORE] + event
    first = events.first_pair[event]
    count = put_in_turn(plan, pairs, state, first, events.first_pair[event + 1])
    held_before = state.sizes[HOLDINGS]
    for place in range(count):
        pair = first + state.turn[place]
        group = plan.group[pairs.offer[pair]]
        taken = group != NONE and state.group_event[group] == number
        if events.held_out[event]:
            given = not taken
            found.outcome[pair] = HELD_OUT if given else NONE
        elif taken:
            refuse(found, pair, STACKED, state.group_offer[group])
            given = False
        else:
            given = try_pair(plan, events, pairs, state, found, event, pair)
        if given and group != NONE:
            state.group_event[group] = number
            state.group_offer[group] = pairs.offer[pair]
    order = events.order[event]
    if order != NONE:
        state.order_first[order] = held_before
        state.order_count[order] = state.sizes[HOLDINGS] - held_before


@compiled
def put_in_turn(plan: Plan, pairs: Pairs, state: State, first: int, end: int) -> int:
    """Plan order; but a group that gives its best is tried where its first offer stands, best first."""
    count = end - first
    for place in range(count):
        state.turn[place] = place
        group = plan.best_group[pairs.offer[first + place]]
        if group == NONE:
            continue
        back = place
        while back > 0 and is_after(plan, pairs, first, state.turn, back, place):
            state.turn[back] = state.turn[back - 1]
            back -= 1
        state.turn[back] = place
    return count


@compiled
def is_after(plan: Plan, pairs: Pairs, first: int, turn: Whole, place: int, pair: int) -> bool:
    """Whether the pair before this place in the turn is tried after `pair`, which stands later in the plan."""
    group = plan.best_group[pairs.offer[first + pair]]
    before = turn[place - 1]
    if plan.best_group[pairs.offer[first + before]] == group:
        return at_risk(pairs, first + before) < at_risk(pairs, first + pair)
    for other in range(place):
        if plan.best_group[pairs.offer[first + turn[other]]] == group:
            return True
    return False


@compiled
def at_risk(pairs: Pairs, pair: int) -> int:
    """The money at risk in what the pair would be given."""
    amount = 0
    for slot in range(pairs.item.shape[1]):
        amount += pairs.amount[pair, slot]
    return amount


@compiled
def try_pair(plan: Plan, events: Events, pairs: Pairs, state: State, found: Found, event: int, pair: int) -> bool:
    """Grant the pair whole, or what stands in for it, or refuse it."""
    offer = pairs.offer[pair]
    reached = limit_reached(plan, events, state, event, offer)
    if reached != NONE:
        refuse(found, pair, reached, NONE)
        return False
    short, asked = shortage(plan, state, offer, pairs.item[pair], pairs.quantity[pair], pairs.amount[pair])
    if short == NONE:
        grant(plan, events, pairs, state, event, pair, False)
        found.outcome[pair] = GRANTED
        return True
    refuse(found, pair, SHORT, short)
    found.asked[pair] = asked
    found.left[pair] = state.left[short]
    found.emptied_at[pair] = state.emptied_at[short] if state.left[short] == 0 else NONE
    items = pairs.else_item[pair]
    if items.shape[0] == 0 or items[0] == NONE:
        return False
    still_short, _ = shortage(plan, state, offer, items, pairs.else_quantity[pair], pairs.else_amount[pair])
    if still_short != NONE:
        return False
    grant(plan, events, pairs, state, event, pair, True)
    found.outcome[pair] = OTHERWISE
    return True


@compiled
def refuse(found: Found, pair: int, reason: int, short_of: int) -> None:
    """The pair is refused for this reason."""
    found.outcome[pair] = REFUSED
    found.reason[pair] = reason
    found.short_of[pair] = short_of


@compiled
def limit_reached(plan: Plan, events: Events, state: State, event: int, offer: int) -> int:
    """The first of the offer's own limits that is used up, widest first."""
    limits = plan.limits[offer]
    if limits[TOTAL] != NONE and state.total[offer] >= limits[TOTAL]:
        return TOTAL
    day, customer = events.day[event], events.customer[event]
    if limits[PER_DAY] != NONE and state.per_day[offer, day] >= limits[PER_DAY]:
        return PER_DAY
    if limits[PER_CUSTOMER] != NONE:
        if state.per_customer[plan.customer_row[offer], customer] >= limits[PER_CUSTOMER]:
            return PER_CUSTOMER
    if limits[PER_CUSTOMER_PER_DAY] != NONE:
        row = plan.customer_day_row[offer]
        if state.customer_day[row, customer, day & 1] == day:
            if state.per_customer_day[row, customer, day & 1] >= limits[PER_CUSTOMER_PER_DAY]:
                return PER_CUSTOMER_PER_DAY
    return NONE


@compiled
def shortage(
    plan: Plan, state: State, offer: int, items: Whole, quantities: Whole, amounts: Whole
) -> tuple[int, int]:
    """The first account (stock before budget) that has less left than the items take, and what they ask of it."""
    for slot in range(items.shape[0]):
        account = NONE if items[slot] == NONE else plan.account_of_stock[items[slot]]
        if account != NONE:
            asked = 0
            for other in range(items.shape[0]):
                if items[other] != NONE and plan.account_of_stock[items[other]] == account:
                    asked += quantities[other]
            if state.left[account] < asked:
                return account, asked
    for slot in range(items.shape[0]):
        account = NONE if items[slot] == NONE else plan.account_of_budget[offer, items[slot]]
        if account != NONE and amounts[slot] != 0:
            asked = 0
            for other in range(items.shape[0]):
                if items[other] != NONE and plan.account_of_budget[offer, items[other]] == account:
                    asked += amounts[other]
            if state.left[account] < asked:
                return account, asked
    return NONE, 0


@compiled
def grant(plan: Plan, events: Events, pairs: Pairs, state: State, event: int, pair: int, instead: bool) -> None:
    """Take the award out of every account, and remember what the customer holds where it can still change."""
    offer = pairs.offer[pair]
    count_award(plan, events, state, event, offer)
    items = pairs.else_item[pair] if instead else pairs.item[pair]
    quantities = pairs.else_quantity[pair] if instead else pairs.quantity[pair]
    amounts = pairs.else_amount[pair] if instead else pairs.amount[pair]
    for slot in range(items.shape[0]):
        item = items[slot]
        if item == NONE:
            break
        stock, budget = plan.account_of_stock[item], plan.account_of_budget[offer, item]
        if stock != NONE:
            take(state, stock, quantities[slot], events.at[event])
        if budget != NONE and amounts[slot] != 0:
            take(state, budget, amounts[slot], events.at[event])
        if events.order[event] == NONE and plan.expiry[item] == NONE:
            continue
        row = state.sizes[HOLDINGS]
        state.sizes[HOLDINGS] = row + 1
        state.held_pair[row] = state.sizes[PAIRS_BEFORE] + pair
        state.held_offer[row] = offer
        state.held_item[row] = item
        state.held_quantity[row] = quantities[slot]
        state.held_amount[row] = amounts[slot]
        state.held_account[row] = budget if plan.is_held[item] else NONE
        state.held_instead[row] = instead
        state.held_keeps[row] = plan.keeps[offer, item]
        state.held_lapsed[row] = False
        if plan.expiry[item] != NONE:
            push(state, events.expires_at[plan.expiry[item], event], row)


@compiled
def take(state: State, account: int, amount: int, at: int) -> None:
    """Take so much out of the account; remembers when it ran out."""
    state.left[account] -= amount
    if state.left[account] == 0:
        state.emptied_at[account] = at


@compiled
def count_award(plan: Plan, events: Events, state: State, event: int, offer: int) -> None:
    """Count one award against every limit of the offer."""
    limits = plan.limits[offer]
    day, customer = events.day[event], events.customer[event]
    if limits[TOTAL] != NONE:
        state.total[offer] += 1
    if limits[PER_DAY] != NONE:
        state.per_day[offer, day] += 1
    if limits[PER_CUSTOMER] != NONE:
        state.per_customer[plan.customer_row[offer], customer] += 1
    if limits[PER_CUSTOMER_PER_DAY] != NONE:
        row = plan.customer_day_row[offer]
        if state.customer_day[row, customer, day & 1] != day:
            state.customer_day[row, customer, day & 1] = day
            state.per_customer_day[row, customer, day & 1] = 0
        state.per_customer_day[row, customer, day & 1] += 1


@compiled
def take_back(plan: Plan, events: Events, pairs: Pairs, state: State, found: Found, event: int) -> None:
    """Take back what the kept goods no longer deserve, item by item."""
    order = events.order[event]
    if order == NONE:
        return
    first = state.order_first[order]
    for row in range(first, first + state.order_count[order]):
        item, quantity, amount = state.held_item[row], state.held_quantity[row], state.held_amount[row]
        if state.held_lapsed[row] or quantity == 0 or state.held_keeps[row]:
            continue
        kept_quantity, kept_amount = deserved(events, pairs, state, event, row)
        if plan.is_money[item]:
            back_amount = amount - kept_amount
            if back_amount <= 0:
                continue
            back_quantity = 1
            state.held_quantity[row] = 1 if amount > back_amount else 0
        else:
            back_quantity = quantity - kept_quantity
            if back_quantity <= 0:
                continue
            back_amount = share(amount, back_quantity, quantity)
            state.held_quantity[row] = quantity - back_quantity
        state.held_amount[row] = amount - back_amount
        if state.held_account[row] != NONE:
            state.left[state.held_account[row]] += back_amount
        back = state.sizes[CLAW_BACKS]
        state.sizes[CLAW_BACKS] = back + 1
        found.back_event[back] = event
        found.back_row[back] = row
        found.back_quantity[back] = back_quantity
        found.back_amount[back] = back_amount


@compiled
def deserved(events: Events, pairs: Pairs, state: State, event: int, row: int) -> tuple[int, int]:
    """How much of a holding the kept goods deserve: number and amount."""
    for pair in range(events.first_pair[event], events.first_pair[event + 1]):
        if pairs.offer[pair] != state.held_offer[row]:
            continue
        if state.held_instead[row]:
            for slot in range(pairs.else_item.shape[1]):
                if pairs.else_item[pair, slot] == state.held_item[row]:
                    return pairs.else_quantity[pair, slot], pairs.else_amount[pair, slot]
        else:
            for slot in range(pairs.item.shape[1]):
                if pairs.item[pair, slot] == state.held_item[row]:
                    return pairs.quantity[pair, slot], pairs.amount[pair, slot]
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


@compiled
def lapse(at: int, state: State, found: Found) -> None:
    """Let go what expires by `at`: its money is free again."""
    while state.sizes[IN_HEAP] > 0 and state.heap_at[0] <= at:
        expired_at, row = state.heap_at[0], state.heap_row[0]
        pop(state)
        if state.held_lapsed[row] or state.held_quantity[row] == 0:
            continue
        state.held_lapsed[row] = True
        if state.held_account[row] != NONE:
            state.left[state.held_account[row]] += state.held_amount[row]
        number = state.sizes[LAPSES]
        state.sizes[LAPSES] = number + 1
        found.lapse_row[number] = row
        found.lapse_at[number] = expired_at


@compiled
def push(state: State, at: int, row: int) -> None:
    """Put a holding into the heap of those that lapse."""
    place = state.sizes[IN_HEAP]
    state.sizes[IN_HEAP] = place + 1
    while place > 0 and state.heap_at[(place - 1) // 2] > at:
        above = (place - 1) // 2
        state.heap_at[place], state.heap_row[place] = state.heap_at[above], state.heap_row[above]
        place = above
    state.heap_at[place], state.heap_row[place] = at, row


@compiled
def pop(state: State) -> None:
    """Take the first holding out of the heap."""
    last = state.sizes[IN_HEAP] - 1
    state.sizes[IN_HEAP] = last
    at, row = state.heap_at[last], state.heap_row[last]
    place = 0
    while True:
        below = 2 * place + 1
        if below >= last:
            break
        if below + 1 < last and state.heap_at[below + 1] < state.heap_at[below]:
            below += 1
        if state.heap_at[below] >= at:
            break
        state.heap_at[place], state.heap_row[place] = state.heap_at[below], state.heap_row[below]
        place = below
    state.heap_at[place], state.heap_row[place] = at, row
