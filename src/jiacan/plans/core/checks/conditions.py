"""Each condition makes sense by itself."""

from __future__ import annotations

from collections.abc import Iterator

from jiacan.kernel.messages import tell
from jiacan.plans.contracts.problems import Problem
from jiacan.plans.core.parts.conditions import ScopePart, SpendPart, WhenPart
from jiacan.plans.core.problems import error

MOST_BUNDLE_PARTS = 8


def check_when(when: WhenPart) -> Iterator[Problem]:
    """What is wrong with the conditions one by one."""
    if when.spend is not None:
        yield from _check_spend(when.spend)
    if when.quantity is not None and when.quantity.of is not None:
        yield from check_scope(when.quantity.of)
    if when.bundle is not None:
        yield from _check_bundle(when)
    for key in ("weekdays", "month_days", "channels", "regions"):
        if getattr(when, key) == ():
            yield error(
                when.at(key), tell("The list is empty, so no order could meet it; fill it, or remove the key.")
            )
    tier = when.tier
    if tier is not None and (tier.any_of == () or not any((tier.any_of, tier.one, tier.at_least))):
        yield error(when.at("tier"), tell("This names no tier; write one, a list of them, or `at_least`."))
    if when.hours is not None and when.hours.from_ == when.hours.to:
        yield error(when.hours.at("to"), tell("`from` and `to` are the same time; for the whole day remove `hours`."))
    number = when.order_number
    if number is not None and number.at_most is not None and number.at_most < number.at_least:
        yield error(
            number.at("at_most"),
            tell(
                "`at_most` ({at_most}) is below `at_least` ({at_least}), so no order could meet it.",
                at_most=number.at_most,
                at_least=number.at_least,
            ),
        )


def _check_spend(part: SpendPart) -> Iterator[Problem]:
    if part.every is None and part.at_least is None:
        yield error(part.at(), tell("Write an amount, `at_least` or `every`; this says nothing about how much."))
    if part.every is not None and part.at_least is not None:
        yield error(
            part.at("at_least"),
            tell("Write either `at_least` or `every`, not both; `every` needs one whole step anyway."),
        )
    if part.at_most_times is not None and part.every is None:
        yield error(part.at("at_most_times"), tell("`at_most_times` goes with `every`; remove it, or write `every`."))
    if part.of is not None:
        yield from check_scope(part.of)


def check_scope(part: ScopePart) -> Iterator[Problem]:
    """What is wrong with the goods that an `of` names."""
    if not any((part.sku, part.category, part.except_sku, part.except_category)):
        yield error(part.at(), tell("`of` names no goods; name some, or remove it so that all count."))
    for key in ("sku", "category"):
        named: tuple[str, ...] = getattr(part, key)
        left_out: tuple[str, ...] = getattr(part, f"except_{key}")
        for number, one in enumerate(left_out):
            if one in named:
                yield error(
                    part.at(f"except_{key}", number),
                    tell("{one} is both counted and left out; remove one of the two.", one=one),
                )


def _check_bundle(when: WhenPart) -> Iterator[Problem]:
    parts = when.bundle or ()
    if not parts:
        yield error(when.at("bundle"), tell("The bundle has no parts; write at least one."))
    if len(parts) > MOST_BUNDLE_PARTS:
        yield error(
            when.at("bundle"),
            tell("A bundle has at most {most} parts; this has {count}.", most=MOST_BUNDLE_PARTS, count=len(parts)),
        )
    for part in parts:
        if not part.sku:
            yield error(part.at("sku"), tell("This part of the bundle names no SKU; name at least one."))
