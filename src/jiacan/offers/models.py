"""Awards, their items, claw-backs, reservations and counters, and which events have been settled.

Natural keys; a row belongs to one shop. Awards and their items lie in partitions by the quarter of `settled_for`; see
docs/decisions/0016-quarters.md.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Collate, Now


class Award(models.Model):
    """One match, settled: granted, otherwise, refused or held out. An order meets an offer once.

    That is kept by `SettledEvent`, whose row is written by the same statement; the key here sees one quarter only.
    """

    pk = models.CompositePrimaryKey("shop_id", "plan_id", "order_id", "offer_id", "settled_for")
    shop = models.ForeignKey("tenancy.Shop", models.PROTECT, db_constraint=False, db_index=False)
    plan_id = models.CharField(max_length=64, db_collation="C")
    plan_version = models.PositiveIntegerField()
    order_id = models.CharField(max_length=200, db_collation="C")
    customer_id = models.CharField(max_length=200, db_collation="C")
    offer_id = models.CharField(max_length=64, db_collation="C")
    offer_place = models.PositiveSmallIntegerField()
    rung = models.PositiveSmallIntegerField()
    settled_for = models.DateTimeField()
    spend_minor = models.BigIntegerField()
    outcome = models.CharField(max_length=20)
    refusal = models.JSONField(null=True)
    stored_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = (
            models.Index(fields=("shop", "plan_id", "settled_for", "order_id"), name="award_in_order"),
            models.Index(fields=("shop", "customer_id", "plan_id"), name="award_of_customer"),
            models.Index(fields=("shop", "plan_id", "offer_id", "settled_for", "order_id"), name="award_of_offer"),
            models.Index(
                models.F("shop"),
                models.F("plan_id"),
                Collate(KeyTextTransform("code", "refusal"), "C"),
                models.F("settled_for"),
                condition=models.Q(refusal__isnull=False),
                name="award_by_reason",
            ),
        )


class AwardItem(models.Model):
    """One benefit of an award; the `left` columns are what its customer still holds of it, beside what was used.

    The key is its name: an award has an item once, and an order earns an offer once. For `points_spent` and those
    beside it see `core.backing`.
    """

    pk = models.CompositePrimaryKey("shop_id", "plan_id", "order_id", "offer_id", "kind", "item", "settled_for")
    shop = models.ForeignKey("tenancy.Shop", models.PROTECT, db_constraint=False, db_index=False)
    plan_id = models.CharField(max_length=64, db_collation="C")
    order_id = models.CharField(max_length=200, db_collation="C")
    offer_id = models.CharField(max_length=64, db_collation="C")
    settled_for = models.DateTimeField()
    place = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20)
    item = models.CharField(max_length=64, db_collation="C")
    quantity = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    valid_days = models.PositiveIntegerField(null=True)
    expires_at = models.DateTimeField(null=True)
    quantity_left = models.BigIntegerField(default=0)
    amount_left_minor = models.BigIntegerField(default=0)
    lapsed = models.BooleanField(default=False)
    hold_keys = ArrayField(models.CharField(max_length=500), default=list)
    quantity_used = models.BigIntegerField(db_default=0)
    quantity_due = models.BigIntegerField(db_default=0)
    points_spent = models.BigIntegerField(db_default=0)
    points_lost = models.BigIntegerField(db_default=0)
    spent_minor = models.BigIntegerField(db_default=0)
    freed_minor = models.BigIntegerField(db_default=0)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(
                    spent_minor__gte=0,
                    freed_minor__gte=0,
                    amount_left_minor__gte=models.F("spent_minor") + models.F("freed_minor"),
                ),
                name="no_more_money_than_points_are_worth",
            ),
            models.CheckConstraint(
                condition=models.Q(quantity_left__gte=0, quantity_left__lte=models.F("quantity")),
                name="no_more_is_left_than_was_given",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    quantity_used__gte=0,
                    quantity_used__lte=models.F("quantity") - models.F("quantity_left"),
                    quantity_due__gte=0,
                    quantity_due__lte=models.F("quantity_used"),
                ),
                name="no_more_was_used_than_was_given",
            ),
        )
        indexes = (
            models.Index(
                fields=("shop", "plan_id", "expires_at"),
                condition=models.Q(expires_at__isnull=False, lapsed=False, quantity_left__gt=0),
                name="awarditem_to_lapse",
            ),
        )


class PointsUsed(models.Model):
    """Points of an award that were spent or lost, until the money behind them follows; see `contracts.points`."""

    shop = models.ForeignKey("tenancy.Shop", models.PROTECT, db_constraint=False, db_index=False)
    plan_id = models.CharField(max_length=64, db_collation="C")
    order_id = models.CharField(max_length=200, db_collation="C")
    offer_id = models.CharField(max_length=64, db_collation="C")
    spent = models.BigIntegerField()
    lost = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("shop", "plan_id", "id"), name="points_used_of_plan"),)


class ClawBackItem(models.Model):
    """One benefit, or part of one, that one refund took back."""

    shop = models.ForeignKey("tenancy.Shop", models.PROTECT, db_constraint=False, db_index=False)
    plan_id = models.CharField(max_length=64, db_collation="C")
    order_id = models.CharField(max_length=200, db_collation="C")
    customer_id = models.CharField(max_length=200, db_collation="C")
    offer_id = models.CharField(max_length=64, db_collation="C")
    offer_place = models.PositiveSmallIntegerField()
    rung = models.PositiveSmallIntegerField()
    refund_id = models.CharField(max_length=200, db_collation="C")
    at = models.DateTimeField()
    place = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20)
    item = models.CharField(max_length=64, db_collation="C")
    quantity = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    stored_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("shop", "plan_id", "order_id", "offer_id", "refund_id", "kind", "item"),
                name="a_refund_takes_an_item_once",
            ),
        )


class SettledEvent(models.Model):
    """An order or refund that a plan has settled, whatever came of it; it never settles again.

    The key begins with the order, by which events are looked up.
    """

    pk = models.CompositePrimaryKey("shop_id", "plan_id", "order_id", "is_refund", "event_id")
    shop = models.ForeignKey("tenancy.Shop", models.PROTECT, db_constraint=False, db_index=False)
    plan_id = models.CharField(max_length=64, db_collation="C")
    is_refund = models.BooleanField()
    event_id = models.CharField(max_length=200, db_collation="C")
    order_id = models.CharField(max_length=200, db_collation="C")


class Reservation(models.Model):
    """A cart for which everything bounded that it would take is held. A trigger refuses change after it has ended."""

    shop = models.ForeignKey("tenancy.Shop", models.PROTECT, db_constraint=False, db_index=False)
    reservation_id = models.CharField(max_length=36, db_collation="C")
    order_id = models.CharField(max_length=200, db_collation="C")
    customer_id = models.CharField(max_length=200, db_collation="C", null=True)
    cart = models.JSONField()
    goods_hash = models.UUIDField()
    reserved_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    state = models.CharField(max_length=20)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("shop", "reservation_id"), name="a_reservation_has_one_id"),
            models.UniqueConstraint(
                fields=("shop", "order_id"),
                condition=models.Q(state="open"),
                name="an_order_has_one_open_reservation",
            ),
            models.CheckConstraint(
                condition=models.Q(state="open", ended_at__isnull=True)
                | models.Q(state__in=("committed", "released", "replaced", "expired"), ended_at__isnull=False),
                name="a_reservation_is_open_or_has_ended",
            ),
        )
        indexes = (
            models.Index(fields=("expires_at",), condition=models.Q(state="open"), name="reservation_to_expire"),
        )


class ReservationPart(models.Model):
    """What a reservation holds of one plan: its awards, under so many holds in the ledger, until used or let go."""

    shop = models.ForeignKey("tenancy.Shop", models.PROTECT, db_constraint=False, db_index=False)
    reservation_id = models.CharField(max_length=36, db_collation="C")
    order_id = models.CharField(max_length=200, db_collation="C")
    plan_id = models.CharField(max_length=64, db_collation="C")
    plan_version = models.PositiveIntegerField()
    awards = models.JSONField()
    holds = models.PositiveSmallIntegerField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=20)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("shop", "reservation_id", "plan_id"), name="a_reservation_holds_once_of_a_plan"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=("open", "used", "let_go")), name="a_part_is_open_used_or_let_go"
            ),
        )
        indexes = (
            models.Index(fields=("shop", "order_id"), condition=models.Q(state="open"), name="part_of_order"),
            models.Index(
                fields=("shop", "plan_id", "expires_at"), condition=models.Q(state="open"), name="part_to_expire"
            ),
        )


class PendingOccasion(models.Model):
    """An occasion for which everything that it would take is held, until it is sure or comes to nothing."""

    pk = models.CompositePrimaryKey("shop_id", "plan_id", "occasion_id")
    shop = models.ForeignKey("tenancy.Shop", models.PROTECT, db_constraint=False, db_index=False)
    plan_id = models.CharField(max_length=64, db_collation="C")
    occasion_id = models.CharField(max_length=200, db_collation="C")
    trigger = models.CharField(max_length=20)
    customer_id = models.CharField(max_length=200, db_collation="C")
    plan_version = models.PositiveIntegerField()
    awards = models.JSONField()
    holds = models.PositiveSmallIntegerField()
    occurred_at = models.DateTimeField()
    state = models.CharField(max_length=20)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state="open", ended_at__isnull=True)
                | models.Q(state__in=("used", "let_go"), ended_at__isnull=False),
                name="an_occasion_pends_or_has_ended",
            ),
        )


class AwardPace(models.Model):
    """How many awards of one minute came to the same; see `contracts.pace`."""

    pk = models.CompositePrimaryKey("shop_id", "plan_id", "minute", "offer_id", "outcome", "reason")
    shop = models.ForeignKey("tenancy.Shop", models.PROTECT, db_constraint=False, db_index=False)
    plan_id = models.CharField(max_length=64, db_collation="C")
    minute = models.DateTimeField()
    offer_id = models.CharField(max_length=64, db_collation="C")
    outcome = models.CharField(max_length=20)
    reason = models.CharField(max_length=100, db_collation="C")
    awards = models.BigIntegerField()
    at_risk_minor = models.BigIntegerField()


class OrderPace(models.Model):
    """Orders and refunds of one minute that a plan settled; see `contracts.pace`."""

    pk = models.CompositePrimaryKey("shop_id", "plan_id", "minute")
    shop = models.ForeignKey("tenancy.Shop", models.PROTECT, db_constraint=False, db_index=False)
    plan_id = models.CharField(max_length=64, db_collation="C")
    minute = models.DateTimeField()
    orders = models.BigIntegerField()
    spend_minor = models.BigIntegerField()
    new_customers = models.BigIntegerField()
    refunds = models.BigIntegerField()


class AwardSum(models.Model):
    """`AwardPace` over all minutes, added up with it: a campaign is long, and its figures are asked every second."""

    pk = models.CompositePrimaryKey("shop_id", "plan_id", "offer_id", "outcome", "reason")
    shop = models.ForeignKey("tenancy.Shop", models.PROTECT, db_constraint=False, db_index=False)
    plan_id = models.CharField(max_length=64, db_collation="C")
    offer_id = models.CharField(max_length=64, db_collation="C")
    outcome = models.CharField(max_length=20)
    reason = models.CharField(max_length=100, db_collation="C")
    awards = models.BigIntegerField()
    at_risk_minor = models.BigIntegerField()


class OrderSum(models.Model):
    """`OrderPace` over all minutes, added up with it."""

    pk = models.CompositePrimaryKey("shop_id", "plan_id")
    shop = models.ForeignKey("tenancy.Shop", models.PROTECT, db_constraint=False, db_index=False)
    plan_id = models.CharField(max_length=64, db_collation="C")
    orders = models.BigIntegerField()
    spend_minor = models.BigIntegerField()
    new_customers = models.BigIntegerField()
    refunds = models.BigIntegerField()
