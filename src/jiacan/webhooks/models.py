"""Endpoints, what is on its way to them, every try, and why jobs failed."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Endpoint(models.Model):
    """An address that is told. `sealed_secret` is encrypted: it must be read again to sign."""

    shop = models.ForeignKey("tenancy.Shop", models.PROTECT)
    url = models.TextField()
    kinds = ArrayField(models.CharField(max_length=40))
    active = models.BooleanField(default=True)
    sealed_secret = models.TextField()
    created_by = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    failing_since = models.DateTimeField(null=True)


class Delivery(models.Model):
    """One event on its way to one endpoint. `tries` are of this round; a replay begins another."""

    shop_id = models.BigIntegerField()
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, db_index=False)
    public_id = models.CharField(max_length=40, db_collation="C")
    event_id = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    subject = models.TextField()
    at = models.DateTimeField()
    data = models.JSONField()
    state = models.CharField(max_length=10)
    tries = models.SmallIntegerField(db_default=0)
    attempts = models.IntegerField(db_default=0)
    next_try_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (models.UniqueConstraint(fields=("shop_id", "public_id"), name="an_event_is_delivered_once"),)
        indexes = (
            models.Index(fields=("endpoint", "-id"), name="deliveries_of_endpoint"),
            models.Index(fields=("created_at",), name="deliveries_by_age"),
            models.Index(fields=("endpoint", "next_try_at"), condition=Q(state="waiting"), name="deliveries_waiting"),
        )


class Attempt(models.Model):
    """One try: an HTTP status and what was answered, or the trouble that kept it from an answer."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, db_index=False)
    number = models.IntegerField()
    at = models.DateTimeField()
    status = models.SmallIntegerField(null=True)
    trouble = models.CharField(max_length=20)
    answer = models.TextField()
    milliseconds = models.IntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("delivery", "number"), name="a_try_has_one_number"),
            models.CheckConstraint(
                condition=Q(status__isnull=True, trouble__gt="") | Q(status__isnull=False, trouble=""),
                name="a_try_is_answered_or_in_trouble",
            ),
        )


class JobFailure(models.Model):
    """Why a job of the queue failed last; the queue itself does not keep it."""

    job_id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    reason = models.CharField(max_length=300)
