"""Every query on how many clicks of a network are still counted."""

from __future__ import annotations

from django.db import connection

from jiacan.kernel.rates import Bucket
from jiacan.referrals.models import NetworkBucket


def lock_bucket(shop_id: int, network: str, full: Bucket) -> Bucket:
    """The network's bucket, which no one else takes from until the transaction ends; a new one is full."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO referrals_networkbucket (shop_id, network, clicks_left, at_seconds)
               VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING""",
            [shop_id, network, full.left, full.at_seconds],
        )
    row = NetworkBucket.objects.select_for_update().get(shop_id=shop_id, network=network)
    return Bucket(row.clicks_left, row.at_seconds)


def put_bucket(shop_id: int, network: str, bucket: Bucket) -> None:
    """The bucket as it stands from now on."""
    NetworkBucket.objects.filter(shop_id=shop_id, network=network).update(
        clicks_left=bucket.left, at_seconds=bucket.at_seconds
    )


def delete_buckets(before_seconds: float) -> int:
    """Forget buckets that nothing was taken from since, of every shop of this server; counts them."""
    deleted, _ = NetworkBucket.objects.filter(at_seconds__lt=before_seconds).delete()
    return deleted
