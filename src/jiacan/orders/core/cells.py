"""What a cell of an order file must look like, and how to tell a merchant that one does not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from jiacan.kernel.messages import Message, tell
from jiacan.orders.contracts import RESERVED_MARK

GROUPED_DIGITS = r"(\d{1,3}(,\d{3})+|\d+)"
AMOUNT = rf"\+?[¥￥£$€]? ?({GROUPED_DIGITS}(\.\d{{0,6}}0*)?|\.\d{{1,6}}0*)"
WHOLE = rf"\+?{GROUPED_DIGITS}(\.0*)?"
LOCAL_MOMENT = r"\d{4}[-/]\d{1,2}[-/]\d{1,2}([T ]([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?)?"
OFFSET = r" ?(Z|UTC|[+-]\d{2}(:?\d{2})?)"
SCIENTIFIC = r"\d(\.\d+)?[eE]\+\d+"
SIGNS = ",¥￥£$€ "

LONGEST_ID = 200
MOST_UNITS = 10**9
HIGHEST_AMOUNT = 10**9
HIGHEST_LINE = 10**12
FIRST_YEAR, LAST_YEAR = 1970, 2200

_IDS = ("order_id", "customer_id", "refund_id", "sku")
_MOMENTS = ("placed_at", "paid_at", "received_at", "refunded_at")
_ANY_NUMBER = re.compile(rf"[+-]?[¥￥£$€]? ?[+-]?({GROUPED_DIGITS}(\.\d*)?|\.\d+)")


def explain_cell(field: str, cells: Mapping[str, str], *, name: str) -> Message:
    """What is wrong with the row's cell in this canonical column, and what to do.

    Args:
        field: the canonical column that was refused.
        cells: the row's stripped texts by canonical column; absent or empty where blank.
        name: what the file itself calls the column.
    """
    text = cells.get(field, "")
    if "\x00" in text:
        return tell("there is an unprintable character in {cell}; delete it", cell=repr(text))
    if field in _IDS:
        return _explain_id(name, text)
    if field in _MOMENTS:
        return _explain_moment(name, text)
    if field == "quantity":
        return _explain_quantity(name, text)
    return _explain_amount(field, cells, name)


def _explain_id(name: str, text: str) -> Message:
    if not text:
        return tell("{name} is empty; fill it in", name=name)
    if re.fullmatch(SCIENTIFIC, text):
        return tell(
            "{cell} has lost digits in a spreadsheet; format the column {name} as text and export again",
            cell=text,
            name=name,
        )
    if text.startswith(RESERVED_MARK) and len(text) <= LONGEST_ID:
        return reserved_number()
    return tell("{name} is longer than {most} characters; shorten it", name=name, most=LONGEST_ID)


def reserved_number() -> Message:
    """Why an order's number may not begin with the mark, and what to do."""
    return tell("an order's number cannot begin with {mark}; put another sign before it", mark=RESERVED_MARK)


def _explain_moment(name: str, text: str) -> Message:
    if not text:
        return tell("{name} is empty; write a time such as 2011-11-14 08:30:00", name=name)
    if re.fullmatch(f"{LOCAL_MOMENT}({OFFSET})?", text):
        return tell(
            "{cell} is no day of the calendar between {first} and {last}; correct it",
            cell=text,
            first=str(FIRST_YEAR),
            last=str(LAST_YEAR),
        )
    return tell("{cell} is not a time; write it as 2011-11-14 08:30:00", cell=text)


def _explain_quantity(name: str, text: str) -> Message:
    if not text:
        return tell("{name} is empty; write how many units it was", name=name)
    number = _number(text)
    if number is None:
        return tell("{cell} is not a number; write a whole number of units", cell=text)
    if number < 1:
        return tell("the quantity {cell} is below 1; returns belong in a refund file", cell=text)
    if number > MOST_UNITS:
        return tell("the quantity {cell} is above {most}; correct it", cell=text, most=f"{MOST_UNITS:,}")
    if number == int(number):
        return tell("{cell} in a cancellation is above 0; write the units that came back as -{cell}", cell=text)
    return tell("the quantity {cell} is not whole; write a whole number of units", cell=text)


def _explain_amount(field: str, cells: Mapping[str, str], name: str) -> Message:
    text = cells.get(field, "")
    if not text:
        return tell("{name} is empty; write an amount, 0 if it was free", name=name)
    number = _number(text)
    if number is None:
        return tell("{cell} is not an amount; write it as 1,234.50 with a decimal point", cell=text)
    if number < 0:
        return tell("{name} is negative ({cell}); write it as an amount of 0 or more", name=name, cell=text)
    if number > HIGHEST_AMOUNT:
        return tell("{cell} is above {most}; correct it", cell=text, most=f"{HIGHEST_AMOUNT:,}")
    if number != round(number, 6):
        return tell("{cell} has more than 6 decimals; round it", cell=text)
    return _explain_line(field, text, cells)


def _explain_line(field: str, text: str, cells: Mapping[str, str]) -> Message:
    if field == "line_discount":
        return tell(
            "the discount {cell} is more than quantity × unit price ({quantity} × {price}); "
            "give the discount of the whole line, and of this line only",
            cell=text,
            quantity=cells.get("quantity", ""),
            price=cells.get("unit_price", ""),
        )
    return tell(
        "quantity × unit price is above {most}; correct one of them",
        most=f"{HIGHEST_LINE:,}",
    )


def _number(text: str) -> Decimal | None:
    if not _ANY_NUMBER.fullmatch(text):
        return None
    try:
        return Decimal(text.translate({ord(sign): None for sign in SIGNS}))
    except InvalidOperation:
        return None
