"""Shops and their audit."""

from __future__ import annotations

from collections.abc import Mapping

from jiacan.tenancy import store
from jiacan.tenancy.contracts import Shop, ShopUnknown


def open_shop(slug: str) -> Shop:
    """The shop of that name, created if it is new."""
    return store.add_shop(slug)


def find_shops() -> tuple[Shop, ...]:
    """Every shop here, by name."""
    return store.find_shops()


def get_shop(slug: str) -> Shop:
    """The shop of that name.

    Raises:
        ShopUnknown: there is none.
    """
    shop = store.find_shop(slug)
    if shop is None:
        raise ShopUnknown(slug=slug)
    return shop


def audit(
    shop_id: int,
    *,
    actor: str,
    action: str,
    subject: str,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    """Write down who changed what; part of the caller's transaction, so it stands or falls with the change."""
    store.add_audit_entry(shop_id, actor=actor, action=action, subject=subject, before=before, after=after)
