"""Customers' cards of check-in challenges, the tasks done on them and the days that count."""

from django.db import models


class CheckInCard(models.Model):
    """One customer's card of one challenge; whoever changes its days locks it."""

    shop_id = models.BigIntegerField()
    plan_id = models.TextField(db_collation="C")
    challenge_id = models.TextField(db_collation="C")
    customer_id = models.TextField(db_collation="C")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("shop_id", "plan_id", "challenge_id", "customer_id"), name="a_customer_has_one_card"
            ),
        )


class CheckInTask(models.Model):
    """A task that was done on a day. No foreign keys: the card is named by its number."""

    shop_id = models.BigIntegerField()
    card = models.BigIntegerField()
    day = models.DateField()
    task = models.TextField(db_collation="C")
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("shop_id", "card", "day", "task"), name="a_task_counts_once_a_day"),
        )


class CheckInDay(models.Model):
    """A day that counts; see `contracts.check_in.DoneDay`."""

    shop_id = models.BigIntegerField()
    card = models.BigIntegerField()
    day = models.DateField()
    at = models.DateTimeField()
    made_up = models.BooleanField()
    points = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("shop_id", "card", "day"), name="a_day_counts_once"),)
