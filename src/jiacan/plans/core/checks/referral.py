"""Terms of referrals under which a friend can be brought at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from jiacan.kernel.messages import tell
from jiacan.offers.contracts.rules import Trigger
from jiacan.plans.contracts.problems import Problem
from jiacan.plans.core.parts.plan import PlanPart
from jiacan.plans.core.parts.referral import ReferralPart
from jiacan.plans.core.problems import error, warning

_LONGEST = timedelta(days=366)


def check_referral(plan: PlanPart) -> Iterator[Problem]:
    """What is wrong with the terms, and rewards that are missing."""
    terms = plan.referral
    if terms is None:
        return
    yield from _check_times(terms)
    if terms.landing and not _is_address(terms.landing):
        yield error(
            terms.at("landing"),
            tell(
                "`{given}` is no address of a shop; write a whole one such as https://shop.example/",
                given=terms.landing,
            ),
        )
    if not any(offer.trigger is Trigger.REFERRAL_COMPLETED for offer in plan.offers):
        yield warning(
            plan.key_at("referral"),
            tell("No offer has the trigger referral_completed, so friends are counted and nobody is rewarded."),
        )


def _check_times(terms: ReferralPart) -> Iterator[Problem]:
    if not timedelta(0) < terms.window <= _LONGEST:
        yield error(
            terms.at("window"), tell("A click counts for an hour at least and 366 days at most, such as 30d.")
        )
    if terms.return_window > _LONGEST:
        yield error(terms.at("return_window"), tell("A return window is 366 days at most, such as 7d."))


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not any(each.isspace() for each in text)
