"""Every query on shops."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

from django.db import transaction

from jiacan.kernel.places import directory
from jiacan.tenancy.contracts import Shop
from jiacan.tenancy.models import Shop as ShopRow


@contextmanager
def atomic() -> Iterator[None]:
    """One transaction for the directory's rows and the shop's own.

    Where these lie on two servers it is one on each. The shop's, and with it the audit, is kept first: should the
    directory fail just then, the audit tells of a change that did not come about, and never the other way round.
    """
    with transaction.atomic(using=directory()), transaction.atomic(savepoint=False):
        yield


def find_shop(slug: str) -> Shop | None:
    """The shop of that name, if there is one."""
    row = ShopRow.objects.filter(slug=slug).first()
    return None if row is None else to_shop(row)


def find_shop_of_id(shop_id: int) -> Shop | None:
    """The shop of that number, if there is one."""
    row = ShopRow.objects.filter(pk=shop_id).first()
    return None if row is None else to_shop(row)


def load_shops() -> tuple[Shop, ...]:
    """Every shop, by name."""
    return tuple(to_shop(row) for row in ShopRow.objects.order_by("slug"))


def add_shop(slug: str, *, zone: str, currency: str) -> Shop:
    """The shop of that name, created if it is new; a zone or currency that it lacks is filled in."""
    row, _ = ShopRow.objects.get_or_create(slug=slug, defaults={"zone": zone, "currency": currency})
    if zone and not row.zone:
        ShopRow.objects.filter(pk=row.pk, zone="").update(zone=zone)
    if currency and not row.currency:
        ShopRow.objects.filter(pk=row.pk, currency="").update(currency=currency)
    row.refresh_from_db()
    return to_shop(row)


def lock_shop(shop_id: int) -> Shop:
    """The shop, which no one else can lock until the transaction ends; others may go on writing rows of its own."""
    return to_shop(ShopRow.objects.select_for_update(no_key=True).get(pk=shop_id))


def save_shop(shop_id: int, *, name: str, zone: str) -> None:
    """Give the shop a name and a zone."""
    ShopRow.objects.filter(pk=shop_id).update(name=name, zone=zone)


def to_shop(row: ShopRow) -> Shop:
    """The row as a value: without a name it goes by its short name, without a zone by UTC."""
    return Shop(row.pk, row.slug, row.name or row.slug, ZoneInfo(row.zone or "UTC"), row.currency)
