"""Accounts and transfers, with the bounds that the database itself keeps."""

from django.db import models
from django.db.models import F, Q


class Account(models.Model):
    """One balance. `posted - held >= floor` is the database's own refusal to give out too much.

    No foreign keys here or below: every insert would lock the one row of its shop, and every transfer its
    two accounts a second time.
    """

    shop_id = models.BigIntegerField()
    # In the collation "C" an index serves both equality and prefixes, and compares bytes.
    owner = models.TextField(db_collation="C")
    unit = models.TextField(db_collation="C")
    posted = models.BigIntegerField(db_default=0)
    held = models.BigIntegerField(db_default=0)
    floor = models.BigIntegerField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["shop_id", "owner", "unit"], name="ledger_account_key"),
            models.CheckConstraint(
                condition=Q(floor=None) | Q(posted__gte=F("held") + F("floor")), name="ledger_account_floor"
            ),
            models.CheckConstraint(condition=Q(held__gte=0), name="ledger_account_held"),
        )


class Transfer(models.Model):
    """One line of the ledger; see `core.transfers.Transfer`. A trigger refuses update and delete."""

    shop_id = models.BigIntegerField()
    key = models.TextField(db_collation="C")
    kind = models.SmallIntegerField()
    debit_id = models.BigIntegerField()
    credit_id = models.BigIntegerField()
    amount = models.BigIntegerField()
    at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    refers_to = models.TextField(null=True, db_collation="C")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["shop_id", "key"], name="ledger_transfer_key"),
            # A hold is closed once, a move reversed once.
            models.UniqueConstraint(
                fields=["shop_id", "refers_to"],
                condition=Q(refers_to__isnull=False),
                name="ledger_transfer_fate",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0) & ~Q(debit_id=F("credit_id")), name="ledger_transfer_moves"
            ),
        )
