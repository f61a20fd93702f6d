"""Customers' birthdays."""

from django.db import models
from django.db.models import Q


class Birthday(models.Model):
    """A customer's birthday; see `contracts.Birthday`."""

    pk = models.CompositePrimaryKey("shop_id", "customer_id")
    shop_id = models.BigIntegerField()
    customer_id = models.TextField(db_collation="C")
    month = models.SmallIntegerField()
    day = models.SmallIntegerField()
    year = models.SmallIntegerField(null=True)
    known_since = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(month__gte=1, month__lte=12, day__gte=1, day__lte=31), name="a_birthday_is_a_day"
            ),
        )
        indexes = (models.Index(fields=("shop_id", "month", "day", "customer_id"), name="birthdays_by_day"),)
