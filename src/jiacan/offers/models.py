"""Awards, their items, claw-backs, and which events have been settled. Natural keys; a row belongs to one shop."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class Award(models.Model):
    """One match, settled: granted, otherwise, refused or held out. An order meets an offer once."""

    shop = models.ForeignKey("tenancy.Shop", models.PROTECT, db_constraint=False, db_index=False)
    plan_id = models.CharField(max_length=64, db_collation="C")
    plan_version = models.PositiveIntegerField()
    order_id = models.CharField(max_length=200, db_collation="C")
    customer_id = models.CharField(max_length=200, db_collation="C")
    offer_id = models.CharField(max_length=64, db_collation="C")
    offer_place = models.PositiveSmallIntegerField()
    rung = models.PositiveSmallIntegerField()
    settled_for = models.DateTimeField()
    spend_minor = models.BigIntegerField()
    outcome = models.CharField(max_length=20)
    refusal = models.JSONField(null=True)
    stored_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("shop", "plan_id", "order_id", "offer_id"), name="an_order_earns_an_offer_once"
            ),
        )
        indexes = (
            models.Index(fields=("shop", "plan_id", "settled_for", "order_id"), name="award_in_order"),
            models.Index(fields=("shop", "customer_id", "plan_id"), name="award_of_customer"),
        )


class AwardItem(models.Model):
    """One benefit of an award; the `left` columns are what its customer still holds of it."""

    shop = models.ForeignKey("tenancy.Shop", models.PROTECT, db_constraint=False, db_index=False)
    plan_id = models.CharField(max_length=64, db_collation="C")
    order_id = models.CharField(max_length=200, db_collation="C")
    offer_id = models.CharField(max_length=64, db_collation="C")
    place = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20)
    item = models.CharField(max_length=64, db_collation="C")
    quantity = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    valid_days = models.PositiveIntegerField(null=True)
    expires_at = models.DateTimeField(null=True)
    quantity_left = models.BigIntegerField(default=0)
    amount_left_minor = models.BigIntegerField(default=0)
    lapsed = models.BooleanField(default=False)
    hold_keys = ArrayField(models.CharField(max_length=500), default=list)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("shop", "plan_id", "order_id", "offer_id", "kind", "item"), name="an_award_has_an_item_once"
            ),
            models.CheckConstraint(
                condition=models.Q(quantity_left__gte=0, quantity_left__lte=models.F("quantity")),
                name="no_more_is_left_than_was_given",
            ),
        )
        indexes = (
            models.Index(
                fields=("shop", "plan_id", "expires_at"),
                condition=models.Q(expires_at__isnull=False, lapsed=False, quantity_left__gt=0),
                name="awarditem_to_lapse",
            ),
        )


class ClawBackItem(models.Model):
    """One benefit, or part of one, that one refund took back."""

    shop = models.ForeignKey("tenancy.Shop", models.PROTECT, db_constraint=False, db_index=False)
    plan_id = models.CharField(max_length=64, db_collation="C")
    order_id = models.CharField(max_length=200, db_collation="C")
    customer_id = models.CharField(max_length=200, db_collation="C")
    offer_id = models.CharField(max_length=64, db_collation="C")
    offer_place = models.PositiveSmallIntegerField()
    rung = models.PositiveSmallIntegerField()
    refund_id = models.CharField(max_length=200, db_collation="C")
    at = models.DateTimeField()
    place = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20)
    item = models.CharField(max_length=64, db_collation="C")
    quantity = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    stored_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("shop", "plan_id", "order_id", "offer_id", "refund_id", "kind", "item"),
                name="a_refund_takes_an_item_once",
            ),
        )


class SettledEvent(models.Model):
    """An order or refund that a plan has settled, whatever came of it; it never settles again."""

    shop = models.ForeignKey("tenancy.Shop", models.PROTECT, db_constraint=False, db_index=False)
    plan_id = models.CharField(max_length=64, db_collation="C")
    is_refund = models.BooleanField()
    event_id = models.CharField(max_length=200, db_collation="C")
    order_id = models.CharField(max_length=200, db_collation="C")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("shop", "plan_id", "is_refund", "event_id", "order_id"), name="an_event_settles_once"
            ),
        )
