"""What a customer has, in the words of their page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone

from jiacan.campaigns.facade.member import Chance, Chances, Friends
from jiacan.campaigns.web.members_shown import ShownLine, ShownLot, ShownTier, amount_of, shown_tier
from jiacan.draws.contracts.kept import KeptDraw, TicketState, WinState
from jiacan.draws.contracts.terms import Mode
from jiacan.kernel.messages import Message, Name, tell
from jiacan.members.contracts.coupons import Shown, State
from jiacan.members.contracts.tiers import CustomerTier
from jiacan.members.facade.coupon_words import standing_in_words, terms_in_words
from jiacan.offers.contracts.occasions import OCCASION_MARK, is_occasion
from jiacan.offers.contracts.tiers import Tier
from jiacan.referrals.contracts.referrals import State as ReferralState

# --- tiers ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OwnTier:
    """Where the customer stands, with the bar to the next tier: `says` are the words on it."""

    shown: ShownTier
    has: int
    needs: int
    says: Message
    counts: Message

    @property
    def keeps_until(self) -> datetime | None:
        """Until when they keep a tier that they have too little for; None where an offer gave them a higher one."""
        return None if self.shown.found.gift else self.shown.found.grace_until

    @property
    def given_for(self) -> Message | None:
        """What they were given it for; None where nobody said."""
        gift = self.shown.found.gift
        source = None if gift is None else source_of(gift.order_id)
        return tell("for order {order}", order=source) if isinstance(source, str) else source

    @property
    def above(self) -> Tier | None:
        """The tier above that on which they stand."""
        found = self.shown.found
        return next(iter(found.ladder.tiers[found.ladder.place(found.tier.id if found.tier else "") :]), None)


def own_tier(found: CustomerTier) -> OwnTier:
    """The place on a ladder; on the highest the bar is full."""
    ladder = found.ladder
    needs = found.next.needs if found.next is not None else max(found.has, 1)
    has = amount_of(found.has, ladder)
    says = has if found.next is None else tell("{has} of {needs}", has=has, needs=amount_of(needs, ladder))
    if ladder.within is None:
        counts = tell("What you keep of this year's orders counts.")
    else:
        counts = tell("What you keep of the orders of the last {days} days counts.", days=ladder.within.days)
    return OwnTier(shown_tier(found), found.has, needs, says, counts)


# --- points -----------------------------------------------------------------------------------------------

_OCCASIONS = {
    "referral": tell("for a friend you brought"),
    "draw": tell("from a draw"),
    "mall": tell("in the points mall"),
    "check-in": tell("from a check-in challenge"),
    "birthday": tell("for your birthday"),
}


@dataclass(frozen=True, slots=True)
class OwnLine:
    """A line of the statement: what it was, and what it was for; None where nobody said."""

    shown: ShownLine
    what_for: str | Message | None


def own_line(shown: ShownLine) -> OwnLine:
    """The line in words: for an order by its number, for anything else by what it was."""
    line = shown.line.line
    return OwnLine(shown, line.reason or source_of(line.subject))


def source_of(subject: str) -> str | Message | None:
    """Where points came from: the number of an order, or what else brought them."""
    if not is_occasion(subject):
        return subject or None
    return _OCCASIONS.get(subject.removeprefix(OCCASION_MARK).partition("/")[0])


@dataclass(frozen=True, slots=True)
class OwnLot:
    """Points that came together, and where from; None where nobody said."""

    shown: ShownLot
    source: str | Message | None


def own_lot(shown: ShownLot) -> OwnLot:
    """The lot in words."""
    return OwnLot(shown, source_of(shown.lot.order_id))


# --- coupons ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OwnCoupon:
    """A coupon: what it is worth, from which spend on, and where it stands."""

    shown: Shown
    terms: Message
    standing: Message

    @property
    def is_open(self) -> bool:
        """Whether it can be used."""
        return self.shown.coupon.state is State.OPEN

    @property
    def last_day(self) -> date | None:
        """The last day on which it can be used, where it ends with a day; else its end is a moment."""
        if self.shown.coupon.expires_at is None:
            return None
        ends = timezone.localtime(self.shown.coupon.expires_at)
        return ends.date() - timedelta(days=1) if ends.time() == time.min else None


def own_coupons(found: Iterable[Shown]) -> tuple[list[OwnCoupon], list[OwnCoupon]]:
    """Those that can be used, the first to end first; and those that cannot any more."""
    every = [OwnCoupon(each, terms_in_words(each.terms), standing_in_words(each.coupon)) for each in found]
    usable = [each for each in every if each.is_open]
    usable.sort(key=lambda each: (each.shown.coupon.expires_at is None, each.shown.coupon.expires_at))
    return usable, [each for each in every if not each.is_open]


# --- draws ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OwnTicket:
    """A ticket that was drawn, or asks for something: where it leads, and what it says there."""

    title: Message
    gives: Name | None
    address: str
    asks: Message | None


@dataclass(frozen=True, slots=True)
class OwnDraw:
    """A draw: how many chances can be drawn now and where, or what they wait for; and what became of the others."""

    name: Name
    address: str
    unused: int
    draw_address: str
    says: Message
    tickets: tuple[OwnTicket, ...]


def own_draw(found: Chances, at: datetime) -> OwnDraw:
    """The customer's side of a draw."""
    draw = found.draw
    unused = [each for each in found.chances if each.ticket.state is TicketState.UNUSED]
    can_draw = draw.terms.mode is Mode.INSTANT and draw.promise.opens_at <= at < draw.promise.use_until
    return OwnDraw(
        name=draw.promise.name,
        address=reverse("draw-public", args=[draw.code]),
        unused=len(unused),
        draw_address=_ticket_address(unused[-1]) if unused and can_draw else "",
        says=_waits(draw, len(unused), at),
        tickets=tuple(_own_ticket(draw, each, at) for each in found.chances if _is_told(each)),
    )


