"""Every query on links to receipts."""

from __future__ import annotations

from jiacan.campaigns.models import ReceiptLink


def add_link(shop_id: int, order_id: str, secret_hash: str) -> None:
    """The link leads to the order's receipt; once, however often it is asked for."""
    ReceiptLink.objects.get_or_create(secret_hash=secret_hash, defaults={"shop_id": shop_id, "order_id": order_id})


def find_link(secret_hash: str) -> tuple[int, str] | None:
    """The shop and the order that the link leads to."""
    return ReceiptLink.objects.filter(secret_hash=secret_hash).values_list("shop_id", "order_id").first()
