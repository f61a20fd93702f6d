"""Every query on prizes that were won."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from jiacan.draws.contracts.kept import KeptTicket, Win, WinFilter, WinState
from jiacan.draws.models import Win as Row
from jiacan.draws.store.tickets import to_ticket


def add_win(shop_id: int, ticket: KeptTicket, prize: str, rung: int, *, at: datetime, **columns: object) -> Win:
    """A prize that the ticket won; the columns say what became of it at once."""
    row = Row.objects.create(
        shop_id=shop_id,
        draw_id=ticket.draw_row,
        ticket_id=ticket.row,
        prize=prize,
        rung=rung,
        customer_id=ticket.customer_id,
        attempt=1,
        won_at=at,
        note="",
        **columns,
    )
    return get_win(shop_id, row.pk)


def save(shop_id: int, win_id: int, **columns: object) -> None:
    """Keep what became of a prize."""
    Row.objects.filter(shop_id=shop_id, pk=win_id).update(**columns)


def get_win(shop_id: int, win_id: int) -> Win:
    """The prize of that number."""
    return _to_win(Row.objects.select_related("ticket").get(shop_id=shop_id, pk=win_id))


def lock_wins(shop_id: int, ids: Collection[int]) -> tuple[Win, ...]:
    """These prizes as they stand now, in order, locked until the transaction ends."""
    rows = Row.objects.select_for_update(no_key=True, of=("self",)).filter(shop_id=shop_id, pk__in=ids)
    return tuple(_to_win(row) for row in rows.select_related("ticket").order_by("id"))


def of_tickets(shop_id: int, ticket_rows: Collection[int]) -> tuple[Win, ...]:
    """The prizes that these tickets won."""
    rows = Row.objects.filter(shop_id=shop_id, ticket_id__in=ticket_rows).select_related("ticket")
    return tuple(_to_win(row) for row in rows.order_by("id"))


def find_wins(shop_id: int, asked: WinFilter, *, after: int | None, limit: int) -> tuple[Win, ...]:
    """The prizes that are asked for, the last won first."""
    rows = _asked(shop_id, asked).select_related("ticket").order_by("-id")
    if after is not None:
        rows = rows.filter(id__lt=after)
    return tuple(_to_win(row) for row in rows[:limit])


def count_wins(shop_id: int, asked: WinFilter) -> dict[WinState, int]:
    """How many of them stand where."""
    found = _asked(shop_id, asked).values_list("state").annotate(count=Count("id")).order_by()
    return {WinState(state): count for state, count in found}


def won_of(shop_id: int, draw_row: int) -> Counter[str]:
    """How many of each prize of the draw were won, whatever became of them."""
    rows = Row.objects.filter(shop_id=shop_id, draw_id=draw_row).order_by()
    return Counter(dict(rows.values_list("prize").annotate(count=Count("id"))))


def of_draw(shop_id: int, draw_row: int) -> tuple[Win, ...]:
    """Every prize that was won in the draw, the first first."""
    rows = Row.objects.filter(shop_id=shop_id, draw_id=draw_row).select_related("ticket").order_by("id")
    return tuple(_to_win(row) for row in rows)


def claims_over(shop_id: int, at: datetime, limit: int) -> tuple[int, ...]:
    """Prizes that nobody claimed in time."""
    rows = Row.objects.filter(shop_id=shop_id, state=WinState.WON, claim_by__lte=at).order_by("claim_by", "id")
    return tuple(rows.values_list("id", flat=True)[:limit])


def to_remind(shop_id: int, at: datetime, by: datetime, limit: int) -> tuple[Win, ...]:
    """Prizes that have to be claimed by then and of which nobody was reminded."""
    rows = Row.objects.filter(
        shop_id=shop_id, state=WinState.WON, claim_by__gt=at, claim_by__lte=by, reminded_at=None
    ).select_related("ticket")
    return tuple(_to_win(row) for row in rows.order_by("claim_by", "id")[:limit])


def _asked(shop_id: int, asked: WinFilter) -> QuerySet[Row]:
    rows = Row.objects.filter(shop_id=shop_id)
    if asked.plan_id:
        rows = rows.filter(draw__plan_id=asked.plan_id)
    if asked.draw_id:
        rows = rows.filter(draw__draw_id=asked.draw_id)
    if asked.prize:
        rows = rows.filter(prize=asked.prize)
    if asked.state is not None:
        rows = rows.filter(state=asked.state)
    if asked.text:
        rows = rows.filter(Q(customer_id=asked.text) | Q(ticket__order_id=asked.text))
    return rows


def _to_win(row: Row) -> Win:
    return Win(
        id=row.pk,
        draw_row=row.draw_id,
        ticket=to_ticket(row.ticket),
        prize=row.prize,
        rung=row.rung,
        customer_id=row.customer_id,
        state=WinState(row.state),
        won_at=row.won_at,
        claim_by=row.claim_by,
        claimed_at=row.claimed_at,
        shipped_at=row.shipped_at,
        settled_at=row.settled_at,
        ended_at=row.ended_at,
        note=row.note,
        attempt=row.attempt,
    )
