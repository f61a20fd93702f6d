"""Every query on tickets."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import BooleanField, Count, ExpressionWrapper, Q

from jiacan.draws.contracts.kept import KeptTicket, TicketState
from jiacan.draws.contracts.terms import Result
from jiacan.draws.contracts.terms import Ticket as Entry
from jiacan.draws.models import Draw, Ticket
from jiacan.kernel.statements import Prepared

AT_ONCE = 5_000
"""Tickets of a statement."""

AT_A_TIME = 20_000
"""Chances of a transaction: few enough for those who wait for the plan meanwhile."""

_ADD = Prepared("""
INSERT INTO draws_ticket (shop_id, draw_id, order_id, offer_id, piece, customer_id, issued, earned_at, deck_id, state,
    ticket_id, customer, before, head, prize)
SELECT %(shop_id)s::bigint, chance.draw_row, chance.order_id, chance.offer_id, piece, chance.customer_id,
    replace(gen_random_uuid()::text, '-', ''), chance.earned_at, chance.deck_id, 'unused', '', '', '', '', ''
FROM json_to_recordset(%(chances)s::json) AS chance (draw_row bigint, order_id text, offer_id text, customer_id text,
    earned_at timestamptz, deck_id text, pieces int)
CROSS JOIN generate_series(1, chance.pieces) AS piece
ORDER BY chance.earned_at, chance.order_id, chance.offer_id, piece
ON CONFLICT (draw_id, order_id, offer_id, piece) DO NOTHING
""")

_TAKE = """
WITH wanted AS (
    SELECT * FROM json_to_recordset(%(chances)s::json) AS chance (draw_row bigint, order_id text, offer_id text,
        gone int)
), ranked AS (
    SELECT ticket.id, ticket.taken_at, wanted.gone, row_number() OVER (
        PARTITION BY ticket.draw_id, ticket.order_id, ticket.offer_id
        ORDER BY ticket.taken_at IS NULL, ticket.state NOT IN ('unused', 'expired'), ticket.state = 'drawn',
            win.id IS NOT NULL AND win.state NOT IN ('won', 'owed'), ticket.prize = '', ticket.piece DESC) AS place
    FROM wanted JOIN draws_ticket AS ticket ON ticket.shop_id = %(shop_id)s AND ticket.draw_id = wanted.draw_row
        AND ticket.order_id = wanted.order_id AND ticket.offer_id = wanted.offer_id
    LEFT JOIN draws_win AS win ON win.ticket_id = ticket.id
)
UPDATE draws_ticket AS ticket SET taken_at = %(at)s FROM ranked
WHERE ticket.id = ranked.id AND ranked.place <= ranked.gone AND ranked.taken_at IS NULL
RETURNING ticket.id
"""

_LOG = """
UPDATE draws_ticket AS ticket SET state = 'logged', number = entry.number, ticket_id = entry.ticket_id,
    customer = entry.customer, before = entry.before, head = entry.head
FROM json_to_recordset(%(entries)s::json) AS entry (id bigint, number int, ticket_id text, customer text, before text,
    head text)
WHERE ticket.shop_id = %(shop_id)s AND ticket.id = entry.id
"""

_DRAWN = """
UPDATE draws_ticket AS ticket SET state = 'drawn', number = entry.number, ticket_id = entry.ticket_id,
    customer = entry.customer, before = entry.before, head = entry.head, card = entry.card,
    guaranteed = entry.guaranteed, prize = entry.prize, drawn_at = %(at)s
FROM json_to_recordset(%(entries)s::json) AS entry (id bigint, number int, ticket_id text, customer text, before text,
    head text, card int, guaranteed int, prize text)
