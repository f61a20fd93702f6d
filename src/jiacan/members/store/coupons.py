"""Every query on coupons, their uses and batches; rows to values and back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from jiacan.kernel.statements import Prepared
from jiacan.members.contracts.coupons import Asked, Batch, Coupon, Ending, NewBatch, State, Use
from jiacan.members.models.coupons import Batch as BatchRow
from jiacan.members.models.coupons import Coupon as CouponRow
from jiacan.members.models.coupons import CouponUse
from jiacan.offers.contracts.coupons import GivenCoupons, GivenRef

_LOCK_ORDER = Prepared("SELECT pg_advisory_xact_lock(hashtextextended('coupons of ' || %s::text, %s::bigint))")
_PIECE = 2_000


def lock_order(shop_id: int, order_id: str) -> None:
    """One transaction at a time uses coupons on the order; the others wait here until it ends."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_ORDER, [order_id, shop_id])


# --- coupons of awards ------------------------------------------------------------------------------------


def add_given(shop_id: int, given: GivenCoupons, codes: Iterable[str]) -> None:
    """Give a code to each of the coupons of an award that has none."""
    ref = given.ref
    CouponRow.objects.bulk_create(
        (
            CouponRow(
                shop_id=shop_id,
                code=code,
                plan_id=ref.plan_id,
                plan_version=given.plan_version,
                coupon=ref.coupon,
                customer_id=given.customer_id,
                order_id=ref.order_id,
                offer_id=ref.offer_id,
                part=part,
                given_at=given.given_at,
                expires_at=given.expires_at,
                state=State.OPEN,
            )
            for part, code in enumerate(codes)
        ),
        ignore_conflicts=True,
    )


def find_of_customer(shop_id: int, customer_id: str) -> tuple[Coupon, ...]:
    """All coupons of the customer that have codes, the last given first."""
    rows = CouponRow.objects.filter(shop_id=shop_id, customer_id=customer_id)
    return _values(rows.order_by("-given_at", "plan_id", "order_id", "offer_id", "coupon", "part"))


def find_of_award(shop_id: int, ref: GivenRef) -> tuple[Coupon, ...]:
    """The coupons of one sort of one award, by part."""
    rows = CouponRow.objects.filter(
        shop_id=shop_id,
        plan_id=ref.plan_id,
        order_id=ref.order_id,
        offer_id=ref.offer_id,
        coupon=ref.coupon,
        batch__isnull=True,
    )
    return _values(rows.order_by("part"))


def find_coupon(shop_id: int, code: str) -> Coupon | None:
    """The coupon of that code."""
    return next(iter(_values(CouponRow.objects.filter(shop_id=shop_id, code=code))), None)


def save_states(shop_id: int, coupons: Iterable[Coupon]) -> None:
    """Store where these coupons stand, and what holds for them."""
    CouponRow.objects.bulk_update(
        [
            CouponRow(
                id=each.id,
                shop_id=shop_id,
                customer_id=each.customer_id,
                hold_key=each.hold_key,
                given_at=each.given_at,
                state=each.state,
                ended_at=each.ended_at,
                ending=each.ending or "",
                ended_by=each.ended_by,
            )
            for each in coupons
        ],
        ["customer_id", "hold_key", "given_at", "state", "ended_at", "ending", "ended_by"],
        batch_size=_PIECE,
    )


# --- uses -------------------------------------------------------------------------------------------------


def add_use(shop_id: int, coupon: Coupon, asked: Asked, *, off_minor: int, at: datetime, by: str) -> None:
    """Note that the coupon is with the order from now on."""
    CouponUse.objects.create(
        shop_id=shop_id,
        coupon_id=coupon.id,
        number=len(coupon.uses),
        order_id=asked.order_id,
        customer_id=asked.customer_id,
        spend_minor=asked.spend_minor,
        off_minor=off_minor,
        used_at=at,
        used_by=by,
    )


def end_use(shop_id: int, coupon: Coupon, *, at: datetime, by: str, came_back: State) -> None:
    """Note that the coupon's last use is undone, and what became of it."""
    CouponUse.objects.filter(shop_id=shop_id, coupon_id=coupon.id, undone_at__isnull=True).update(
        undone_at=at, undone_by=by, came_back=came_back
    )


def used_on(shop_id: int, order_ids: Collection[str]) -> list[tuple[str, str]]:
    """Order and code of each coupon that is with one of these orders, in the order of use."""
    uses = CouponUse.objects.filter(shop_id=shop_id, order_id__in=order_ids, undone_at__isnull=True)
    return list(uses.order_by("pk").values_list("order_id", "coupon__code"))


def uses_after(shop_id: int, after: int, *, limit: int) -> list[tuple[int, str]]:
    """Uses that are not undone, from the one after that number on, each with its order."""
    uses = CouponUse.objects.filter(shop_id=shop_id, pk__gt=after, undone_at__isnull=True)
    return list(uses.order_by("pk").values_list("pk", "order_id")[:limit])


def taken_off(shop_id: int, order_id: str) -> int:
    """What coupons take off the order by now."""
    uses = CouponUse.objects.filter(shop_id=shop_id, order_id=order_id, undone_at__isnull=True)
    total: int | None = uses.aggregate(total=Sum("off_minor"))["total"]
    return total or 0


# --- batches ----------------------------------------------------------------------------------------------


def add_batch(shop_id: int, plan_id: str, version: int, asked: NewBatch, *, at: datetime, by: str) -> Batch:
    """A batch that is being made by that version of the plan."""
    row = BatchRow.objects.create(
        shop_id=shop_id,
        plan_id=plan_id,
        plan_version=version,
        coupon=asked.coupon,
        line=asked.line,
        label=asked.label,
        codes=asked.codes,
        expires_at=asked.expires_at,
        made_at=at,
        made_by=by,
    )
    return _to_batch(row, still=asked.codes)


