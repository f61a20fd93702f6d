"""What everyone may see of a campaign: the values behind its public pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from jiacan.campaigns.contracts.room import Clock
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, Name, tell
from jiacan.kernel.money import Money
from jiacan.kernel.periods import Period
from jiacan.offers.contracts.awards import ReceiptLine
from jiacan.offers.contracts.words import OfferWords
from jiacan.plans.contracts.document import Organiser


@dataclass(frozen=True, slots=True)
class GiftLeft:
    """A gift or service, what one is worth, and how many are left."""

    name: Name
    value: Money
    left: int
    units: int


@dataclass(frozen=True, slots=True)
class PrizeWords:
    """A prize of a draw: `units` of them in a deck, on which days.

    One ticket in `one_in` gets it; None where as many tickets as come share the prizes.
    """

    gives: Message
    units: int
    one_in: float | None
    days: tuple[date, ...] | None


@dataclass(frozen=True, slots=True)
class DrawWords:
    """A draw: how it is drawn, its prizes, and what every other ticket gets.

    `code` leads to its own page; it is empty where the draw was not announced.
    """

    code: str
    name: Name
    how: Message
    is_daily: bool
    prizes: tuple[PrizeWords, ...]
    consolation: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """One of the terms that law asks for: what it is, and what the plan says of it; None where it says nothing."""

    title: Message
    says: Message | None


@dataclass(frozen=True, slots=True)
class PublicCampaign:
    """A campaign as its customers meet it, by the version in force."""

    plan_id: str
    version: int
    in_force_since: datetime
    name: Name
    description: str
    organiser: Organiser | None
    zone: ZoneInfo
    currency: str
    clock: Clock
    phases: Mapping[str, Period]
    offers: tuple[OfferWords, ...]
    gifts: tuple[GiftLeft, ...]
    draws: tuple[DrawWords, ...]
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class CampaignReceipt:
    """What one order got of one campaign, and why."""

    plan_id: str
    campaign: Name
    zone: ZoneInfo
    organiser: Organiser | None
    lines: tuple[ReceiptLine, ...]


@dataclass(frozen=True, slots=True)
class TicketLink:
    """A ticket that an order gave: whose draw it is of, the secret of its page, and whether it can still be used."""

    draw: Name
    secret: str
    is_unused: bool


@dataclass(frozen=True, slots=True)
class PublicReceipt:
    """What one order, or one occasion, got of every campaign that has an answer to it, and the tickets it gave."""

    shop_slug: str
    shop: str
    order_id: str
    is_order: bool
    campaigns: tuple[CampaignReceipt, ...]
    tickets: tuple[TicketLink, ...]


@dataclass(eq=False)
class CampaignUnknown(JiacanError):
    """No plan of that id has gone live at this shop."""

    plan_id: str

    def message(self) -> Message:
        return tell("No campaign {plan_id} has gone live here.", plan_id=self.plan_id)
