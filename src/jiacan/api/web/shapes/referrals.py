"""Links, clicks and who brought whom as programs send them and are given them."""

from __future__ import annotations

from pydantic import Field, IPvAnyAddress

from jiacan.api.web.shapes.values import Given, Id, Moment, Slug, Taken, Words
from jiacan.kernel.messages import Phrasebook
from jiacan.referrals.contracts.payouts import Method
from jiacan.referrals.contracts.referrals import Bound, Link, Referral, State
from jiacan.referrals.facade.words import reason_in_words, state_in_words


class HouseholdIn(Taken):
    """What tells that two customers are one household. It is hashed at once and kept only so."""

    phone: Words = Field("", examples=["+86 138 0013 8000"])
    address: Words = Field("", examples=["上海市静安区南京西路 123 号"])


class LinkIn(HouseholdIn):
    """Whose link, and for which plan."""

    plan_id: Slug
    customer_id: Id


class LinkShape(Given):
    """A customer's link: its short address, the picture of it, and how often it was clicked."""

    plan_id: str
    customer_id: str
    code: str = Field(examples=["x7k2m9qw3p"])
    link: str = Field(examples=["https://jiacan.example/r/x7k2m9qw3p"])
    poster: str = Field(examples=["https://jiacan.example/r/x7k2m9qw3p/poster.svg"])
    clicks: int
    made_at: Moment


class VisitIn(HouseholdIn):
    """Which customer a visitor was, or which link the shop's own page saw a customer click.

    Either `visitor`, which the shop's page was opened with as `jiacan_visitor`, or `code` with the click's moment.
    """

    customer_id: Id
    visitor: Words = Field("", examples=["yfB0cGd2V0mXoKqJt8s1Zr4N"])
    code: Words = Field("", examples=[""])
    clicked_at: Moment | None = None
    network_address: IPvAnyAddress | None = Field(None, examples=["203.0.113.7"])


class VisitShape(Given):
    """What came of it: `bound`, `known` from before, or why it will not count: `self`, `existing_customer`."""

    state: Bound


class ReferralShape(Given):
    """What was decided of a friend, and where it stands; `says` is the reason in words."""

    id: int
    plan_id: str
    friend_id: str = Field(examples=["c-18"])
    referrer_id: str = Field(examples=["c-17"])
    order_id: str
    state: State
    state_says: str
    reason: str = Field(examples=["same_phone"])
    says: str
    clicked_at: Moment
    paid_at: Moment
    ended_at: Moment | None


class CustomerReferralsShape(Given):
    """A customer's links, whom they brought (the last first, 200 at most), and who brought them."""

    customer_id: str
    links: list[LinkShape]
    brought: list[ReferralShape]
    brought_by: ReferralShape | None


class PayeeIn(Taken):
    """Where a customer is paid; a bank account names its bank. It is kept encrypted."""

    method: Method
    account: Id = Field(examples=["anna@example.com"])
    name: Id = Field(examples=["安娜"])
    bank: Words = Field("", max_length=100, examples=[""])


class PayeeShape(Given):
    """Where a customer is paid: the end of the account."""

    customer_id: str
    method: Method
    ends_in: str = Field(examples=[".com"])


class MergeIn(Taken):
    """Two customer numbers are one person, who goes by `kept` from now on."""

    gone: Id
    kept: Id


def to_link(link: Link, *, at: str) -> LinkShape:
    """The link as JSON says it; `at` is the short address without the code."""
    return LinkShape(
        plan_id=link.plan_id,
        customer_id=link.customer_id,
        code=link.code,
        link=f"{at}{link.code}",
        poster=f"{at}{link.code}/poster.svg",
        clicks=link.clicks,
        made_at=link.made_at,
    )


def to_referral(referral: Referral, say: Phrasebook) -> ReferralShape:
    """The referral as JSON says it."""
    return ReferralShape(
        id=referral.id,
        plan_id=referral.plan_id,
        friend_id=referral.friend_id,
        referrer_id=referral.referrer_id,
        order_id=referral.order_id,
        state=referral.state,
        state_says=say.say(state_in_words(referral.state)),
        reason=referral.reason or "",
        says="" if referral.reason is None else say.say(reason_in_words(referral.reason)),
        clicked_at=referral.touched_at,
        paid_at=referral.paid_at,
        ended_at=referral.ended_at,
    )