def add_codes(shop_id: int, batch: Batch, codes: Sequence[str], hold_keys: Sequence[str]) -> None:
    """Store the codes of a batch."""
    CouponRow.objects.bulk_create(
        (
            CouponRow(
                shop_id=shop_id,
                code=code,
                plan_id=batch.plan_id,
                plan_version=batch.plan_version,
                coupon=batch.coupon,
                part=part,
                batch_id=batch.id,
                hold_key=hold_key,
                expires_at=batch.expires_at,
                state=State.OPEN,
            )
            for part, (code, hold_key) in enumerate(zip(codes, hold_keys, strict=True))
        ),
        batch_size=_PIECE,
    )


def find_batches(shop_id: int, *, plan_id: str = "", batch_id: int | None = None) -> tuple[Batch, ...]:
    """Batches of the plan, or all, or the one, the last made first, as they stand."""
    rows = BatchRow.objects.filter(shop_id=shop_id)
    if plan_id:
        rows = rows.filter(plan_id=plan_id)
    if batch_id is not None:
        rows = rows.filter(id=batch_id)
    counted = rows.annotate(
        used=Count("made", filter=Q(made__state=State.USED)),
        still=Count("made", filter=Q(made__state=State.OPEN)),
    )
    return tuple(_to_batch(row, used=row.used, still=row.still) for row in counted.order_by("-id"))


def lock_batch(shop_id: int, batch_id: int) -> Batch | None:
    """The batch, which no one else withdraws until we end."""
    row = BatchRow.objects.select_for_update().filter(shop_id=shop_id, id=batch_id).first()
    return None if row is None else _to_batch(row)


def end_batch(shop_id: int, batch_id: int, *, at: datetime) -> None:
    """Note that the batch is withdrawn."""
    BatchRow.objects.filter(shop_id=shop_id, id=batch_id).update(withdrawn_at=at)


def find_unassigned(shop_id: int, batch_id: int, *, limit: int) -> tuple[Coupon, ...]:
    """Codes of the batch that are open and nobody's, so many at most."""
    rows = CouponRow.objects.filter(shop_id=shop_id, batch_id=batch_id, state=State.OPEN, customer_id__isnull=True)
    return _values(rows.order_by("part")[:limit])


def find_over(shop_id: int, plan_id: str, *, at: datetime, limit: int) -> tuple[Coupon, ...]:
    """Codes of batches of the plan that are open and past their time, so many at most."""
    rows = CouponRow.objects.filter(
        shop_id=shop_id, plan_id=plan_id, state=State.OPEN, batch__isnull=False, expires_at__lte=at
    )
    return _values(rows.order_by("expires_at", "id")[:limit])


def find_codes(shop_id: int, batch_id: int, *, after: int, limit: int) -> tuple[Coupon, ...]:
    """Codes of the batch from the one after that number on, so many at most."""
    rows = CouponRow.objects.filter(shop_id=shop_id, batch_id=batch_id, part__gt=after)
    return _values(rows.order_by("part")[:limit])


def walk_codes(shop_id: int, batch_id: int) -> Iterator[Coupon]:
    """Every code of the batch, by its number."""
    after = -1
    while found := find_codes(shop_id, batch_id, after=after, limit=_PIECE):
        yield from found
        after = found[-1].part


def _to_batch(row: BatchRow, *, used: int = 0, still: int = 0) -> Batch:
    return Batch(
        id=row.pk,
        plan_id=row.plan_id,
        plan_version=row.plan_version,
        coupon=row.coupon,
        line=row.line,
        label=row.label,
        codes=row.codes,
        expires_at=row.expires_at,
        made_at=row.made_at,
        made_by=row.made_by,
        withdrawn_at=row.withdrawn_at,
        used=used,
        open=still,
    )


# --- rows to values ---------------------------------------------------------------------------------------


def _values(rows: QuerySet[CouponRow]) -> tuple[Coupon, ...]:
    found = list(rows.select_related("batch"))
    uses: dict[int, list[Use]] = defaultdict(list)
    for use in CouponUse.objects.filter(coupon_id__in=[row.pk for row in found]).order_by("coupon_id", "number"):
        uses[use.coupon_id].append(_to_use(use))
    return tuple(_to_coupon(row, tuple(uses[row.pk])) for row in found)


def _to_use(row: CouponUse) -> Use:
    return Use(
        number=row.number,
        order_id=row.order_id,
        customer_id=row.customer_id,
        spend_minor=row.spend_minor,
        off_minor=row.off_minor,
        used_at=row.used_at,
        used_by=row.used_by,
        undone_at=row.undone_at,
        undone_by=row.undone_by,
        came_back=State(row.came_back) if row.came_back else None,
    )


def _to_coupon(row: CouponRow, uses: tuple[Use, ...]) -> Coupon:
    batch = row.batch
    return Coupon(
        id=row.pk,
        code=row.code,
        plan_id=row.plan_id,
        plan_version=row.plan_version,
        coupon=row.coupon,
        customer_id=row.customer_id,
        given=None if batch else GivenRef(row.plan_id, row.order_id, row.offer_id, row.coupon),
        part=row.part,
        batch_id=batch.pk if batch else None,
        line=batch.line if batch else "",
        hold_key=row.hold_key,
        given_at=row.given_at,
        expires_at=row.expires_at,
        state=State(row.state),
        ended_at=row.ended_at,
        ending=Ending(row.ending) if row.ending else None,
        ended_by=row.ended_by,
        uses=uses,
    )
