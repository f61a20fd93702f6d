"""Links, clicks, who brought whom, and what is owed for it.

Telephone numbers, addresses, networks and visitors are kept as keyed hashes only; where customers are paid is sealed.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


def _customer() -> models.TextField:
    return models.TextField(db_collation="C")


class Programme(models.Model):
    """The referrals of a plan by its version in force, so that links work without asking the plan."""

    shop = models.ForeignKey("tenancy.Shop", models.PROTECT)
    plan_id = models.CharField(max_length=64)
    version = models.IntegerField()
    name_zh = models.TextField()
    name_en = models.TextField()
    zone = models.CharField(max_length=64)
    currency = models.CharField(max_length=3)
    window_seconds = models.BigIntegerField()
    return_window_seconds = models.BigIntegerField()
    attribution = models.CharField(max_length=12)
    per_referrer = models.IntegerField(null=True)
    per_network_per_day = models.IntegerField(null=True)
    landing = models.TextField()
    assume_received_after_seconds = models.BigIntegerField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("shop", "plan_id"), name="a_plan_has_one_programme"),)


class Link(models.Model):
    """A customer's link for a plan; its code is drawn by chance."""

    shop_id = models.BigIntegerField()
    plan_id = models.CharField(max_length=64)
    customer_id = _customer()
    code = models.CharField(max_length=16, unique=True, db_collation="C")
    clicks = models.BigIntegerField(db_default=0)
    made_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("shop_id", "plan_id", "customer_id"), name="a_customer_has_one_link"),
        )
        indexes = (models.Index(fields=("shop_id", "customer_id"), name="links_of_customer"),)


class Click(models.Model):
    """A click; it becomes a touch when it is told which customer it was."""

    shop_id = models.BigIntegerField()
    link = models.ForeignKey(Link, models.CASCADE)
    at = models.DateTimeField()
    visitor = models.CharField(max_length=64, db_collation="C")
    network = models.CharField(max_length=64, db_collation="C")
    customer_id = models.TextField(db_collation="C", null=True)

    class Meta:
        indexes = (
            models.Index(fields=("shop_id", "visitor"), name="clicks_of_visitor"),
            models.Index(
                fields=("shop_id", "customer_id"), condition=Q(customer_id__isnull=False), name="clicks_of_customer"
            ),
            models.Index(fields=("at",), condition=Q(customer_id__isnull=True), name="clicks_by_age"),
        )


class NetworkBucket(models.Model):
    """How many clicks of a network, known by its hash, are still counted at the shop."""

    pk = models.CompositePrimaryKey("shop_id", "network")
    shop_id = models.BigIntegerField()
    network = models.CharField(max_length=64, db_collation="C")
    clicks_left = models.FloatField()
    at_seconds = models.FloatField()


class Referral(models.Model):
    """What was decided of a friend's first order: once for each friend, whatever it was."""

    shop_id = models.BigIntegerField()
    plan_id = models.CharField(max_length=64)
    friend_id = _customer()
    referrer_id = _customer()
    touched_at = models.DateTimeField()
    network = models.CharField(max_length=64, db_collation="C")
    order_id = models.TextField(db_collation="C")
    paid_at = models.DateTimeField()
    state = models.CharField(max_length=12)
    reason = models.CharField(max_length=20)
    decided_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("shop_id", "friend_id"), condition=~Q(state="merged"), name="a_friend_has_one_parent"
            ),
            models.CheckConstraint(
                condition=~Q(friend_id=F("referrer_id")) | Q(state__in=("refused", "merged")),
                name="nobody_brings_themselves",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("refused", "review"), reason__gt="") | ~Q(state__in=("refused", "review")),
                name="a_refusal_has_a_reason",
            ),
        )
        indexes = (
            models.Index(fields=("shop_id", "referrer_id"), name="referrals_of_referrer"),
            models.Index(fields=("shop_id", "order_id"), name="referrals_of_order"),
            models.Index(fields=("shop_id", "plan_id", "state", "-id"), name="referrals_by_state"),
            models.Index(
                fields=("shop_id", "plan_id", "network", "touched_at"),
                condition=Q(network__gt=""),
                name="referrals_of_network",
            ),
            models.Index(
                fields=("shop_id", "plan_id", "due_at"), condition=Q(due_at__isnull=False), name="referrals_due"
            ),
        )


class Alias(models.Model):
    """Two customer numbers that are one person: `gone` stands for `kept` from then on."""

    pk = models.CompositePrimaryKey("shop_id", "gone")
    shop_id = models.BigIntegerField()
    gone = _customer()
    kept = _customer()
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (models.CheckConstraint(condition=~Q(gone=F("kept")), name="an_alias_is_of_another"),)
        indexes = (models.Index(fields=("shop_id", "kept"), name="aliases_of_customer"),)


class Mark(models.Model):
    """The keyed hash of a customer's telephone number or address."""

    shop_id = models.BigIntegerField()
    customer_id = _customer()
    kind = models.CharField(max_length=8)
    digest = models.CharField(max_length=64, db_collation="C")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("shop_id", "customer_id", "kind", "digest"), name="a_mark_is_kept_once"),
        )


class Payee(models.Model):
    """Where a customer is paid."""

    shop_id = models.BigIntegerField()
    customer_id = _customer()
    method = models.CharField(max_length=8)
    sealed_account = models.TextField()
    sealed_name = models.TextField()
    bank = models.CharField(max_length=100)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("shop_id", "customer_id"), name="a_customer_is_paid_one_way"),)


class Batch(models.Model):
    """Payouts that are paid together."""

    shop_id = models.BigIntegerField()
    method = models.CharField(max_length=8)
    state = models.CharField(max_length=8)
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    approved_by = models.CharField(max_length=200)
    approved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(made_by=F("approved_by"))
                & (Q(state__in=("waiting", "declined")) | Q(approved_by__gt="")),
                name="another_person_approves",
            ),
        )
        indexes = (models.Index(fields=("shop_id", "-id"), name="batches_of_shop"),)


class Payout(models.Model):
    """Cash that one side of a completed referral is owed by one offer."""

    shop_id = models.BigIntegerField()
    plan_id = models.CharField(max_length=64)
    referral = models.ForeignKey(Referral, models.PROTECT)
    occasion_id = models.CharField(max_length=200, db_collation="C")
    offer_id = models.CharField(max_length=64)
    customer_id = _customer()
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=10)
    made_at = models.DateTimeField()
    batch = models.ForeignKey(Batch, models.PROTECT, null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("shop_id", "occasion_id", "offer_id"), name="an_award_is_paid_out_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="a_payout_pays_something"),
        )
        indexes = (models.Index(fields=("shop_id", "state", "-id"), name="payouts_by_state"),)
