"""The points mall decided: who may have what, where a redemption goes next, and what can be cancelled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from jiacan.kernel.messages import Message, Name, tell
from jiacan.members.contracts.mall import HELD, MallItem, Redemption, State
from jiacan.offers.contracts.occasions import Occasion
from jiacan.offers.contracts.rules import Trigger

PAY_WITHIN = timedelta(hours=1)
"""How long a redemption that costs money is held until its payment is told."""

SHOWN_LETTERS = 4
"""How much of a code's end staff see."""

LONGEST_CODE = 200


def why_not(
    item: MallItem, tier: str, available: int, *, tiers: Mapping[str, Name], is_staff: bool, at: datetime
) -> Message | None:
    """Why the customer may not have it, stock and limits aside; None where they may.

    Args:
        item: what they want.
        tier: where they stand; empty for nowhere.
        available: the points that they can spend.
        tiers: the plan's tiers, for their names.
        is_staff: whether they are one of the shop's own people.
        at: now.
    """
    if is_staff:
        return tell("staff do not take part")
    if at < item.during.starts_at:
        return tell("it can be had from {starts} on", starts=item.during.starts_at)
    if at >= item.during.ends_at:
        return tell("it could be had until {ends}", ends=item.during.ends_at)
    if item.tiers and tier not in item.tiers:
        return tell("it is for {tiers}", tiers=tuple(tiers[each] for each in item.tiers))
    if available < item.price.points:
        return tell(
            "it costs {points} points, {missing} more than there are to spend",
            points=item.price.points,
            missing=item.price.points - available,
        )
    return None


def to_occasion(redemption: Redemption) -> Occasion:
    """The occasion by which the item is given."""
    return Occasion(
        id=redemption.occasion_id,
        trigger=Trigger.MALL,
        customer_id=redemption.customer_id,
        earned_at=redemption.redeemed_at,
        occurred_at=redemption.redeemed_at,
        rung=0,
        offer_id=redemption.item_id,
    )


def state_when_paid(item: MallItem) -> State:
    """Where a redemption stands once there is nothing more to pay: to be sent, ready to be shown, or done."""
    if item.has_codes:
        return State.READY
    return State.TO_SHIP if item.is_sent else State.DONE


def why_kept(redemption: Redemption, *, by_customer: bool) -> Message | None:
    """Why the redemption stays as it is though someone cancels it; None where it can be cancelled."""
    match redemption.state:
        case State.LAPSED:
            return tell("it was not paid in time and is over")
        case State.SHIPPED:
            return tell("it is on its way")
        case State.DONE if redemption.shown_at is not None and by_customer:
            return tell("its code was shown")
        case State.DONE if redemption.shipped_at is not None or by_customer:
            return tell("its customer has it")
        case _:
            return None


_SAYS: Mapping[State, Message] = {
    State.UNPAID: tell("to be paid"),
    State.TO_SHIP: tell("to be sent"),
    State.READY: tell("its code waits to be seen"),
    State.SHIPPED: tell("on its way"),
    State.DONE: tell("done"),
    State.CANCELLED: tell("cancelled"),
    State.LAPSED: tell("not paid in time"),
}


def state_words(state: State) -> Message:
    """Where a redemption stands, in a word or two."""
    return _SAYS[state]


def standing_words(redemption: Redemption) -> Message:
    """Where the redemption stands: since when, and with which parcel."""
    match redemption.state:
        case State.UNPAID if redemption.pay_until is not None:
            return tell("to be paid until {until}, then let go", until=redemption.pay_until)
        case State.SHIPPED if redemption.carrier or redemption.parcel:
            return tell(
                "on its way since {at}: {carrier} {parcel}",
                at=redemption.shipped_at or "",
                carrier=redemption.carrier,
                parcel=redemption.parcel,
            )
        case State.CANCELLED:
            return tell("cancelled ({at}); the points came back", at=redemption.ended_at or "")
        case State.LAPSED:
            return tell("not paid in time ({at}); the points came back", at=redemption.ended_at or "")
        case _:
            return _SAYS[redemption.state]


def is_held(redemption: Redemption) -> bool:
    """Whether what it takes is only held, so that all of it can be free again."""
    return redemption.state in HELD


# --- codes in a file --------------------------------------------------------------------------------------


def read_codes(text: str) -> Iterator[tuple[int, str, Message | None]]:
    """The codes of a file, one to a line or in the first column: line, code, and what is wrong with it.

    Empty lines, and a first line that says `code`, are left out.
    """
    seen: set[str] = set()
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        code = line.split(",")[0].split(";")[0].split("\t")[0].strip().strip('"').strip()
        if not code or (number == 1 and code.casefold() == "code"):
            continue
        yield number, code, _wrong(code, seen)
        seen.add(code)


def _wrong(code: str, seen: Iterable[str]) -> Message | None:
    if code in seen:
        return tell("it stands in the file before")
    if len(code) < SHOWN_LETTERS:
        return tell("it is shorter than {least} letters", least=SHOWN_LETTERS)
    if len(code) > LONGEST_CODE:
        return tell("it is longer than {most} letters", most=LONGEST_CODE)
    if not code.isprintable() or " " in code:
        return tell("it has letters that nobody can type")
    return None


def masked(end: str) -> str:
    """A code as staff see it."""
    return f"…{end}" if end else ""