WHERE ticket.shop_id = %(shop_id)s AND ticket.id = entry.id
"""

_RESULTS = """
UPDATE draws_ticket AS ticket SET state = 'drawn', card = result.card, prize = result.prize, drawn_at = %(at)s
FROM json_to_recordset(%(results)s::json) AS result (id bigint, card int, prize text)
WHERE ticket.shop_id = %(shop_id)s AND ticket.id = result.id
"""


@dataclass(frozen=True, slots=True)
class NewChance:
    """So many tickets of a draw that an award gave, of which so many are gone by now."""

    draw_row: int
    order_id: str
    offer_id: str
    customer_id: str
    earned_at: datetime
    deck_id: str
    pieces: int
    gone: int


@dataclass(frozen=True, slots=True)
class LogEntry:
    """Where a ticket stands in the log."""

    row: int
    number: int
    ticket: Entry
    before: str
    head: str


def add_chances(shop_id: int, chances: Sequence[NewChance]) -> None:
    """A ticket for each piece that has none. While some are added the next are made ready."""
    for first in range(0, len(chances), AT_ONCE):
        _execute(_ADD, shop_id, chances=[_chance(each) for each in chances[first : first + AT_ONCE]])


def take_back(shop_id: int, chances: Sequence[NewChance], *, at: datetime) -> frozenset[int]:
    """Take back as many tickets of each award as are gone, unused ones first; says which were taken now."""
    if not chances:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE, {"shop_id": shop_id, "at": at, "chances": json.dumps([_chance(each) for each in chances])}
        )
        return frozenset(row for (row,) in cursor.fetchall())


def _chance(chance: NewChance) -> dict[str, object]:
    return {
        "draw_row": chance.draw_row,
        "order_id": chance.order_id,
        "offer_id": chance.offer_id,
        "customer_id": chance.customer_id,
        "earned_at": chance.earned_at.isoformat(),
        "deck_id": chance.deck_id,
        "pieces": chance.pieces,
        "gone": chance.gone,
    }


def _execute(query: str, shop_id: int, **lists: object) -> None:
    values = {name: json.dumps(each) for name, each in lists.items()}
    with connection.cursor() as cursor:
        cursor.execute(query, {"shop_id": shop_id, **values})


# --- the log ----------------------------------------------------------------------------------------------


def to_log(shop_id: int, draw_row: int, staff: Collection[str]) -> Iterator[tuple[int, str, str, str]]:
    """The unused tickets that take part in a draw at one hour, in their order: row, issued, customer and deck."""
    rows = Ticket.objects.filter(shop_id=shop_id, draw_id=draw_row, state=TicketState.UNUSED, taken_at=None)
    return iter(
        rows.exclude(customer_id__in=staff)
        .order_by("earned_at", "id")
        .values_list("id", "issued", "customer_id", "deck_id")
        .iterator(chunk_size=AT_ONCE)
    )


def save_log(shop_id: int, entries: Sequence[LogEntry]) -> None:
    """Seal these tickets at their places."""
    _execute(_LOG, shop_id, entries=[_sealed(each) for each in entries])


def _sealed(entry: LogEntry) -> dict[str, object]:
    return {
        "id": entry.row,
        "number": entry.number,
        "ticket_id": entry.ticket.id,
        "customer": entry.ticket.customer,
        "before": entry.before,
        "head": entry.head,
    }


def save_drawn(shop_id: int, entries: Sequence[tuple[LogEntry, Result]], *, at: datetime) -> None:
    """Seal these tickets at their places with their results."""
    told = [
        {**_sealed(entry), "card": result.card, "guaranteed": result.guaranteed, "prize": result.prize}
        for entry, result in entries
    ]
    with connection.cursor() as cursor:
        cursor.execute(_DRAWN, {"shop_id": shop_id, "at": at, "entries": json.dumps(told)})


def save_results(shop_id: int, results: Iterable[tuple[int, Result]], *, at: datetime) -> None:
    """What these tickets of the log drew, by row."""
    told = [{"id": row, "card": result.card, "prize": result.prize} for row, result in results]
    with connection.cursor() as cursor:
        cursor.execute(_RESULTS, {"shop_id": shop_id, "at": at, "results": json.dumps(told)})


def expire(shop_id: int, draw_row: int) -> int:
    """Chances that nobody used, or that take no part, when the draw is closed; counts them."""
    return Ticket.objects.filter(shop_id=shop_id, draw_id=draw_row, state=TicketState.UNUSED).update(
        state=TicketState.EXPIRED
    )


def log_of(shop_id: int, draw_row: int) -> tuple[KeptTicket, ...]:
    """Every ticket of the log, in its order."""
    rows = Ticket.objects.filter(shop_id=shop_id, draw_id=draw_row, number__isnull=False).order_by("number")
    return tuple(to_ticket(row) for row in rows.iterator(chunk_size=AT_ONCE))


def log_words(shop_id: int, draw_row: int) -> list[tuple[int, str, str]]:
    """Row, customer and head of every ticket of the log, in its order."""
    rows = Ticket.objects.filter(shop_id=shop_id, draw_id=draw_row, number__isnull=False).order_by("number")
    return list(rows.values_list("id", "customer", "head"))


def next_undrawn(shop_id: int, draw_row: int, limit: int) -> tuple[KeptTicket, ...]:
    """The next tickets of the log that have no result yet, in its order."""
    logged = Ticket.objects.filter(shop_id=shop_id, draw_id=draw_row, state=TicketState.LOGGED)
    rows = logged.filter(number__isnull=False).order_by("number")  # all of them have one; their index has no others
    return tuple(to_ticket(row) for row in rows[:limit])


# --- looking up -------------------------------------------------------------------------------------------


def find_ticket(shop_id: int, issued: str) -> KeptTicket | None:
    """The shop's ticket of that id."""
    row = Ticket.objects.filter(shop_id=shop_id, issued=issued).first()
    return None if row is None else to_ticket(row)


