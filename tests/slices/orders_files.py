"""Small order and refund files, written as shops write them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from jiacan.kernel.periods import Period
from jiacan.orders.facade import read_history

LONDON = ZoneInfo("Europe/London")
ALWAYS = Period(datetime(1970, 1, 1, tzinfo=UTC), datetime(2201, 1, 1, tzinfo=UTC))
HEADER = (
    "order_id,customer_id,paid_at,sku,quantity,unit_price,line_discount,shipping,placed_at,received_at,status,title"
)
REFUND_HEADER = "refund_id,order_id,refunded_at,sku,quantity,amount"
GOOD = "good,c1,2011-11-14 09:00:00,mug,2,5.00,,,,,,"
GOOD_REFUND = "r-good,good,2011-11-20,mug,1,5.00"
_COLUMNS = HEADER.split(",")


def row(order_id="1", sku="mug", **cells: object) -> str:
    """One line of an order file: paid on 2011-11-14, one piece at 10.00, unless said otherwise."""
    values = {
        "order_id": order_id,
        "customer_id": "c1",
        "paid_at": "2011-11-14 09:00:00",
        "sku": sku,
        "quantity": 1,
        "unit_price": "10.00",
        **cells,
    }
    return ",".join(str(values.get(name, "")) for name in _COLUMNS)


def orders_file(path: Path, *rows: str) -> Path:
    """An order file of these rows."""
    return text_file(path, HEADER, *rows)


def refunds_file(path: Path, *rows: str) -> Path:
    """A refund file of these rows."""
    return text_file(path, REFUND_HEADER, *rows)


def text_file(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    """A text file of these lines."""
    path.write_bytes("".join(f"{line}\r\n" for line in lines).encode(encoding))
    return path


def read(*order_files: Path, refunds: tuple[Path, ...] = (), zone: ZoneInfo = LONDON):
    """A history of these files in pounds."""
    return read_history(order_files, refunds, zone=zone, currency="GBP")


def facts(*order_files: Path, refunds: tuple[Path, ...] = ()) -> tuple:
    """All paid orders (lines in file order) and all refunds that the files hold."""
    with read(*order_files, refunds=refunds) as history:
        return tuple(history.orders(ALWAYS)), history.refunds(ALWAYS)


def adds_up(history) -> bool:
    """Whether every row read is counted exactly once."""
    summary = history.summary
    aside = sum(part.rows for part in summary.set_aside)
    counted = summary.order_rows + summary.refund_rows + aside + summary.bad_rows + summary.repeated_rows
    return summary.rows == counted and summary.bad_rows == len(list(history.bad_rows()))
