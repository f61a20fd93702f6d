"""The columns of order and refund files: the canonical ones, and those of the Online Retail data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from jiacan.kernel.errors import ColumnRepeated, ColumnsMissing

ORDER_COLUMNS = (
    "order_id",
    "customer_id",
    "placed_at",
    "paid_at",
    "received_at",
    "status",
    "channel",
    "region",
    "sku",
    "title",
    "category",
    "quantity",
    "unit_price",
    "line_discount",
    "shipping",
)
ORDER_REQUIRED = ("order_id", "paid_at", "sku", "quantity", "unit_price")
REFUND_COLUMNS = ("refund_id", "order_id", "refunded_at", "sku", "quantity", "amount")
REFUND_REQUIRED = ("refund_id", "order_id", "refunded_at", "sku", "quantity")

ONLINE_RETAIL = {
    "InvoiceNo": "order_id",
    "StockCode": "sku",
    "Description": "title",
    "Quantity": "quantity",
    "InvoiceDate": "paid_at",
    "UnitPrice": "unit_price",
    "CustomerID": "customer_id",
    "Country": "region",
}
ONLINE_RETAIL_REQUIRED = ("InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID")


class Form(StrEnum):
    """How a file says what it says."""

    ORDERS = "orders"
    REFUNDS = "refunds"
    ONLINE_RETAIL = "online_retail"
    NAMED = "named"


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a file keeps each canonical column: `index` counts cells from 0."""

    form: Form
    header: tuple[str, ...]
    index: Mapping[str, int]
    unknown: tuple[str, ...]

    def own_name(self, field: str) -> str:
        """The file's own name of a canonical column, or the canonical one where it has none."""
        return self.header[self.index[field]] if field in self.index else field


def find_order_columns(path: str, header: Sequence[str]) -> Columns:
    """Where an order file keeps its columns.

    Raises:
        ColumnsMissing: a required one is not there.
        ColumnRepeated: a known one is there twice.
    """
    if {"invoiceno", "stockcode"} <= {_plain(name) for name in header}:
        return _find(path, header, Form.ONLINE_RETAIL, ONLINE_RETAIL, ONLINE_RETAIL_REQUIRED)
    return _find(path, header, Form.ORDERS, {name: name for name in ORDER_COLUMNS}, ORDER_REQUIRED)


def find_refund_columns(path: str, header: Sequence[str]) -> Columns:
    """Where a refund file keeps its columns.

    Raises:
        ColumnsMissing: a required one is not there.
        ColumnRepeated: a known one is there twice.
    """
    return _find(path, header, Form.REFUNDS, {name: name for name in REFUND_COLUMNS}, REFUND_REQUIRED)


def find_named_columns(path: str, header: Sequence[str], *, names: Sequence[str]) -> Columns:
    """Where a file of other things keeps the columns that it must have.

    Raises:
        ColumnsMissing: one of them is not there.
        ColumnRepeated: one of them is there twice.
    """
    return _find(path, header, Form.NAMED, {name: name for name in names}, names)


def known_names(header: Sequence[str]) -> int:
    """How many of the header's names some form knows."""
    known = {_plain(name) for name in (*ORDER_COLUMNS, *REFUND_COLUMNS, *ONLINE_RETAIL)}
    return len({_plain(name) for name in header} & known)


def _find(path: str, header: Sequence[str], form: Form, known: Mapping[str, str], required: Sequence[str]) -> Columns:
    fields = {_plain(name): field for name, field in known.items()}
    index: dict[str, int] = {}
    unknown = []
    for i, name in enumerate(header):
        field = fields.get(_plain(name))
        if field is None:
            if name.strip():
                unknown.append(name.strip())
        elif field in index:
            raise ColumnRepeated(path=path, column=name.strip())
        else:
            index[field] = i
    missing = tuple(name for name in required if known[name] not in index)
    if missing:
        raise ColumnsMissing(path=path, missing=missing, found=tuple(name.strip() for name in header))
    return Columns(form, tuple(name.strip() for name in header), index, tuple(unknown))


def _plain(name: str) -> str:
    return name.strip().casefold()
