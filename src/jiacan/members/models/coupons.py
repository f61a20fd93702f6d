"""Coupons with their codes, their uses, and the batches in which codes were made."""

from django.db import models
from django.db.models import Q


class Batch(models.Model):
    """Codes that were made together."""

    shop_id = models.BigIntegerField()
    plan_id = models.TextField(db_collation="C")
    plan_version = models.PositiveIntegerField()
    coupon = models.TextField(db_collation="C")
    line = models.TextField(db_collation="C")
    label = models.TextField()
    codes = models.PositiveIntegerField()
    expires_at = models.DateTimeField()
    made_at = models.DateTimeField()
    made_by = models.TextField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("shop_id", "plan_id", "id"), name="batches_of_plan"),)


class Coupon(models.Model):
    """One coupon; of an award by its part, or of a batch by its number there."""

    shop_id = models.BigIntegerField()
    code = models.TextField(db_collation="C")
    plan_id = models.TextField(db_collation="C")
    plan_version = models.PositiveIntegerField()
    coupon = models.TextField(db_collation="C")
    customer_id = models.TextField(db_collation="C", null=True)
    order_id = models.TextField(db_collation="C", default="")
    offer_id = models.TextField(db_collation="C", default="")
    part = models.PositiveIntegerField()
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, db_index=False, related_name="made")
    hold_key = models.TextField(db_collation="C", default="")
    given_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=20)
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=20, default="")
    ended_by = models.TextField(db_collation="C", default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("shop_id", "code"), name="a_code_is_one_coupon"),
            models.UniqueConstraint(
                fields=("shop_id", "plan_id", "order_id", "offer_id", "coupon", "part"),
                condition=Q(batch__isnull=True),
                name="an_awarded_coupon_has_one_code",
            ),
            models.UniqueConstraint(
                fields=("batch", "part"), condition=Q(batch__isnull=False), name="a_batch_counts_its_codes"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("open", "used", "expired", "taken_back", "void")),
                name="a_coupon_is_in_a_state",
            ),
        )
        indexes = (
            models.Index(fields=("shop_id", "customer_id"), name="coupons_of_customer"),
            models.Index(
                fields=("shop_id", "plan_id", "expires_at"),
                condition=Q(state="open", batch__isnull=False),
                name="codes_to_expire",
            ),
        )


class CouponUse(models.Model):
    """A coupon on an order; undone at most once, and never two at a time."""

    shop_id = models.BigIntegerField()
    coupon = models.ForeignKey(Coupon, models.PROTECT, db_index=False)
    number = models.PositiveIntegerField()
    order_id = models.TextField(db_collation="C")
    customer_id = models.TextField(db_collation="C")
    spend_minor = models.BigIntegerField()
    off_minor = models.BigIntegerField()
    used_at = models.DateTimeField()
    used_by = models.TextField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.TextField(default="")
    came_back = models.CharField(max_length=20, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("coupon", "number"), name="a_coupon_counts_its_uses"),
            models.UniqueConstraint(
                fields=("coupon",), condition=Q(undone_at__isnull=True), name="a_coupon_is_used_once"
            ),
            models.CheckConstraint(condition=Q(off_minor__gt=0), name="a_use_takes_something_off"),
        )
        indexes = (models.Index(fields=("shop_id", "order_id"), name="uses_of_order"),)