def find_tickets(shop_id: int, issued: Collection[str]) -> dict[str, KeptTicket]:
    """The shop's tickets of those ids, by id."""
    rows = Ticket.objects.filter(shop_id=shop_id, issued__in=issued)
    return {row.issued: to_ticket(row) for row in rows}


def find_shop_of(issued: str) -> int | None:
    """Whose ticket it is, whichever shop's of this server."""
    return Ticket.objects.filter(issued=issued).values_list("shop_id", flat=True).first()


def lock_tickets(shop_id: int, rows: Collection[int]) -> dict[int, KeptTicket]:
    """The tickets as they stand now, by row; their draw's lock is held."""
    found = Ticket.objects.select_for_update(no_key=True).filter(shop_id=shop_id, pk__in=rows).order_by("pk")
    return {row.pk: to_ticket(row) for row in found}


def lock_ticket(shop_id: int, row: int) -> KeptTicket:
    """The ticket as it stands now; its draw's lock is held."""
    return to_ticket(Ticket.objects.select_for_update(no_key=True).get(shop_id=shop_id, pk=row))


def tickets_of(shop_id: int, customer_id: str, limit: int) -> tuple[KeptTicket, ...]:
    """The customer's tickets, the newest first."""
    rows = Ticket.objects.filter(shop_id=shop_id, customer_id=customer_id).order_by("-id")
    return tuple(to_ticket(row) for row in rows[:limit])


def tickets_of_orders(shop_id: int, order_ids: Collection[str]) -> tuple[KeptTicket, ...]:
    """The tickets that these orders gave, in order."""
    draws = Draw.objects.filter(shop_id=shop_id).values("id")
    rows = Ticket.objects.filter(shop_id=shop_id, draw_id__in=draws, order_id__in=order_ids).order_by("id")
    return tuple(to_ticket(row) for row in rows)


def count_states(shop_id: int, draw_row: int) -> dict[str, int]:
    """How many tickets stand where; those taken back before they were used count as taken back."""
    rows = Ticket.objects.filter(shop_id=shop_id, draw_id=draw_row)
    found = rows.aggregate(
        given=Count("id"),
        unused=Count("id", filter=Q(state=TicketState.UNUSED, taken_at=None)),
        used=Count("id", filter=Q(state__in=(TicketState.LOGGED, TicketState.DRAWN))),
        expired=Count("id", filter=Q(state=TicketState.EXPIRED, taken_at=None)),
        taken_back=Count("id", filter=Q(taken_at__isnull=False, number=None)),
    )
    return dict(found)


def count_prizes(shop_id: int, draw_row: int) -> dict[tuple[str, str, bool], int]:
    """How many of each prize were drawn, by deck and prize, those of the guarantee apart."""
    rows = Ticket.objects.filter(shop_id=shop_id, draw_id=draw_row, prize__gt="")
    of_guarantee = ExpressionWrapper(Q(guaranteed__isnull=False), output_field=BooleanField())
    found = rows.annotate(of_guarantee=of_guarantee).values_list("deck_id", "prize", "of_guarantee")
    return {
        (deck, prize, guaranteed): count
        for deck, prize, guaranteed, count in found.annotate(count=Count("*")).order_by()
    }


def to_ticket(row: Ticket) -> KeptTicket:
    """The ticket of that row."""
    state = TicketState(row.state)
    if row.taken_at is not None and row.number is None:
        state = TicketState.TAKEN_BACK
    drawn = state is TicketState.DRAWN
    return KeptTicket(
        row=row.pk,
        draw_row=row.draw_id,
        order_id=row.order_id,
        customer_id=row.customer_id,
        issued=row.issued,
        earned_at=row.earned_at,
        state=state,
        ticket=Entry(row.ticket_id, row.customer, row.deck_id),
        number=row.number,
        before=row.before,
        head=row.head,
        result=Result(row.card, row.guaranteed, row.prize) if drawn else None,
        drawn_at=row.drawn_at,
        taken_at=row.taken_at,
    )
