"""What can be asked of referrals that cannot be done.

JiacanError
├── NoReferrals          the plan has no referrals, or is not live
├── LinkUnknown          no link has that code
├── VisitorUnknown       a visitor without a click that still counts
├── ReferralUnknown, NotInReview
├── BatchUnknown, BatchDone, SamePerson, NothingToPay
├── NotInYuan            a bank file of a shop whose money is not yuan
└── PayeeLost            an account that was sealed under a key that is gone
"""

from __future__ import annotations

from dataclasses import dataclass

from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell


@dataclass(eq=False)
class NoReferrals(JiacanError):
    """The plan has no referrals, or is not live."""

    plan_id: str

    def message(self) -> Message:
        return tell(
            "The plan {plan} has no referrals in force. Write `referral` into it and let it go live, or name another "
            "plan.",
            plan=self.plan_id,
        )


@dataclass(eq=False)
class LinkUnknown(JiacanError):
    """No link has that code."""

    code: str

    def message(self) -> Message:
        return tell("There is no link {code} here. Make one for the customer, or check the code.", code=self.code)


@dataclass(eq=False)
class VisitorUnknown(JiacanError):
    """A visitor without a click."""

    visitor: str

    def message(self) -> Message:
        return tell(
            "Nobody clicked a link as the visitor {visitor}. Send the `jiacan_visitor` that the shop's page was "
            "opened with, or the link's code.",
            visitor=self.visitor,
        )


@dataclass(eq=False)
class ReferralUnknown(JiacanError):
    """There is no such referral at the shop."""

    referral_id: int

    def message(self) -> Message:
        return tell("There is no referral {number} here. Load the list again.", number=str(self.referral_id))


@dataclass(eq=False)
class NotInReview(JiacanError):
    """The referral waits for nobody."""

    referral_id: int

    def message(self) -> Message:
        return tell(
            "Referral {number} waits for nobody any more: someone has decided it, or its order came back. Load the "
            "list again.",
            number=str(self.referral_id),
        )


@dataclass(eq=False)
class BatchUnknown(JiacanError):
    """There is no such batch at the shop."""

    batch_id: int

    def message(self) -> Message:
        return tell("There is no batch {number} here. Load the list again.", number=str(self.batch_id))


@dataclass(eq=False)
class BatchDone(JiacanError):
    """The batch is not in the state that this needs."""

    batch_id: int

    def message(self) -> Message:
        return tell(
            "Batch {number} has gone on meanwhile, so this cannot be done with it. Load the list again.",
            number=str(self.batch_id),
        )


@dataclass(eq=False)
class SamePerson(JiacanError):
    """Whoever made the batch cannot approve it."""

    person: str

    def message(self) -> Message:
        return tell("{person} made this batch; another person has to approve it.", person=self.person)


@dataclass(eq=False)
class NothingToPay(JiacanError):
    """No payout can be paid by that method."""

    def message(self) -> Message:
        return tell("No payout waits whose customer is paid this way. Enter where customers are paid first.")


@dataclass(eq=False)
class NotInYuan(JiacanError):
    """A bank file of a shop whose money is not yuan."""

    currency: str

    def message(self) -> Message:
        return tell(
            "Alipay's and MYbank's files are in yuan, and the shop's money is {currency}. Export the list instead.",
            currency=self.currency,
        )


@dataclass(eq=False)
class PayeeLost(JiacanError):
    """An account that was sealed under a key that the server no longer has."""

    customer_id: str

    def message(self) -> Message:
        return tell(
            "Where {customer} is paid can no longer be read: the server's key has changed. Decline the batch and "
            "enter it again, or bring the old key back.",
            customer=self.customer_id,
        )
