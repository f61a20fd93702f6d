"""Every query on programmes."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from jiacan.kernel.messages import Name
from jiacan.referrals.contracts.terms import Attribution, Programme, ReferralTerms
from jiacan.referrals.models import Programme as Row


def save_programme(shop_id: int, programme: Programme) -> None:
    """Keep the plan's programme as it is now."""
    terms = programme.terms
    assumed = terms.assume_received_after
    Row.objects.update_or_create(
        shop_id=shop_id,
        plan_id=programme.plan_id,
        defaults={
            "version": programme.version,
            "name_zh": programme.name.zh,
            "name_en": programme.name.en,
            "zone": programme.zone.key,
            "currency": programme.currency,
            "window_seconds": _seconds(terms.window),
            "return_window_seconds": _seconds(terms.return_window),
            "attribution": terms.attribution,
            "per_referrer": terms.per_referrer,
            "per_network_per_day": terms.per_network_per_day,
            "landing": terms.landing,
            "assume_received_after_seconds": None if assumed is None else _seconds(assumed),
        },
    )


def delete_programme(shop_id: int, plan_id: str) -> None:
    """The plan has no referrals any more; its links lead nowhere."""
    Row.objects.filter(shop_id=shop_id, plan_id=plan_id).delete()


def find_programme(shop_id: int, plan_id: str) -> Programme | None:
    """The plan's programme, if it has one."""
    row = Row.objects.filter(shop_id=shop_id, plan_id=plan_id).first()
    return None if row is None else _to_programme(row)


def find_programmes(shop_id: int) -> tuple[Programme, ...]:
    """The shop's programmes, by plan."""
    return tuple(_to_programme(row) for row in Row.objects.filter(shop_id=shop_id).order_by("plan_id"))


def _seconds(length: timedelta) -> int:
    return int(length.total_seconds())


def _to_programme(row: Row) -> Programme:
    assumed = row.assume_received_after_seconds
    return Programme(
        plan_id=row.plan_id,
        version=row.version,
        name=Name(row.name_zh, row.name_en),
        zone=ZoneInfo(row.zone),
        currency=row.currency,
        terms=ReferralTerms(
            window=timedelta(seconds=row.window_seconds),
            return_window=timedelta(seconds=row.return_window_seconds),
            attribution=Attribution(row.attribution),
            per_referrer=row.per_referrer,
            per_network_per_day=row.per_network_per_day,
            landing=row.landing,
            assume_received_after=None if assumed is None else timedelta(seconds=assumed),
        ),
    )
