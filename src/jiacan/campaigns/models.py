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


class Alarm(models.Model):
    """An alarm from when it was first noticed to when its matter was over; who took it, and who closed it.

    `key` says what it is of.
    """

    shop = models.ForeignKey("tenancy.Shop", models.PROTECT)
    plan_id = models.CharField(max_length=64)
    key = models.CharField(max_length=200)
    since = models.DateTimeField()
    over_at = models.DateTimeField(null=True)
    taken_by = models.CharField(max_length=200, default="")
    taken_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=200, default="")
    closed_at = models.DateTimeField(null=True)
    note = models.TextField(default="")

    class Meta:
        """One that stands to a matter; read by plan, the last first."""

        constraints = (
            models.UniqueConstraint(
                fields=("shop", "plan_id", "key"), condition=models.Q(over_at=None), name="an_alarm_stands_once"
            ),
        )
        indexes = (models.Index(fields=("shop", "plan_id", "-since"), name="alarms_of_a_plan"),)


class ReceiptLink(models.Model):
    """A link that shows one order's receipt to whoever has it; its secret is kept only as a hash."""

    shop = models.ForeignKey("tenancy.Shop", models.PROTECT)
    order_id = models.CharField(max_length=200)
    secret_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(db_default=Now())


class WrittenReport(models.Model):
    """A report that somebody asked for, in one language; `stage` says how far it is, and `failed` why it is not.

    `summary` is what the page shows of it, in that language; only the last one of a plan and language is kept.
    """

    shop = models.ForeignKey("tenancy.Shop", models.PROTECT)
    plan_id = models.CharField(max_length=64)
    language = models.CharField(max_length=2)
    asked_by = models.CharField(max_length=200)
    asked_at = models.DateTimeField(db_default=Now())
    began_at = models.DateTimeField(null=True)
    stage = models.CharField(max_length=20, default="waiting")
    written_at = models.DateTimeField(null=True)
    failed = models.TextField(default="")
    summary = models.JSONField(default=dict)
    html = models.BinaryField(default=b"")
    xlsx = models.BinaryField(default=b"")

    class Meta:
        """Read by plan and language, the last first."""

        indexes = (models.Index(fields=("shop", "plan_id", "language", "-id"), name="reports_of_a_plan"),)


class Rehearsal(models.Model):
    """A plan's text replayed on uploaded orders; the files themselves lie in `folder` for a day at most."""

    shop = models.ForeignKey("tenancy.Shop", models.PROTECT)
    plan_id = models.CharField(max_length=64)
    text = models.CharField(max_length=10)
    number = models.PositiveIntegerField()
    plan_text = models.TextField()
    language = models.CharField(max_length=2)
    orders_name = models.CharField(max_length=200)
    refunds_name = models.CharField(max_length=200, default="")
    customers_name = models.CharField(max_length=200, default="")
    size_bytes = models.BigIntegerField()
    folder = models.CharField(max_length=64)
    asked_by = models.CharField(max_length=200)
    asked_at = models.DateTimeField(db_default=Now())
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    stage = models.CharField(max_length=20, default="waiting")
    doing = models.CharField(max_length=200, default="")
    share = models.FloatField(default=-1)
    failed = models.TextField(default="")
    result = models.JSONField(default=dict)

    class Meta:
        """Read by plan, the last first."""

        indexes = (models.Index(fields=("shop", "plan_id", "-id"), name="rehearsals_of_a_plan"),)
