"""How customers come in: links that let one in once, the shop's secrets, tokens that were used, and tries."""

from django.db import models
from django.db.models import Q


class SignInLink(models.Model):
    """A link that lets one customer in once. Its secret is kept as a hash only."""

    shop_id = models.BigIntegerField()
    customer_id = models.TextField(db_collation="C")
    secret_hash = models.CharField(max_length=64)
    made_by = models.TextField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("shop_id", "secret_hash"), name="a_member_link_has_its_own_secret"),
        )
        indexes = (models.Index(fields=("expires_at",), name="member_links_by_end"),)


class EntrySecret(models.Model):
    """A secret with which the shop's site signs tokens, sealed; it must be read again to check one.

    A shop has two places for those in force, so that a new one can be put to use before the old one ends.
    """

    shop_id = models.BigIntegerField()
    place = models.SmallIntegerField()
    sealed = models.TextField()
    hint = models.CharField(max_length=4)
    made_by = models.TextField()
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("shop_id", "place"), condition=Q(ended_at=None), name="a_place_has_one_secret_in_force"
            ),
            models.CheckConstraint(condition=Q(place__in=(0, 1)), name="two_secrets_at_most_are_in_force"),
        )


class UsedToken(models.Model):
    """A token that let someone in, by the hash of its nonce; kept until it would be refused for its age."""

    pk = models.CompositePrimaryKey("shop_id", "nonce_hash")
    shop_id = models.BigIntegerField()
    nonce_hash = models.CharField(max_length=64)
    expires_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("expires_at",), name="used_tokens_by_end"),)


class SignedOut(models.Model):
    """How often a customer signed out everywhere: sessions from before are over."""

    pk = models.CompositePrimaryKey("shop_id", "customer_id")
    shop_id = models.BigIntegerField()
    customer_id = models.TextField(db_collation="C")
    times = models.BigIntegerField()


class EntryTry(models.Model):
    """How many tries of one network failed, or are not decided yet, within a minute."""

    pk = models.CompositePrimaryKey("shop_id", "network", "minute")
    shop_id = models.BigIntegerField()
    network = models.CharField(max_length=64)
    minute = models.DateTimeField()
    tries = models.IntegerField()
