"""Every query on birthdays that came."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from jiacan.members.contracts.birthdays import Turn
from jiacan.members.models.birthdays import BirthdayCard, BirthdayProgress, BirthdayTurn


def cards_of(shop_id: int, customer_ids: Collection[str]) -> dict[str, int]:
    """The customers' cards, new where they have none."""
    found = find_cards(shop_id, customer_ids)
    missing = sorted(set(customer_ids) - set(found))
    if not missing:
        return found
    BirthdayCard.objects.bulk_create(
        (BirthdayCard(shop_id=shop_id, customer_id=each) for each in missing), ignore_conflicts=True
    )
    return find_cards(shop_id, customer_ids)


def find_cards(shop_id: int, customer_ids: Collection[str]) -> dict[str, int]:
    """The cards of those customers who have one."""
    rows = BirthdayCard.objects.filter(shop_id=shop_id, customer_id__in=customer_ids)
    return dict(rows.values_list("customer_id", "pk"))


def had_turns(shop_id: int, plan_id: str, offer_id: str, year: int, cards: Collection[int]) -> frozenset[int]:
    """Those of the cards whose birthday of that year came already for the offer."""
    rows = BirthdayTurn.objects.filter(shop_id=shop_id, plan_id=plan_id, offer_id=offer_id, year=year, card__in=cards)
    return frozenset(rows.values_list("card", flat=True))


def add_turns(shop_id: int, turns: Iterable[Turn]) -> None:
    """Keep that these birthdays came, each for the first time."""
    BirthdayTurn.objects.bulk_create(
        BirthdayTurn(
            shop_id=shop_id,
            card=each.card,
            plan_id=each.plan_id,
            offer_id=each.offer_id,
            year=each.year,
            day=each.day,
            at=each.at,
            is_too_new=each.is_too_new,
        )
        for each in turns
    )


def turns_of(shop_id: int, card: int) -> tuple[Turn, ...]:
    """Every birthday of the customer that came, the last first."""
    rows = BirthdayTurn.objects.filter(shop_id=shop_id, card=card).order_by("-day", "plan_id", "offer_id")
    return tuple(Turn(row.plan_id, row.offer_id, row.year, row.card, row.day, row.at, row.is_too_new) for row in rows)


def done_until(shop_id: int, plan_id: str, offer_id: str) -> date | None:
    """Up to which day the offer's birthdays were looked at; None where nobody looked yet."""
    rows = BirthdayProgress.objects.filter(shop_id=shop_id, plan_id=plan_id, offer_id=offer_id)
    return rows.values_list("done_until", flat=True).first()


def save_progress(shop_id: int, plan_id: str, offer_id: str, until: date) -> None:
    """Keep up to which day the offer's birthdays were looked at."""
    BirthdayProgress.objects.bulk_create(
        [BirthdayProgress(shop_id=shop_id, plan_id=plan_id, offer_id=offer_id, done_until=until)],
        update_conflicts=True,
        unique_fields=("shop_id", "plan_id", "offer_id"),
        update_fields=("done_until",),
    )
