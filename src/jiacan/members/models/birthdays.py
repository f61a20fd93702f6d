"""Which birthdays came, for which offers, and up to which day that was looked at."""

from django.db import models


class BirthdayCard(models.Model):
    """What stands for a customer in the occasions of their birthdays; it stays when their birthday is deleted."""

    shop_id = models.BigIntegerField()
    customer_id = models.TextField(db_collation="C")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("shop_id", "customer_id"), name="a_customer_has_one_birthday_card"),
        )


class BirthdayTurn(models.Model):
    """A birthday that came; see `contracts.birthdays.Turn`. No foreign keys: the card is named by its number."""

    shop_id = models.BigIntegerField()
    card = models.BigIntegerField()
    plan_id = models.CharField(max_length=64, db_collation="C")
    offer_id = models.CharField(max_length=64, db_collation="C")
    year = models.SmallIntegerField()
    day = models.DateField()
    at = models.DateTimeField()
    is_too_new = models.BooleanField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("shop_id", "card", "plan_id", "offer_id", "year"), name="a_birthday_comes_once_a_year"
            ),
        )


class BirthdayProgress(models.Model):
    """Up to which day an offer's birthdays were looked at, that day among them."""

    pk = models.CompositePrimaryKey("shop_id", "plan_id", "offer_id")
    shop_id = models.BigIntegerField()
    plan_id = models.CharField(max_length=64, db_collation="C")
    offer_id = models.CharField(max_length=64, db_collation="C")
    done_until = models.DateField()
