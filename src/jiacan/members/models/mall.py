"""Redemptions of the points mall, and the codes that it hands over."""

from django.db import models
from django.db.models import Q


class Redemption(models.Model):
    """One item that one customer had for points; see `contracts.mall.Redemption`."""

    id = models.UUIDField(primary_key=True)
    shop_id = models.BigIntegerField()
    key = models.TextField(db_collation="C")
    customer_id = models.TextField(db_collation="C")
    plan_id = models.TextField(db_collation="C")
    plan_version = models.PositiveIntegerField()
    item_id = models.TextField(db_collation="C")
    points = models.BigIntegerField()
    money_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=12)
    redeemed_at = models.DateTimeField()
    pay_until = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    payment = models.TextField(db_collation="C", default="")
    shown_at = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)
    carrier = models.TextField(default="")
    parcel = models.TextField(db_collation="C", default="")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.TextField(default="")
    reason = models.TextField(default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("shop_id", "key"), name="a_key_redeems_once"),
            models.CheckConstraint(condition=Q(points__gt=0, money_minor__gte=0), name="an_item_costs_points"),
        )
        indexes = (
            models.Index(fields=("shop_id", "customer_id", "redeemed_at"), name="redemptions_of_customer"),
            models.Index(fields=("shop_id", "state", "redeemed_at", "id"), name="redemptions_by_state"),
            models.Index(fields=("shop_id", "pay_until"), condition=Q(state="unpaid"), name="redemptions_to_pay"),
        )


class MallCode(models.Model):
    """A code that the shop uploaded: sealed, known again by its mark, and one redemption's at the most."""

    shop_id = models.BigIntegerField()
    plan_id = models.TextField(db_collation="C")
    item_id = models.TextField(db_collation="C")
    sealed = models.TextField(db_collation="C")
    mark = models.CharField(max_length=64, db_collation="C")
    end = models.CharField(max_length=4, db_collation="C")
    uploaded_at = models.DateTimeField()
    redemption = models.OneToOneField(Redemption, models.PROTECT, null=True, related_name="code")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("shop_id", "mark"), name="a_code_is_known_once"),)
        indexes = (
            models.Index(
                fields=("shop_id", "plan_id", "item_id", "id"),
                condition=Q(redemption__isnull=True),
                name="codes_to_give",
            ),
        )
