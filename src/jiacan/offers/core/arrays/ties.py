"""Events in the order in which they settle: by time, orders before refunds, then by their ids."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from jiacan.offers.core.arrays.compiled import compiled
from jiacan.offers.core.arrays.values import Whole


class Texts(NamedTuple):
    """Texts in UTF-8, one after the other; text `i` ends where the next begins."""

    starts: Whole
    """(texts + 1,)"""
    bytes: Whole


def in_order(at_us: Whole, is_refund: Whole, refund_ids: Texts, order_ids: Texts) -> Whole:
    """The rows of events in the order in which they settle.

    Time sorts all; only events of one moment have their texts looked at, by code point as Python does.
    """
    moments = 2 * at_us + is_refund
    order = np.argsort(moments)
    sort_ties(order, moments, refund_ids, order_ids)
    return order


@compiled
def sort_ties(order: Whole, moments: Whole, refund_ids: Texts, order_ids: Texts) -> None:
    """Sort rows of one moment, which stand together, by their texts."""
    start = 0
    for end in range(1, order.shape[0] + 1):
        if end == order.shape[0] or moments[order[end]] != moments[order[start]]:
            if end - start > 1:
                heap_sort(order[start:end], refund_ids, order_ids)
            start = end


@compiled
def heap_sort(rows: Whole, refund_ids: Texts, order_ids: Texts) -> None:
    """Sort rows by their texts."""
    count = rows.shape[0]
    for first in range(count // 2 - 1, -1, -1):
        sift(rows, first, count, refund_ids, order_ids)
    for last in range(count - 1, 0, -1):
        rows[0], rows[last] = rows[last], rows[0]
        sift(rows, 0, last, refund_ids, order_ids)


@compiled
def sift(rows: Whole, place: int, count: int, refund_ids: Texts, order_ids: Texts) -> None:
    """Let the row sink in the heap until none below it is later."""
    row, below = rows[place], 2 * place + 1
    while below < count:
        if below + 1 < count and is_before(rows[below], rows[below + 1], refund_ids, order_ids):
            below += 1
        if not is_before(row, rows[below], refund_ids, order_ids):
            break
        rows[place] = rows[below]
        place, below = below, 2 * below + 1
    rows[place] = row


@compiled
def is_before(row: int, other: int, refund_ids: Texts, order_ids: Texts) -> bool:
    """Whether the row's refund, or where they are the same its order, comes first; orders have no refund."""
    found = compare(refund_ids, row, other)
    return found < 0 or (found == 0 and compare(order_ids, row, other) < 0)


@compiled
def compare(texts: Texts, row: int, other: int) -> int:
    """Below nothing where the row's text comes first, above where the other's does."""
    start, begin = texts.starts[row], texts.starts[other]
    length, size = texts.starts[row + 1] - start, texts.starts[other + 1] - begin
    for place in range(min(length, size)):
        one, two = texts.bytes[start + place], texts.bytes[begin + place]
        if one != two:
            return -1 if one < two else 1
    return int(length - size)
