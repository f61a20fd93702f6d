"""The versions of plans that went live, and drafts of those to come."""

from django.db import models
from django.db.models.functions import Now


class PlanVersion(models.Model):
    """One version of a plan. A trigger refuses update and delete."""

    shop = models.ForeignKey("tenancy.Shop", models.PROTECT)
    plan_id = models.CharField(max_length=64)
    number = models.PositiveIntegerField()
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    went_live_at = models.DateTimeField(db_default=Now())
    actor = models.CharField(max_length=200)
    approver = models.CharField(max_length=200, default="")

    class Meta:
        """One number once to a plan."""

        constraints = (models.UniqueConstraint(fields=("shop", "plan_id", "number"), name="plans_one_number_once"),)


class PlanDraft(models.Model):
    """A plan being written; `revision` counts its savings, so that two writers cannot overwrite each other."""

    shop = models.ForeignKey("tenancy.Shop", models.PROTECT)
    plan_id = models.CharField(max_length=64)
    text = models.TextField()
    revision = models.PositiveIntegerField()
    saved_at = models.DateTimeField(db_default=Now())
    saved_by = models.CharField(max_length=200)

    class Meta:
        """One draft to a plan."""

        constraints = (models.UniqueConstraint(fields=("shop", "plan_id"), name="plans_one_draft"),)
