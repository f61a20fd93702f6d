"""Orders and refunds: read from files, recorded for good, and handed out again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import ibis.expr.types as ir
import pyarrow as pa
from django.db import transaction

from jiacan.kernel.periods import Period
from jiacan.kernel.quarters import Quarter
from jiacan.orders.contracts import (
    Archived,
    EventKey,
    HourTotal,
    IncomingOrder,
    KeptOrder,
    Order,
    OrderCursor,
    OrderFilter,
    OrderLine,
    OrderPage,
    PeriodTotal,
    RecordedOrder,
    RecordSummary,
    Refund,
    Taken,
    TakenResult,
)
from jiacan.orders.core import goods
from jiacan.orders.core.incoming import check_order, check_refund
from jiacan.orders.measures import kept
from jiacan.orders.readers.history import History
from jiacan.orders.readers.reading import read
from jiacan.orders.readers.rows import NamedRows, read_rows
from jiacan.orders.store import (
    archived,
    archiving,
    customers,
    events,
    hours,
    looking,
    quarters,
    reading,
    recording,
    tables,
    taking,
)
from jiacan.orders.store.events import EventTables, Unsettled

OnProgress = Callable[[str, float], None]

CHUNK_ORDERS = 20_000
"""Orders per transaction: enough to be fast, few enough that a killed recording loses little."""

MANY_ORDERS = 10_000
"""So many new ones change what the planner should know of the tables."""


def read_history(
    order_files: Sequence[Path],
    refund_files: Sequence[Path],
    *,
    zone: ZoneInfo,
    currency: str,
    on_progress: OnProgress | None = None,
) -> History:
    """Read, check and merge order and refund files; the same whichever way round files and orders stand.

    Args:
        order_files: CSV, Parquet, XLSX or XLS, in the canonical form or that of Online Retail.
        refund_files: CSV, Parquet, XLSX or XLS in the canonical form.
        zone: the zone of times that are told without an offset.
        currency: the currency of all amounts.
        on_progress: told the stage ("read", "check") and the share of it that is done.

    Raises:
        FileUnreadable: no row of a file can be read.
        ColumnsMissing: a required column is not there.
        ColumnRepeated: a known column is there twice.
    """
    return read(order_files, refund_files, zone=zone, currency=currency, on_progress=on_progress or _unheard)


def read_named_rows(path: Path, names: Sequence[str], *, customer: str) -> NamedRows:
    """The rows of a file of other things, as `orders.readers.rows.read_rows` says."""
    return read_rows(path, names, customer=customer)


def record(
    shop_id: int, history: History, *, on_progress: OnProgress | None = None, chunk_orders: int = CHUNK_ORDERS
) -> RecordSummary:
    """Write a history to the database, once however often it is given; safe to kill and repeat.

    Orders that are known with other goods stay as they are, and their rows join the history's bad rows.

    Args:
        shop_id: the shop whose orders they are.
        history: what was read.
        on_progress: told the stage ("record") and the share of it that is done.
        chunk_orders: how many orders are written in one transaction.
    """
    tell_progress = on_progress or _unheard
    summary = RecordSummary()
    quarters.add_quarters(history.duckdb)
    chunks = recording.chunk_bounds(history.duckdb, chunk_orders)
    recorded = recording.add_orders(shop_id, history.duckdb, history.folder, chunks)
    for done, chunk in enumerate(recorded, start=1):
        history.hand_back_recorded(chunk.conflicts)
        summary = _add(summary, chunk)
        tell_progress("record", done / len(chunks))
    refunds_new = recording.add_refunds(shop_id, history.duckdb, history.folder)
    if summary.orders_new >= MANY_ORDERS:
        recording.look_over()
    return replace(summary, refunds_new=refunds_new, refunds_known=history.summary.refunds - refunds_new)


def take(shop_id: int, incoming: Sequence[IncomingOrder], refunds: Sequence[Refund], *, currency: str) -> TakenResult:
    """Write orders and refunds that come as values; one transaction, or part of the caller's.

    By the same rules as `record`, so that it does not matter which way an order comes, or how often.

    Raises:
        OrderUnusable: one of them cannot be recorded as it stands; then none is.
    """
    check(incoming, refunds)
    with transaction.atomic(savepoint=False):
        added = _take_orders(shop_id, incoming, currency)
        of_refunds = _take_refunds(shop_id, refunds)
        taken = tuple(each.taken[order.order_id] for order, each in zip(incoming, added, strict=True))
        return TakenResult(taken, of_refunds, _fresh(incoming, refunds, taken, added))


def check(incoming: Iterable[IncomingOrder], refunds: Iterable[Refund] = ()) -> None:
    """Refuse what could not be recorded.

    Raises:
        OrderUnusable: with the first field that is wrong.
    """
    for order in incoming:
        check_order(order)
    for refund in refunds:
        check_refund(refund)


def _take_orders(shop_id: int, incoming: Sequence[IncomingOrder], currency: str) -> list[taking.Added]:
    """With what each was added; one that is there more than once is taken as often, one delivery after the other."""
    added: dict[int, taking.Added] = {}
    waiting = dict(enumerate(incoming))
    while waiting:
        first = {order.order_id: place for place, order in reversed(waiting.items())}
        together = taking.add_orders(shop_id, [waiting.pop(place) for place in sorted(first.values())], currency)
        added.update(dict.fromkeys(first.values(), together))
    return [added[place] for place in range(len(incoming))]


def _fresh(
    incoming: Sequence[IncomingOrder],
    refunds: Sequence[Refund],
    taken: Sequence[Taken],
    added: Sequence[taking.Added],
) -> dict[str, Order]:
    """The new ones as they are awarded; an order that was paid only now could change their numbers."""
    if Taken.COMPLETED in taken:
        return {}
    returned = {refund.order_id for refund in refunds}.union(*(each.refunded for each in added))
    return {
        order.order_id: order.as_paid(order.paid_at.astimezone(UTC), number=each.numbers[order.order_id])
        for order, state, each in zip(incoming, taken, added, strict=True)
        if state is Taken.NEW and order.paid_at is not None and order.order_id not in returned
    }


def _take_refunds(shop_id: int, refunds: Sequence[Refund]) -> tuple[Taken, ...]:
    return taking.add_refunds(shop_id, refunds) if refunds else ()


def find_order(shop_id: int, order_id: str) -> RecordedOrder | None:
    """The order as it was recorded, paid or not, if it was."""
    return looking.find_orders(shop_id, [order_id]).get(order_id)


def received_at(shop_id: int, order_ids: Collection[str]) -> dict[str, datetime]:
    """When these orders were received, by number; one of which that is not known is absent."""
    found = looking.find_orders(shop_id, order_ids) if order_ids else {}
    return {name: each.order.received_at for name, each in found.items() if each.order.received_at is not None}


def customers_of(shop_id: int, order_ids: Collection[str]) -> frozenset[str]:
    """Who paid these orders; guests are nobody."""
    return customers.customers_of(shop_id, order_ids)


def customers_after(shop_id: int, after: str, *, limit: int) -> list[str]:
    """The next customers with a paid order, in the order of their numbers; begin with an empty one."""
    return customers.customers_after(shop_id, after, limit=limit)


def first_paid(shop_id: int, customer_ids: Collection[str]) -> list[tuple[str, str, datetime]]:
    """Customer, number and moment of payment of each one's first paid order; who has none is left out."""
    return customers.first_paid(shop_id, customer_ids)


