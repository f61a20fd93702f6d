"""Answers kept for programs that ask twice, and how much of its rate each token has left."""

from django.db import models
from django.db.models.functions import Now


class KeptAnswer(models.Model):
    """The answer to an Idempotency-Key, written in the transaction of the work it tells of."""

    pk = models.CompositePrimaryKey("token_id", "key")
    shop = models.ForeignKey("tenancy.Shop", models.PROTECT, db_constraint=False, db_index=False)
    token_id = models.BigIntegerField()
    key = models.CharField(max_length=200, db_collation="C")
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    kept_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = (models.Index(fields=("kept_at",), name="kept_answer_by_time"),)


class RateBucket(models.Model):
    """What a token has left of its burst. Unlogged: after a crash every bucket is full again."""

    token_id = models.BigIntegerField(primary_key=True)
    shop_id = models.BigIntegerField()
    requests_left = models.FloatField()
    at_seconds = models.FloatField()
