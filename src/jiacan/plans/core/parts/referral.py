"""`referral`: the terms on which friends are brought."""

from __future__ import annotations

from typing import Annotated

from pydantic import PlainValidator, WithJsonSchema

from jiacan.plans.core.parts.part import Part
from jiacan.plans.core.parts.scalars import Count, Text, choice_of, words_of
from jiacan.plans.core.parts.times import Duration
from jiacan.referrals.contracts.terms import Attribution


class ReferralPart(Part):
    """The terms of referrals."""

    window: Duration
    """How long a click counts."""
    return_window: Duration
    """How long a friend's first order must stand before it counts."""
    attribution: Annotated[
        Attribution,
        PlainValidator(choice_of(words_of(Attribution))),
        WithJsonSchema({"enum": [str(each) for each in Attribution]}),
    ] = Attribution.LAST_TOUCH
    """Which click brought a friend who clicked several links: `first_touch`, or `last_touch` (when left out)."""
    per_referrer: Count | None = None
    """How many friends one customer can bring; later ones are refused."""
    per_network_per_day: Count | None = None
    """How many friends of a day from one network count at once; later ones are looked at by a person."""
    landing: Text = ""
    """The address of the shop that links lead to."""
