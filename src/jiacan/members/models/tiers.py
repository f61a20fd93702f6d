"""Where customers stand on ladders, every step of theirs, and the tiers that offers gave them."""

from django.db import models
from django.db.models import F, Q


class Standing(models.Model):
    """Where a customer's orders put them on a plan's ladder (see `offers.contracts.tiers.Standing`).

    `stands` is where they stood at `seen_at`: higher than `tier` where an offer gave them a tier.
    """

    pk = models.CompositePrimaryKey("shop_id", "plan_id", "customer_id")
    shop_id = models.BigIntegerField()
    plan_id = models.CharField(max_length=64, db_collation="C")
    customer_id = models.TextField(db_collation="C")
    tier = models.CharField(max_length=64)
    stands = models.CharField(max_length=64, default="")
    since = models.DateTimeField()
    grace_until = models.DateTimeField(null=True)
    seen_at = models.DateTimeField()
    look_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=("shop_id", "plan_id", "look_at"),
                condition=Q(look_at__isnull=False),
                name="standings_to_look_at",
            ),
            models.Index(fields=("shop_id", "customer_id"), name="standings_of_customer"),
        )


class TierStep(models.Model):
    """One step up or down. A trigger refuses update and delete."""

    shop_id = models.BigIntegerField()
    plan_id = models.CharField(max_length=64, db_collation="C")
    customer_id = models.TextField(db_collation="C")
    before = models.CharField(max_length=64)
    after = models.CharField(max_length=64)
    at = models.DateTimeField()
    had = models.BigIntegerField()
    cause = models.CharField(max_length=12, default="orders")
    offer_id = models.CharField(max_length=64, db_collation="C", default="")
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=~Q(before=F("after")), name="a_step_leads_elsewhere"),)
        indexes = (models.Index(fields=("shop_id", "customer_id", "plan_id", "id"), name="steps_of_customer"),)


class TierGift(models.Model):
    """A tier that an award gave for a time; see `contracts.tiers.TierGift`."""

    shop_id = models.BigIntegerField()
    plan_id = models.CharField(max_length=64, db_collation="C")
    order_id = models.TextField(db_collation="C")
    offer_id = models.CharField(max_length=64, db_collation="C")
    customer_id = models.TextField(db_collation="C")
    tier = models.CharField(max_length=64)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("shop_id", "plan_id", "order_id", "offer_id", "tier"), name="an_award_gives_a_tier_once"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="a_tier_is_given_for_a_time"),
        )
        indexes = (
            models.Index(fields=("shop_id", "plan_id", "customer_id", "ends_at"), name="tier_gifts_of_customer"),
        )
