"""Every query on shops and the audit."""

from __future__ import annotations

from collections.abc import Mapping

from jiacan.tenancy.contracts import Shop
from jiacan.tenancy.models import AuditEntry
from jiacan.tenancy.models import Shop as ShopRow


def find_shop(slug: str) -> Shop | None:
    """The shop of that name, if there is one."""
    row = ShopRow.objects.filter(slug=slug).first()
    return None if row is None else Shop(id=row.pk, slug=row.slug)


def find_shops() -> tuple[Shop, ...]:
    """Every shop, by name."""
    return tuple(Shop(id=row.pk, slug=row.slug) for row in ShopRow.objects.order_by("slug"))


def add_shop(slug: str) -> Shop:
    """The shop of that name, created if it is new."""
    row, _ = ShopRow.objects.get_or_create(slug=slug)
    return Shop(id=row.pk, slug=row.slug)


def add_audit_entry(
    shop_id: int,
    *,
    actor: str,
    action: str,
    subject: str,
    before: Mapping[str, object] | None,
    after: Mapping[str, object] | None,
) -> None:
    """Write one line of the audit."""
    AuditEntry.objects.create(
        shop_id=shop_id, actor=actor, action=action, subject=subject, before=before, after=after
    )