def kept_since(
    shop_id: int, customer_ids: Collection[str], since: datetime, *, currency: str
) -> dict[str, tuple[KeptOrder, ...]]:
    """What each of the customers paid since then, as it is kept after every refund so far, in the order of time."""
    rows = customers.paid_since(shop_id, customer_ids, since)
    refunded = [order_id for _, order_id, _, _, came_back in rows if came_back]
    bought, refunds = (load_orders(shop_id, refunded), load_refunds(shop_id, refunded)) if refunded else ({}, {})
    kept = {name: goods.kept_of(each, refunds[name], currency) for name, each in bought.items()}
    found: defaultdict[str, list[KeptOrder]] = defaultdict(list)
    for customer_id, order_id, paid_at, spend_minor, _ in rows:
        found[customer_id].append(kept.get(order_id) or KeptOrder(order_id, paid_at, spend_minor))
    return {customer_id: tuple(each) for customer_id, each in found.items()}


def orders_page(
    shop_id: int, *, asked: OrderFilter | None = None, after: OrderCursor | None = None, limit: int = 50
) -> OrderPage:
    """A page of recorded orders: those not paid yet by number, then the last paid first."""
    return looking.orders_page(shop_id, asked or OrderFilter(), after, limit)


def events_of(shop_id: int, order_ids: Collection[str]) -> dict[str, tuple[EventKey, ...]]:
    """Each paid order and its refunds as they settle, the order itself first; an unpaid one is absent."""
    return looking.events_of(shop_id, order_ids)


def goods_hash(customer_id: str | None, lines: Sequence[OrderLine]) -> UUID:
    """Tells whether two deliveries of an order are the same."""
    return goods.goods_hash(customer_id, lines)


def goods_of(shop_id: int, order_ids: Collection[str]) -> dict[str, UUID]:
    """The goods hash of each recorded order."""
    return looking.goods_of(shop_id, order_ids)


def next_number(shop_id: int, customer_id: str | None, order_id: str, at: datetime) -> int:
    """Which of the customer's paid orders this one would be if it were paid now; 0 for a guest."""
    return 0 if customer_id is None else looking.count_earlier(shop_id, customer_id, order_id, at) + 1


def load_orders(shop_id: int, order_ids: Collection[str]) -> dict[str, Order]:
    """The paid ones among these orders, by order id, with their customers' order numbers."""
    return reading.load_orders(shop_id, order_ids)


