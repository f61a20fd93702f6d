"""Each benefit is of one kind, and whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jiacan.kernel.messages import tell
from jiacan.plans.contracts.problems import Problem
from jiacan.plans.core.checks.conditions import check_scope
from jiacan.plans.core.parts.benefits import (
    COUNTED,
    GROUPED_EFFECTS,
    KINDS,
    PRICE_EFFECTS,
    SCOPED_EFFECTS,
    BenefitPart,
    DiscountPart,
    ShippingPart,
    effects_in,
    kinds_in,
)
from jiacan.plans.core.parts.conditions import WhenPart
from jiacan.plans.core.problems import error


def check_benefit(part: BenefitPart) -> Iterator[Problem]:
    """What is wrong with one benefit."""
    kinds = kinds_in(part)
    if not kinds:
        yield error(part.at(), tell("This gives nothing; write one of {kinds}.", kinds=KINDS))
    elif len(kinds) > 1:
        yield error(
            part.at(kinds[1]),
            tell(
                "One item gives one kind of benefit, and this gives {kinds}; make them items of their own.",
                kinds=kinds,
            ),
        )
    elif part.says("quantity") and kinds[0] not in COUNTED:
        yield error(
            part.at("quantity"),
            tell("{kind} takes no `quantity`; write the whole in {kind}, or leave it out.", kind=kinds[0]),
        )
    if part.for_ is not None and kinds and "tier" not in kinds:
        yield error(part.at("for"), tell("`for` goes with `tier`; remove it."))
    if part.discount is not None:
        yield from _check_discount(part.discount)


def _check_discount(part: DiscountPart) -> Iterator[Problem]:
    effects = effects_in(part)
    if len(effects) != 1:
        yield error(part.at(), tell("A discount needs exactly one of {effects}.", effects=PRICE_EFFECTS))
        return
    (effect,) = effects
    fixed = part.off is not None or (part.shipping is not None and part.shipping.off is not None)
    if fixed and part.at_most is not None:
        yield error(part.at("at_most"), tell("`at_most` caps a percentage; an amount `off` needs none. Remove it."))
    if part.at_most_times is not None and effect not in GROUPED_EFFECTS:
        yield error(
            part.at("at_most_times"),
            tell("`at_most_times` goes with {effects}; remove it.", effects=GROUPED_EFFECTS),
        )
    if part.of is not None and effect not in SCOPED_EFFECTS:
        yield error(part.at("of"), tell("`of` does not go with {effect}; remove it.", effect=effect))
    elif part.of is not None:
        yield from check_scope(part.of)
    yield from _check_pieces(part)
    if part.shipping is not None:
        yield from _check_shipping(part.shipping)


def _check_pieces(part: DiscountPart) -> Iterator[Problem]:
    if part.free is not None and part.free.units >= part.free.every:
        yield error(
            part.at("free"),
            tell(
                "{units} of every {every} free leaves nothing to pay; write more in `every`.",
                units=part.free.units,
                every=part.free.every,
            ),
        )
    if part.nth is not None and part.nth.units >= part.nth.every:
        yield error(
            part.nth.at("every"),
            tell("Of every {every} pieces all cost less; write `percent`, or more in `every`.", every=part.nth.every),
        )


def _check_shipping(part: ShippingPart) -> Iterator[Problem]:
    if sum(one is not None for one in (part.word, part.pay, part.off)) != 1:
        yield error(part.at(), tell("Shipping needs exactly one of `free`, `pay` and `off`."))


def check_bundle_prices(benefits: Iterable[BenefitPart], *whens: WhenPart | None) -> Iterator[Problem]:
    """Prices of a set where no `when` says what the set is."""
    if any(when is not None and when.bundle is not None for when in whens):
        return
    for benefit in benefits:
        if benefit.discount is not None and benefit.discount.bundle_price is not None:
            yield error(
                benefit.discount.at("bundle_price"),
                tell("`bundle_price` is the price of a set; write in `when` a `bundle` that says which."),
            )
