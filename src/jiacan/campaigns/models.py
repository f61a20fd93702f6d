"""What people decide and do around a campaign: approvals of going live, steps of tasks."""

from django.db import models
from django.db.models.functions import Now


class Approval(models.Model):
    """A request that one revision of a draft go live, put to one named person, and their answer."""

    shop = models.ForeignKey("tenancy.Shop", models.PROTECT)
    plan_id = models.CharField(max_length=64)
    revision = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    asked_by = models.CharField(max_length=200)
    approver_id = models.BigIntegerField()
    approver = models.CharField(max_length=200)
    note = models.TextField(default="")
    asked_at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=20, default="asked")
    answer = models.TextField(default="")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        """One open request to a plan."""

        constraints = (
            models.UniqueConstraint(
                fields=("shop", "plan_id"), condition=models.Q(state="asked"), name="one_open_approval_to_a_plan"
            ),
        )


class TaskStep(models.Model):
    """One change of a task's state, with what shows it; the last one counts, and all stay."""

    shop = models.ForeignKey("tenancy.Shop", models.PROTECT)
    plan_id = models.CharField(max_length=64)
    task_id = models.CharField(max_length=64)
    state = models.CharField(max_length=20)
    evidence = models.TextField(default="")
    by = models.CharField(max_length=200)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        """Read by plan, the last step of each task first."""

        indexes = (models.Index(fields=("shop", "plan_id", "task_id", "-id"), name="steps_of_a_task"),)