def load_refunds(shop_id: int, order_ids: Collection[str]) -> dict[str, tuple[Refund, ...]]:
    """Each order's refunds by `(refunded_at, refund_id)`; an order without any is left out."""
    return reading.load_refunds(shop_id, order_ids)


def kept_lines(lines: ir.Table, returned: ir.Table, currency: str) -> ir.Table:
    """The lines that are kept after each refund, and what of them was spent; see `measures.kept` for the shapes."""
    return kept.kept_lines(lines, returned, currency)


def walk_events(shop_id: int, period: Period, chunk: int) -> Iterator[tuple[EventKey, ...]]:
    """Orders paid in the period and all refunds of them in the order they settle, `chunk` at a time."""
    return reading.walk_events(shop_id, period, chunk)


def event_tables(
    shop_id: int, period: Period, chunk: int, *, unsettled: Unsettled
) -> AbstractContextManager[Iterator[EventTables]]:
    """Orders paid in the period and all their refunds as they settle, `chunk` at a time as tables, with their lines.

    They are read by a connection of their own, so that the caller can write meanwhile; inside a transaction of the
    caller's by the caller's. Refunds that are recorded after the walk began are not seen, and neither is what is
    recorded behind the place reached.

    Args:
        shop_id: whose.
        period: when the orders were paid.
        chunk: about how many events at a time; twice as many at the most.
        unsettled: asked of each chunk which of its events are wanted, before anything of them is read.
    """
    return events.event_tables(shop_id, period, chunk, unsettled=unsettled)


def paid_orders_table(shop_id: int) -> pa.Table:
    """`(order_id, customer_id, paid_at, spend_minor)` of every paid order, unordered; guests' customer is null."""
    return tables.paid_orders_table(shop_id)


def totals_table(shop_id: int, customer_ids: Collection[str]) -> pa.Table:
    """`(customer_id, orders, spend_minor)` of the paid orders of those of the customers who have any, unordered."""
    return tables.totals_table(shop_id, customer_ids)


def count_by_hour(shop_id: int, period: Period, zone: ZoneInfo) -> tuple[HourTotal, ...]:
    """Each local hour of the period in which orders were paid, in order."""
    return hours.count_by_hour(shop_id, period, zone)


def count_within(shop_id: int, period: Period) -> PeriodTotal:
    """The orders paid in the period."""
    return hours.count_within(shop_id, period)


def first_paid_at(shop_id: int) -> datetime | None:
    """When the first order was paid, as far as they are recorded; None without any."""
    return hours.find_first_paid_at(shop_id)


def archives_of(shop_id: int) -> tuple[Archived, ...]:
    """Every pair of files with archived orders of the shop and their lines."""
    return archived.find_archives(shop_id)


def check_archive(files: Archived, *, whole: bool = False) -> None:
    """See that both files are there with their rows; or, `whole`, that they are byte for byte what was written.

    Raises:
        ArchiveUnreadable: one is missing or damaged.
    """
    (archiving.verify if whole else archiving.look_for)(files)


def quarters_before(until: datetime) -> tuple[Quarter, ...]:
    """The quarters with paid orders before the moment that are not archived."""
    return archiving.quarters_before(until)


def shops_in(quarter: Quarter) -> tuple[int, ...]:
    """The shops that have paid orders in the quarter that are not archived."""
    return archiving.shops_in(quarter)


def archive_quarter(quarter: Quarter, folder: Path, *, told: Callable[[Archived], None]) -> tuple[Archived, ...]:
    """Write the paid orders of a quarter to files, and take them out of the database; safe to kill and repeat.

    Orders that are not paid stay. Of every order that goes, its number, customer, moment and amount stay too.

    Args:
        quarter: which.
        folder: where each shop gets a folder for it.
        told: called for each shop in the transaction that takes its orders out.

    Raises:
        QuarterChanged: orders of the quarter came or changed meanwhile; everything is as before.
        ArchiveUnreadable: what was written cannot be read back; everything is as before.
    """
    with transaction.atomic():
        archiving.add_quarter(quarter)
    seen = archiving.look(quarter)
    written = tuple(archiving.write_shop(shop_id, quarter, folder) for shop_id in archiving.shops_in(quarter))
    with transaction.atomic():
        archiving.take_out(quarter, seen, written)
        for each in written:
            told(each)
    return written


def _add(summary: RecordSummary, chunk: recording.ChunkRecorded) -> RecordSummary:
    return replace(
        summary,
        orders_new=summary.orders_new + chunk.new,
        orders_known=summary.orders_known + chunk.known,
        orders_completed=summary.orders_completed + chunk.completed,
        conflicts=summary.conflicts + len(chunk.conflicts),
        lines_new=summary.lines_new + chunk.lines,
    )


def _unheard(stage: str, share: float) -> None:
    """Nobody listens to the progress."""
