"""From `when` to conditions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jiacan.offers.contracts.conditions import (
    BetweenHours,
    Bundle,
    BundlePart,
    Condition,
    CustomerIsNew,
    FromChannels,
    FromRegions,
    InBirthdayMonth,
    OnMonthDays,
    OnTiers,
    OnWeekdays,
    OrderNumberIs,
    QuantityAtLeast,
    Scope,
    SpendAtLeast,
    SpendEvery,
)
from jiacan.plans.core.parts.conditions import LAST, OnTierPart, ScopePart, SpendPart, WhenPart


def to_conditions(when: WhenPart | None, tiers: Sequence[str]) -> tuple[Condition, ...]:
    """The conditions, of a part in which nothing is wrong; `tiers` are the plan's, from the lowest up."""
    return () if when is None else (*_on_goods(when), *_on_time_and_place(when), *_on_customer(when, tiers))


def _on_goods(when: WhenPart) -> Iterator[Condition]:
    if when.spend is not None:
        yield _to_spend(when.spend)
    if when.quantity is not None:
        yield QuantityAtLeast(when.quantity.at_least, to_scope(when.quantity.of))
    if when.bundle is not None:
        yield Bundle(to_bundle_parts(when))


def to_bundle_parts(when: WhenPart) -> tuple[BundlePart, ...]:
    """The parts of the bundle; none where there is no bundle."""
    return tuple(BundlePart(frozenset(part.sku), part.quantity) for part in when.bundle or ())


def _on_time_and_place(when: WhenPart) -> Iterator[Condition]:
    if when.weekdays is not None:
        yield OnWeekdays(frozenset(when.weekdays))
    if when.month_days is not None:
        days = frozenset(day for day in when.month_days if isinstance(day, int))
        yield OnMonthDays(days, last=LAST in when.month_days)
    if when.hours is not None:
        yield BetweenHours(starts=when.hours.from_, ends=when.hours.to)
    if when.channels is not None:
        yield FromChannels(frozenset(when.channels))
    if when.regions is not None:
        yield FromRegions(frozenset(when.regions))


def _on_customer(when: WhenPart, tiers: Sequence[str]) -> Iterator[Condition]:
    if when.new_customer is not None:
        yield CustomerIsNew(when.new_customer)
    if when.order_number is not None:
        yield OrderNumberIs(when.order_number.at_least, when.order_number.at_most)
    if when.tier is not None:
        yield OnTiers(frozenset(tiers_named(when.tier, tiers)))
    if when.birthday_month:
        yield InBirthdayMonth()


def tiers_named(part: OnTierPart, tiers: Sequence[str]) -> tuple[str, ...]:
    """The tiers that the part means; one that the plan does not have stands for itself."""
    if part.at_least is None:
        return part.any_of or tuple(tier for tier in (part.one,) if tier is not None)
    return tuple(tiers[tiers.index(part.at_least) :]) if part.at_least in tiers else (part.at_least,)


def _to_spend(part: SpendPart) -> Condition:
    if part.every is not None:
        return SpendEvery(part.every, part.at_most_times, to_scope(part.of))
    assert part.at_least is not None, "checked: a spend condition has at_least or every"
    return SpendAtLeast(part.at_least, to_scope(part.of))


def to_scope(part: ScopePart | None) -> Scope:
    """The goods that the part names; all where there is no part."""
    if part is None:
        return Scope()
    return Scope(
        skus=frozenset(part.sku),
        categories=frozenset(part.category),
        except_skus=frozenset(part.except_sku),
        except_categories=frozenset(part.except_category),
    )
