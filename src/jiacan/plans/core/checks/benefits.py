"""Each benefit is of one kind, and whole."""

from __future__ import annotations

from collections.abc import Iterator

from jiacan.kernel.messages import tell
from jiacan.plans.contracts import Problem
from jiacan.plans.core.parts.benefits import COUNTED, KINDS, BenefitPart, DiscountPart, kinds_in
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
    if part.discount is not None:
        yield from _check_discount(part.discount)


def _check_discount(part: DiscountPart) -> Iterator[Problem]:
    if (part.off is None) == (part.percent is None):
        yield error(part.at(), tell("A discount needs one of `off` and `percent`, and not both."))
    elif part.off is not None and part.at_most is not None:
        yield error(part.at("at_most"), tell("`at_most` caps a percentage; an amount `off` needs none. Remove it."))
