"""Lots of points, the statement's lines, and what customers owe."""

from django.db import models
from django.db.models import F, Q


class Lot(models.Model):
    """Points that came together; see `contracts.points.Lot`. No foreign keys: a lot is written for every award."""

    shop_id = models.BigIntegerField()
    customer_id = models.TextField(db_collation="C")
    name = models.TextField(db_collation="C")
    plan_id = models.TextField(db_collation="C")
    order_id = models.TextField(db_collation="C")
    offer_id = models.TextField(db_collation="C")
    points = models.BigIntegerField()
    left = models.BigIntegerField()
    expired = models.BigIntegerField(default=0)
    earned_at = models.DateTimeField()
    available_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("shop_id", "name"), name="an_award_is_one_lot"),
            models.CheckConstraint(
                condition=Q(left__gte=0, expired__gte=0, points__gte=F("left") + F("expired")),
                name="a_lot_has_no_more_than_it_brought",
            ),
        )
        indexes = (
            models.Index(fields=("shop_id", "customer_id"), condition=Q(left__gt=0), name="lots_with_points"),
            models.Index(
                fields=("shop_id", "expires_at"),
                condition=Q(left__gt=0, expires_at__isnull=False),
                name="lots_to_expire",
            ),
        )


class Line(models.Model):
    """One line of a customer's statement. A trigger refuses update and delete."""

    shop_id = models.BigIntegerField()
    customer_id = models.TextField(db_collation="C")
    move = models.CharField(max_length=12)
    name = models.TextField(db_collation="C")
    points = models.BigIntegerField()
    at = models.DateTimeField()
    subject = models.TextField(db_collation="C")
    reason = models.TextField()
    parts = models.JSONField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("shop_id", "move", "name"), name="a_line_is_written_once"),
            models.CheckConstraint(condition=~Q(points=0), name="a_line_changes_something"),
        )
        indexes = (models.Index(fields=("shop_id", "customer_id", "id"), name="lines_of_customer"),)


class Debt(models.Model):
    """Points that a customer owes after a claw-back; later ones pay it first."""

    pk = models.CompositePrimaryKey("shop_id", "customer_id")
    shop_id = models.BigIntegerField()
    customer_id = models.TextField(db_collation="C")
    points = models.BigIntegerField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(points__gt=0), name="a_debt_is_more_than_nothing"),)
