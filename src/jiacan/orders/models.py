"""Orders, their lines and refunds as the database keeps them, under the shop's own numbers.

Texts that serve as keys are compared byte by byte (collation C), as Python and DuckDB compare them.

Orders and lines lie in partitions by the quarter of `counted_at`; see docs/decisions/0016-quarters.md.
"""

from django.db import models


def _key() -> models.TextField:
    return models.TextField(db_collation="C")


def _counted_when_paid(name: str) -> models.CheckConstraint:
    paid_then = models.Q(paid_at__isnull=True) | models.Q(counted_at=models.F("paid_at"))
    return models.CheckConstraint(condition=paid_then, name=name)


class KnownOrder(models.Model):
    """That an order is known, for ever: whose, when, and of how much. Orders are counted and walked by this alone.

    Whoever writes an order writes this row first, or locks it: so two deliveries of one order take turns.
    `counted_at` is the moment under which the order lies in its table: that of its payment, else of its placing,
    else of its recording.
    """

    pk = models.CompositePrimaryKey("shop_id", "order_id")
    shop_id = models.BigIntegerField()
    order_id = _key()
    customer_id = models.TextField(db_collation="C", null=True)
    paid_at = models.DateTimeField(null=True)
    counted_at = models.DateTimeField()
    spend_minor = models.BigIntegerField()

    class Meta:
        indexes = (
            models.Index(fields=["shop_id", "paid_at", "order_id"], name="known_by_time"),
            models.Index(fields=["shop_id", "customer_id", "paid_at", "order_id"], name="known_by_customer"),
        )
        constraints = (_counted_when_paid("known_order_is_counted_when_paid"),)


class Order(models.Model):
    """An order; it earns nothing until it is paid. `goods_hash` tells whether two deliveries are the same."""

    pk = models.CompositePrimaryKey("shop_id", "order_id", "counted_at")
    shop = models.ForeignKey("tenancy.Shop", models.PROTECT, db_index=False, db_constraint=False)
    order_id = _key()
    customer_id = models.TextField(db_collation="C", null=True)
    counted_at = models.DateTimeField()
    placed_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    status = models.TextField(default="")
    channel = models.TextField(default="")
    region = models.TextField(default="")
    shipping_minor = models.BigIntegerField()
    spend_minor = models.BigIntegerField()
    goods_hash = models.UUIDField()

    class Meta:
        constraints = (_counted_when_paid("order_is_counted_when_paid"),)


class ArchivedOrders(models.Model):
    """Paid orders of a quarter that lie in files with their lines, and no longer in their tables.

    A quarter has another part where orders of it came after it was archived.
    """

    pk = models.CompositePrimaryKey("shop_id", "quarter", "part")
    shop_id = models.BigIntegerField()
    quarter = models.DateField()
    part = models.IntegerField()
    folder = models.TextField()
    orders = models.BigIntegerField()
    lines = models.BigIntegerField()
    orders_sha256 = models.TextField()
    lines_sha256 = models.TextField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()


class OrderLine(models.Model):
    """One row of an order; `position` is its line in the file that brought it, and only orders the lines.

    Written only together with its order, so nothing checks line by line that the order is there.
    """

    pk = models.CompositePrimaryKey("shop_id", "order_id", "position", "counted_at")
    shop_id = models.BigIntegerField()
    order_id = _key()
    counted_at = models.DateTimeField()
    position = models.BigIntegerField()
    sku = models.TextField()
    title = models.TextField(default="")
    category = models.TextField(default="")
    quantity = models.IntegerField()
    unit_price_micros = models.BigIntegerField()
    discount_micros = models.BigIntegerField()
    spend_minor = models.BigIntegerField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(quantity__gte=1), name="line_has_units"),
            models.CheckConstraint(condition=models.Q(spend_minor__gte=0), name="line_spend_not_negative"),
        )


class RefundRow(models.Model):
    """Units of one SKU of one order that came back at one time; the order itself may come later."""

    pk = models.CompositePrimaryKey("shop_id", "refund_id", "order_id", "sku", "refunded_at")
    shop_id = models.BigIntegerField()
    refund_id = _key()
    order_id = _key()
    sku = _key()
    refunded_at = models.DateTimeField()
    quantity = models.BigIntegerField()
    amount_minor = models.BigIntegerField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["shop_id", "order_id"], name="refunds_by_order"),
            models.Index(fields=["shop_id", "refunded_at", "refund_id", "order_id"], name="refunds_by_time"),
        )
        constraints = (models.CheckConstraint(condition=models.Q(quantity__gte=1), name="refund_has_units"),)
