"""Shops, and the audit that no one can rewrite."""

from django.db import models
from django.db.models.functions import Now


class Shop(models.Model):
    """One shop."""

    slug = models.CharField(max_length=64, unique=True)


class AuditEntry(models.Model):
    """One change of money, stock, rules, roles or personal data. A trigger refuses update and delete."""

    shop = models.ForeignKey(Shop, models.PROTECT)
    at = models.DateTimeField(db_default=Now())
    actor = models.CharField(max_length=200)
    action = models.CharField(max_length=100)
    subject = models.CharField(max_length=200)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
