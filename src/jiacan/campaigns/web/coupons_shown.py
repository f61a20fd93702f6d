"""Coupons and batches of codes as pages show them."""

from __future__ import annotations

from dataclasses import dataclass

from jiacan.kernel.messages import Message, tell
from jiacan.kernel.money import Money
from jiacan.members.contracts.coupons import Batch, Coupon, Shown, State, Terms
from jiacan.members.facade.coupon_words import standing_in_words, state_in_words, terms_in_words

_LOOKS = {State.OPEN: "good", State.USED: "", State.EXPIRED: "", State.TAKEN_BACK: "bad", State.VOID: "bad"}


@dataclass(frozen=True, slots=True)
class ShownUse:
    """An order that a coupon was used on."""

    order_id: str
    says: Message


@dataclass(frozen=True, slots=True)
class ShownCoupon:
    """A coupon in a list, and what the dialogs of its steps say."""

    coupon: Coupon
    terms: Terms
    look: str
    word: Message
    about: Message
    says: Message
    uses: tuple[ShownUse, ...]
    touches: Message

    @property
    def key(self) -> str:
        """Names its dialogs."""
        return f"coupon-{self.coupon.id}"

    @property
    def order_id(self) -> str:
        """The order that it is on, or empty."""
        used = self.coupon.used
        return "" if used is None else used.order_id

    @property
    def can_be_used(self) -> bool:
        """Whether it is open."""
        return self.coupon.state is State.OPEN

    @property
    def can_be_assigned(self) -> bool:
        """Whether it is open and nobody's."""
        return self.can_be_used and self.coupon.customer_id is None


def shown_coupon(shown: Shown) -> ShownCoupon:
    """The coupon in words."""
    coupon, terms = shown.coupon, shown.terms
    return ShownCoupon(
        coupon=coupon,
        terms=terms,
        look=_LOOKS[coupon.state],
        word=state_in_words(coupon.state),
        about=terms_in_words(terms),
        says=standing_in_words(coupon),
        uses=tuple(_shown_uses(coupon, terms)),
        touches=tell("The coupon {code} comes off the order; what it spent is free again.", code=coupon.code),
    )


def _shown_uses(coupon: Coupon, terms: Terms) -> list[ShownUse]:
    shown = []
    for each in coupon.uses:
        off = Money(each.off_minor, terms.currency)
        if each.undone_at is None or each.came_back is None:
            says = tell("{off} off ({when}, {by})", off=off, when=each.used_at, by=each.used_by)
        else:
            says = tell(
                "{off} off, undone ({when}, {by}): {state}",
                off=off,
                when=each.undone_at,
                by=each.undone_by,
                state=state_in_words(each.came_back),
            )
        shown.append(ShownUse(each.order_id, says))
    return shown


@dataclass(frozen=True, slots=True)
class ShownBatch:
    """A batch in a list, and what its dialog says."""

    batch: Batch
    touches: Message

    @property
    def key(self) -> str:
        """Names its dialog."""
        return f"batch-{self.batch.id}"


def shown_batch(batch: Batch) -> ShownBatch:
    """The batch in words."""
    return ShownBatch(
        batch,
        tell(
            "Of {codes} codes {open} are open; those that are nobody's are void.", codes=batch.codes, open=batch.open
        ),
    )