def _is_told(chance: Chance) -> bool:
    return chance.ticket.state in (TicketState.DRAWN, TicketState.LOGGED)


def _waits(draw: KeptDraw, unused: int, at: datetime) -> Message:
    promise = draw.promise
    if not unused:
        return tell("You have no chance left to use.")
    if at < promise.opens_at:
        return tell("Chances: {count}; the draw begins {begins}.", count=unused, begins=promise.opens_at)
    if draw.terms.mode is not Mode.INSTANT:
        return tell("Tickets that take part: {count}; they are drawn {held}.", count=unused, held=promise.held_at)
    if at < promise.use_until:
        return tell("Chances: {count}, to be drawn until {until}.", count=unused, until=promise.use_until)
    return tell("Chances that were not used in time: {count}.", count=unused)


def _own_ticket(draw: KeptDraw, chance: Chance, at: datetime) -> OwnTicket:
    ticket, win, promise = chance.ticket, chance.win, draw.promise
    if ticket.state is TicketState.LOGGED:
        return OwnTicket(tell("Takes part"), None, _ticket_address(chance), None)
    asks = None
    if win is not None and win.state is WinState.WON and (win.claim_by is None or at < win.claim_by):
        asks = tell("Claim it") if win.claim_by is None else tell("Claim it by {moment}", moment=win.claim_by)
    if win is not None:
        gives = next((prize.gives for prize in promise.prizes if prize.id == win.prize), None)
        return OwnTicket(_title_of_win(win.state), gives, _ticket_address(chance), asks)
    return OwnTicket(
        tell("No prize this time"), promise.consolation if promise.consoles else None, _ticket_address(chance), None
    )


def _title_of_win(state: WinState) -> Message:
    match state:
        case WinState.GIVEN_UP:
            return tell("Won, and given up")
        case WinState.LOST:
            return tell("Won, and lost")
        case WinState.SHIPPED:
            return tell("Won, and sent")
        case _:
            return tell("Won")


def _ticket_address(chance: Chance) -> str:
    return reverse("draw-ticket", args=[chance.secret])


# --- friends ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OwnFriends:
    """A plan's referrals: the customer's short address, and how far the friends are whom they brought."""

    friends: Friends
    address: str
    poster: str
    counts: tuple[tuple[Message, int], ...]


_FRIENDS = {
    ReferralState.REVIEW: tell("being looked at by the shop"),
    ReferralState.PENDING: tell("have ordered; the rewards come when their time to return it is over"),
    ReferralState.COMPLETED: tell("completed: both of you have your rewards"),
    ReferralState.REFUSED: tell("do not count by the rules"),
    ReferralState.VOIDED: tell("sent their order back"),
    ReferralState.TAKEN_BACK: tell("sent their order back later, and the rewards went back"),
    ReferralState.MERGED: tell("were the same person as another customer"),
}


def own_friends(found: Friends, *, at: str) -> OwnFriends:
    """The customer's side of referrals; friends are counted and not named. `at` is where the server is reached."""
    counted = Counter(each.state for each in found.brought)
    return OwnFriends(
        friends=found,
        address=f"{at}{reverse('referral-link', args=[found.link.code])}",
        poster=reverse("referral-poster", args=[found.link.code, "svg"]),
        counts=tuple((words, counted[state]) for state, words in _FRIENDS.items() if counted[state]),
    )
