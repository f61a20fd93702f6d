"""What a risk watches: `stock(mug) < 10%`, `budget(gifts) < 500`."""

from __future__ import annotations

import re

from jiacan.kernel.messages import tell
from jiacan.plans.contracts.document import BelowAmount, BelowShare, Watched
from jiacan.plans.core.parts.part import Wrong
from jiacan.plans.core.parts.scalars import percent, to_exact_minor, whole

_WATCH = re.compile(r"(stock|budget)\(\s*([^()\s]+)\s*\)\s*<\s*(\S+)", re.ASCII)


def read_watch(text: str, currency: str) -> BelowShare | BelowAmount:
    """What is watched, and how little of it raises the alarm.

    Raises:
        Wrong: the sentence is not one of the two forms.
    """
    found = _WATCH.fullmatch(text)
    if found is None:
        raise Wrong(
            tell("`{given}` cannot be watched; write `stock(mug) < 10%` or `budget(gifts) < 500`.", given=text[:60])
        )
    watched, name, bound = Watched(found[1]), found[2], found[3]
    if bound.endswith("%"):
        share = percent(bound, tell("a percentage such as 10%"))
        if not 0 < share <= 1:
            raise Wrong(tell("{given} must be above 0% and at most 100%.", given=bound))
        return BelowShare(watched, name, share)
    if watched is Watched.STOCK:
        return BelowAmount(watched, name, whole(bound, tell("a whole number of pieces, or a percentage")))
    return BelowAmount(watched, name, to_exact_minor(bound, currency))
