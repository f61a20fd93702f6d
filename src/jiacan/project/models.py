"""The directory: which servers there are, and on which of them each shop's rows are."""

from django.db import models
from django.db.models import Q


class Server(models.Model):
    """A PostgreSQL server. The directory knows all of them; every other server knows itself, and no one else.

    Numbers are never used again: they set apart the ids that each server gives out.
    """

    number = models.PositiveSmallIntegerField(primary_key=True)
    name = models.CharField(max_length=40, unique=True)


class Place(models.Model):
    """Where a shop is. A shop without a row is where the directory is.

    `other` holds rows of the shop that are not in force: on their way in (copying, held) or left behind (left).
    Whoever finds the shop held and can enter all the same knows that its move has died.
    """

    shop_id = models.BigIntegerField(primary_key=True)
    server = models.ForeignKey(Server, models.PROTECT, related_name="+")
    stage = models.CharField(max_length=10, default="settled")
    other = models.ForeignKey(Server, models.PROTECT, related_name="+", null=True)
    move_id = models.UUIDField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(stage="settled", other=None)
                | Q(stage__in=("copying", "held", "left"), other__isnull=False),
                name="a_place_is_settled_or_has_another",
            ),
        )
