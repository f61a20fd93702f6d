"""A real order history in canonical files, whole or dealt out: two weeks of the shipped part of Online Retail."""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from jiacan.kernel.periods import Period
from jiacan.orders import facade as orders
from jiacan.orders.contracts import OrderLine

ROOT = Path(__file__).resolve().parent.parent.parent
PLAN = ROOT / "examples" / "order-bonus.yaml"
ONLINE_RETAIL = ROOT / "examples" / "online-retail-part.parquet"
RUN_PHASE = Period(datetime(2011, 11, 14, tzinfo=UTC), datetime(2011, 11, 28, tzinfo=UTC))

ORDER_COLUMNS = ("order_id", "customer_id", "paid_at", "sku", "quantity", "unit_price")
REFUND_COLUMNS = ("refund_id", "order_id", "refunded_at", "sku", "quantity")

Row = tuple[object, ...]


@dataclass(frozen=True)
class Dealt:
    """Order files and refund files."""

    orders: tuple[Path, ...]
    refunds: tuple[Path, ...]

    def arguments(self) -> list[str]:
        """As the command line takes them."""
        return ["--orders", *map(str, self.orders), "--refunds", *map(str, self.refunds)]


@dataclass(frozen=True)
class TwoWeeks:
    """Rows of the run phase's orders, and of the refunds of those orders."""

    order_rows: tuple[Row, ...]
    refund_rows: tuple[Row, ...]

    def write(self, folder: Path) -> Dealt:
        """One file of each, in order."""
        folder.mkdir(parents=True, exist_ok=True)
        files = folder / "orders.csv", folder / "refunds.csv"
        _write(files[0], ORDER_COLUMNS, self.order_rows)
        _write(files[1], REFUND_COLUMNS, self.refund_rows)
        return Dealt((files[0],), (files[1],))

    def deal(self, folder: Path, chance: random.Random) -> Dealt:
        """Three files of each: every order and refund in one to three of them, and everything shuffled.

        Rows of one order are scattered through its file, but keep their order among themselves.
        """
        folder.mkdir(parents=True, exist_ok=True)
        orders_dealt = _deal(self.order_rows, lambda row: row[0], chance)
        refunds_dealt = _deal(self.refund_rows, lambda row: row[:2], chance)
        order_files = tuple(folder / f"orders-{i}.csv" for i in range(3))
        refund_files = tuple(folder / f"refunds-{i}.csv" for i in range(3))
        for path, rows in zip(order_files, orders_dealt, strict=True):
            _write(path, ORDER_COLUMNS, rows)
        for path, rows in zip(refund_files, refunds_dealt, strict=True):
            _write(path, REFUND_COLUMNS, rows)
        return Dealt(order_files, refund_files)


def two_weeks() -> TwoWeeks:
    """The run phase of the reference plan, from the shipped history."""
    with orders.read_history([ONLINE_RETAIL], [], zone=ZoneInfo("Europe/London"), currency="GBP") as history:
        order_rows = tuple(
            (order.order_id, order.customer_id or "", order.paid_at.isoformat(), *_line(line))
            for order in history.orders(RUN_PHASE)
            for line in order.lines
        )
        refund_rows = tuple(
            (refund.refund_id, refund.order_id, refund.refunded_at.isoformat(), line.sku, line.quantity)
            for refund in history.refunds(RUN_PHASE)
            for line in refund.lines
        )
    return TwoWeeks(order_rows, refund_rows)


def _line(line: OrderLine) -> Row:
    major, micros = divmod(line.unit_price_micros, 1_000_000)
    return line.sku, line.quantity, f"{major}.{micros:06}"


def _deal(rows: Iterable[Row], key: Callable[[Row], object], chance: random.Random) -> Sequence[list[Row]]:
    together: dict[object, list[Row]] = defaultdict(list)
    for row in rows:
        together[key(row)].append(row)
    dealt: Sequence[list[Row]] = ([], [], [])
    for one in together.values():
        for pile in chance.sample(dealt, chance.randint(1, 3)):
            pile.extend(one)
    return tuple(_scatter(pile, key, chance) for pile in dealt)


def _scatter(pile: list[Row], key: Callable[[Row], object], chance: random.Random) -> list[Row]:
    """Shuffle, then put each one's rows into the places it got in the order they had."""
    places = [key(row) for row in pile]
    chance.shuffle(places)
    queues: dict[object, list[Row]] = defaultdict(list)
    for row in reversed(pile):
        queues[key(row)].append(row)
    return [queues[place].pop() for place in places]


def _write(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)
