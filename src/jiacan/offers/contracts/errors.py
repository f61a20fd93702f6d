"""What a person can put right about offers.

JiacanError
├── NotEnoughLeft        a new version of a plan takes back more than is left
├── OrderNotPaid         no paid order of that number was recorded
├── CustomerUnknown      the plan has no answer to any order of that customer
├── AwardUnknown         the order met no such offer of the plan
├── NothingToTakeBack    nothing is left of the award with its customer
├── OfferUnknown         the plan has no such offer for what happened
├── BeyondBudget         a budget line has less left than coupons would take
└── OccasionNotSettled   nothing was settled for the occasion that is taken back
"""

from __future__ import annotations

from dataclasses import dataclass

from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell
from jiacan.kernel.money import Money


@dataclass(eq=False)
class NotEnoughLeft(JiacanError):
    """A new version of a plan takes back more stock or budget than is left."""

    account: str
    asked: int
    left: int

    def message(self) -> Message:
        return tell(
            "{account} has {left} left, and the new version of the plan takes {asked} out of it; "
            "what was given stays given. Lower it by no more than {left}.",
            account=self.account,
            asked=self.asked,
            left=self.left,
        )


@dataclass(eq=False)
class OrderNotPaid(JiacanError):
    """No paid order of that number was recorded at this shop."""

    order_id: str

    def message(self) -> Message:
        return tell(
            "There is no paid order {order} here. Check the number, or give the file that has it to `jiacan run`.",
            order=self.order_id,
        )


@dataclass(eq=False)
class CustomerUnknown(JiacanError):
    """The plan has no answer to any order of that customer."""

    customer_id: str

    def message(self) -> Message:
        return tell(
            "No order of customer {customer} met an offer of this plan. Check the number; "
            "`jiacan receipt PLAN ORDER` says why an order met none.",
            customer=self.customer_id,
        )


@dataclass(eq=False)
class AwardUnknown(JiacanError):
    """The order met no such offer of the plan."""

    plan_id: str
    order_id: str
    offer_id: str

    def message(self) -> Message:
        return tell(
            "Order {order} has no award of offer {offer} in plan {plan}. Check the order's receipt.",
            order=self.order_id,
            offer=self.offer_id,
            plan=self.plan_id,
        )


@dataclass(eq=False)
class NothingToTakeBack(JiacanError):
    """Nothing is left of the award with its customer: it was refused, taken back before, or has lapsed."""

    order_id: str
    offer_id: str

    def message(self) -> Message:
        return tell(
            "Nothing is left to take back of what offer {offer} gave for order {order}: it was not given, was taken "
            "back before, or has expired.",
            order=self.order_id,
            offer=self.offer_id,
        )


@dataclass(eq=False)
class OfferUnknown(JiacanError):
    """The version of the plan has no such offer for what happened."""

    plan_id: str
    offer_id: str

    def message(self) -> Message:
        return tell(
            "Plan {plan} has nothing of the id {offer} that gives for this. Put it back into the plan, and go live "
            "with that as a new version.",
            plan=self.plan_id,
            offer=self.offer_id,
        )


@dataclass(eq=False)
class OccasionNotSettled(JiacanError):
    """Nothing was settled for the occasion, so that nothing of it can be taken back."""

    occasion_id: str

    def message(self) -> Message:
        return tell(
            "Nothing was settled for {occasion}, so there is nothing to take back. Let go of it if it still pends.",
            occasion=self.occasion_id,
        )


@dataclass(eq=False)
class BeyondBudget(JiacanError):
    """A budget line has less left than the coupons would take together."""

    line: str
    asked_minor: int
    left_minor: int
    currency: str

    def message(self) -> Message:
        return tell(
            "The coupons would take {asked} of the budget line {line}, which has {left} left. Make fewer, or put "
            "more on the line.",
            asked=Money(self.asked_minor, self.currency),
            line=self.line,
            left=Money(self.left_minor, self.currency),
        )
