"""What refunds leave of orders, as tables: `core.goods.keep` for every refund at once."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from jiacan.kernel.money import MICROS, minor_digits

_OF_LINE = ("position", "sku", "category", "quantity", "unit_price_micros", "discount_micros")


def kept_lines(lines: ir.Table, returned: ir.Table, currency: str) -> ir.Table:
    """The lines that are kept after each refund, and what of them was spent.

    A refund takes from the first rows of its SKU that have quantity left; a line's discount shrinks in proportion to
    its quantity, halves up. Emptied lines are left out.

    Shapes:
        lines: `no, position, sku, category, quantity, unit_price_micros, discount_micros`.
        returned: `event, no, sku, quantity`, all that came back of the order's SKU up to and with the refund.
        result: `event, sku, category, quantity, spend_minor`.
    """
    asked = returned.select("event", "no").distinct()
    of_order = lines.join(asked, "no").select(
        asked.event,
        *(
            lines[name]
            for name in ("position", "sku", "category", "quantity", "unit_price_micros", "discount_micros")
        ),
    )
    before = of_order.quantity.sum().over(
        ibis.cumulative_window(group_by=[of_order.event, of_order.sku], order_by=of_order.position)
    )
    placed = of_order.mutate(before=before - of_order.quantity)
    came_back = returned.select(event="event", sku="sku", back="quantity")
    joined = placed.left_join(came_back, ["event", "sku"])
    gone = ibis.greatest(ibis.least(joined.back.fill_null(0) - joined.before, joined.quantity), 0)
    kept = joined.mutate(kept=joined.quantity - gone).filter(lambda table: table.kept > 0)
    discount = _share_half_up(kept.discount_micros, kept.kept, kept.quantity)
    unit = MICROS // 10 ** minor_digits(currency)
    spend_minor = (kept.kept * kept.unit_price_micros - discount + unit // 2) // unit
    return kept.select(
        kept.event, kept.sku, kept.category, quantity=kept.kept.cast("int64"), spend_minor=spend_minor.cast("int64")
    )


def _share_half_up(amount: ir.IntegerValue, part: ir.IntegerValue, whole: ir.IntegerValue) -> ir.IntegerValue:
    """amount × part / whole, halves up; divided first, so that no product leaves 64 bits."""
    rest = amount % whole
    return (amount // whole) * part + (2 * rest * part + whole) // (2 * whole)
