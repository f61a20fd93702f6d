"""Shops, their people and tokens, and the audit that no one can rewrite. Secrets are kept as hashes only."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class Shop(models.Model):
    """One shop; its pages tell the time in `zone`, its orders are in `currency`; empty until its first plan."""

    slug = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=120, default="")
    zone = models.CharField(max_length=64, default="")
    currency = models.CharField(max_length=3, default="")


class People(BaseUserManager["Person"]):
    """How Django and allauth find people."""


class Person(AbstractBaseUser):
    """Someone who can sign in, by e-mail and password."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, default="")
    language = models.CharField(max_length=2, default="")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    objects = People()


class Member(models.Model):
    """A person's role at one shop."""

    shop = models.ForeignKey(Shop, models.PROTECT)
    person = models.ForeignKey(Person, models.CASCADE)
    role = models.CharField(max_length=20)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("shop", "person"), name="a_person_has_one_role_at_a_shop"),)


class Invitation(models.Model):
    """An invitation to a shop, open until it is accepted, withdrawn or expired."""

    shop = models.ForeignKey(Shop, models.PROTECT)
    email = models.EmailField()
    role = models.CharField(max_length=20)
    invited_by = models.TextField()
    secret_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class SignInLink(models.Model):
    """A link that signs one person in once; without a person it makes the first owner."""

    person = models.ForeignKey(Person, models.CASCADE, null=True)
    secret_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Token(models.Model):
    """A program's key to one shop."""

    shop = models.ForeignKey(Shop, models.PROTECT)
    name = models.CharField(max_length=120)
    scopes = ArrayField(models.CharField(max_length=40))
    secret_hash = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=4)
    created_by = models.TextField()
    created_at = models.DateTimeField(db_default=Now())
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class AuditEntry(models.Model):
    """One change of money, stock, rules, roles or personal data. A trigger refuses update and delete.

    `number` counts within the shop, and `hash` is over the entry before it and this one.
    """

    shop = models.ForeignKey(Shop, models.PROTECT)
    number = models.BigIntegerField()
    at = models.DateTimeField()
    actor = models.TextField()
    origin = models.TextField()
    action = models.CharField(max_length=100)
    subject = models.TextField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("shop", "number"), name="a_line_of_the_audit_has_one_place"),)
        indexes = (models.Index(fields=("shop", "at"), name="audit_by_time"),)
