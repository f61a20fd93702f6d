"""Where customers stand on ladders, and every step of theirs."""

from django.db import models
from django.db.models import F, Q


class Standing(models.Model):
    """A customer's place on a plan's ladder; see `contracts.tiers.Standing`."""

    pk = models.CompositePrimaryKey("shop_id", "plan_id", "customer_id")
    shop_id = models.BigIntegerField()
    plan_id = models.CharField(max_length=64, db_collation="C")
    customer_id = models.TextField(db_collation="C")
    tier = models.CharField(max_length=64)
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

    class Meta:
        constraints = (models.CheckConstraint(condition=~Q(before=F("after")), name="a_step_leads_elsewhere"),)
        indexes = (models.Index(fields=("shop_id", "customer_id", "plan_id", "id"), name="steps_of_customer"),)
