"""What is said of referrals: why one does not count, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping

from jiacan.kernel.messages import Message, tell
from jiacan.referrals.contracts.payouts import BatchState, Method, PayoutState
from jiacan.referrals.contracts.referrals import Reason, Side, State

REASONS: Mapping[Reason, Message] = {
    Reason.SELF: tell("the link is their own"),
    Reason.EXISTING_CUSTOMER: tell("they had bought here before they clicked the link"),
    Reason.CYCLE: tell("they brought the one whose link it is, themselves or through others"),
    Reason.SAME_PHONE: tell("the telephone number is that of the referrer, or of another friend of theirs"),
    Reason.SAME_ADDRESS: tell("the delivery address is that of the referrer, or of another friend of theirs"),
    Reason.PER_REFERRER: tell("the referrer has brought as many friends as the plan lets them"),
    Reason.NETWORK: tell("as many friends as the plan lets through came from this network that day"),
    Reason.PERSON: tell("a person of the shop looked at it and said no"),
}

STATES: Mapping[State, tuple[str, Message]] = {
    State.REVIEW: ("watch", tell("to be looked at")),
    State.PENDING: ("", tell("rewards pending")),
    State.COMPLETED: ("good", tell("completed")),
    State.REFUSED: ("over", tell("refused")),
    State.VOIDED: ("over", tell("order came back")),
    State.TAKEN_BACK: ("watch", tell("rewards taken back")),
    State.MERGED: ("over", tell("same person as another customer")),
}
"""How each state looks, and what it is called."""

SIDES: Mapping[Side, Message] = {Side.REFERRER: tell("Referrer"), Side.FRIEND: tell("Friend")}

PAYOUT_STATES: Mapping[PayoutState, tuple[str, Message]] = {
    PayoutState.OWED: ("watch", tell("owed")),
    PayoutState.IN_BATCH: ("", tell("in a batch")),
    PayoutState.PAID: ("good", tell("paid")),
    PayoutState.CANCELLED: ("over", tell("cancelled")),
}

BATCH_STATES: Mapping[BatchState, tuple[str, Message]] = {
    BatchState.WAITING: ("watch", tell("waits for approval")),
    BatchState.APPROVED: ("", tell("approved")),
    BatchState.DECLINED: ("over", tell("declined")),
    BatchState.PAID: ("good", tell("paid")),
}

METHODS: Mapping[Method, Message] = {Method.ALIPAY: tell("Alipay"), Method.BANK: tell("bank account")}
