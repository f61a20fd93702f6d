"""Every query on links and clicks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Sum

from jiacan.kernel.statements import Prepared
from jiacan.referrals.contracts.referrals import Link, Touch
from jiacan.referrals.models import Alias, Click, Referral
from jiacan.referrals.models import Link as LinkRow

# All that an order costs that nobody's link brought, so it is one look into two indexes.
_WAITING = Prepared("""
SELECT DISTINCT told.id FROM unnest(%(customers)s::text[]) AS told(id)
LEFT JOIN referrals_alias AS alias ON alias.shop_id = %(shop_id)s::bigint AND alias.gone = told.id
WHERE EXISTS (SELECT 1 FROM referrals_click AS click
    WHERE click.shop_id = %(shop_id)s::bigint AND click.customer_id = coalesce(alias.kept, told.id))
AND NOT EXISTS (SELECT 1 FROM referrals_referral AS decided
    WHERE decided.shop_id = %(shop_id)s::bigint AND decided.friend_id = coalesce(alias.kept, told.id))
""")


@dataclass(frozen=True, slots=True)
class LinkAtShop:
    """A link and whose it is."""

    shop_id: int
    link: Link


def add_link(shop_id: int, plan_id: str, customer_id: str, code: str, *, at: datetime) -> Link:
    """The customer's link for the plan, made with that code if it is new."""
    LinkRow.objects.bulk_create(
        [LinkRow(shop_id=shop_id, plan_id=plan_id, customer_id=customer_id, code=code, made_at=at)],
        ignore_conflicts=True,
    )
    return _to_link(LinkRow.objects.get(shop_id=shop_id, plan_id=plan_id, customer_id=customer_id))


def find_link(code: str) -> LinkAtShop | None:
    """The link of that code, whichever shop's of this server it is."""
    row = LinkRow.objects.filter(code=code).first()
    return None if row is None else LinkAtShop(row.shop_id, _to_link(row))


def find_link_of_shop(shop_id: int, code: str) -> Link | None:
    """The link of that code, if it is the shop's."""
    row = LinkRow.objects.filter(shop_id=shop_id, code=code).first()
    return None if row is None else _to_link(row)


def links_of(shop_id: int, customer_ids: Collection[str]) -> tuple[Link, ...]:
    """The links of these customers, by plan."""
    rows = LinkRow.objects.filter(shop_id=shop_id, customer_id__in=customer_ids).order_by("plan_id", "id")
    return tuple(_to_link(row) for row in rows)


def _to_link(row: LinkRow) -> Link:
    return Link(row.pk, row.plan_id, row.customer_id, row.code, row.clicks, row.made_at)


# --- clicks -----------------------------------------------------------------------------------------------


def add_click(
    shop_id: int, link_id: int, *, at: datetime, visitor: str, network: str, customer_id: str | None = None
) -> None:
    """Note a click; `visitor` and `network` are hashes."""
    Click.objects.create(
        shop_id=shop_id, link_id=link_id, at=at, visitor=visitor, network=network, customer_id=customer_id
    )
    LinkRow.objects.filter(shop_id=shop_id, id=link_id).update(clicks=F("clicks") + 1)


def clicked_since(shop_id: int, link_id: int, visitor: str, since: datetime) -> bool:
    """Whether the visitor clicked the link since then."""
    return Click.objects.filter(shop_id=shop_id, visitor=visitor, link_id=link_id, at__gte=since).exists()


def visitor_is_known(shop_id: int, visitors: Collection[str]) -> bool:
    """Whether there is a click of a visitor of one of these hashes."""
    return Click.objects.filter(shop_id=shop_id, visitor__in=visitors).exists()


def bind_clicks(shop_id: int, visitors: Collection[str], customer_id: str) -> int:
    """Say whose the visitor's clicks are that nobody's were; counts them."""
    return Click.objects.filter(shop_id=shop_id, visitor__in=visitors, customer_id=None).update(
        customer_id=customer_id
    )


def touches_of(shop_id: int, customer_ids: Collection[str]) -> Mapping[str, tuple[Touch, ...]]:
    """The clicks of each of these customers, in order, with whoever each link's customer number now stands for."""
    rows = list(
        Click.objects.filter(shop_id=shop_id, customer_id__in=customer_ids)
        .select_related("link")
        .order_by("customer_id", "at", "id")
    )
    stands_for = canonical(shop_id, {row.link.customer_id for row in rows})
    found: dict[str, tuple[Touch, ...]] = {}
    for row in rows:
        referrer = stands_for.get(row.link.customer_id, row.link.customer_id)
        touch = Touch(row.pk, row.link_id, row.link.plan_id, referrer, row.at, row.network)
        found[row.customer_id or ""] = (*found.get(row.customer_id or "", ()), touch)
    return found


def customers_waiting(shop_id: int, customer_ids: Collection[str]) -> frozenset[str]:
    """Those of the customers, by whichever number, who clicked a link and of whom nothing was decided."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, {"shop_id": shop_id, "customers": list(customer_ids)})
        return frozenset(each for (each,) in cursor.fetchall())


def all_waiting(shop_id: int) -> frozenset[str]:
    """Everyone of the shop who clicked a link and of whom nothing was decided."""
    rows = Click.objects.filter(shop_id=shop_id, customer_id__isnull=False)
    decided = Referral.objects.filter(shop_id=shop_id, friend_id=OuterRef("customer_id"))
    return frozenset(rows.filter(~Exists(decided)).values_list("customer_id", flat=True).distinct())


def delete_clicks(before: datetime) -> int:
    """Delete clicks that nobody's are and that are older, of every shop of this server; counts them."""
    deleted, _ = Click.objects.filter(customer_id=None, at__lt=before).delete()
    return deleted


def count_links(shop_id: int) -> tuple[int, int]:
    """How many customers of the shop have a link, and how often links were clicked."""
    found = LinkRow.objects.filter(shop_id=shop_id).aggregate(
        holders=Count("customer_id", distinct=True), clicks=Sum("clicks")
    )
    return found["holders"], found["clicks"] or 0


# --- one person, several numbers --------------------------------------------------------------------------


def canonical(shop_id: int, customer_ids: Collection[str]) -> Mapping[str, str]:
    """The number that stands for each of these, where it is another."""
    rows = Alias.objects.filter(shop_id=shop_id, gone__in=customer_ids).values_list("gone", "kept")
    return dict(rows)


def numbers_of(shop_id: int, customer_id: str) -> frozenset[str]:
    """Every number of the person whom this number stands for."""
    rows = Alias.objects.filter(shop_id=shop_id, kept=customer_id).values_list("gone", flat=True)
    return frozenset({customer_id, *rows})


def add_alias(shop_id: int, *, gone: str, kept: str) -> None:
    """From now on `kept` stands for `gone`, and for whatever `gone` stood for."""
    Alias.objects.filter(shop_id=shop_id, kept=gone).update(kept=kept)
    Alias.objects.create(shop_id=shop_id, gone=gone, kept=kept)
    Click.objects.filter(shop_id=shop_id, customer_id=gone).update(customer_id=kept)
