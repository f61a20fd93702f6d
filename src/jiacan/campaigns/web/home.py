"""What needs me now, and all campaigns of the shop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jiacan.campaigns.contracts.overview import CampaignCard
from jiacan.campaigns.contracts.room import Room
from jiacan.campaigns.facade import overview
from jiacan.campaigns.web import shown
from jiacan.console.contracts import Visit
from jiacan.console.facade import page, words
from jiacan.kernel.messages import Message, tell
from jiacan.tenancy.contracts import Permission

DRAFT = "draft"
STATES: Mapping[str, Message] = {
    **{standing.value: word for standing, (_, word) in shown.STANDINGS.items()},
    DRAFT: tell("Being written"),
}


@dataclass(frozen=True, slots=True)
class ShownCard:
    """A campaign in a list."""

    card: CampaignCard
    state: str
    standing: Message
    clock: shown.ShownClock | None
    key: str


@dataclass(frozen=True, slots=True)
class ShownRoom:
    """A campaign that is not over, with its first figures."""

    room: Room
    clock: shown.ShownClock
    figures: tuple[shown.ShownFigure, ...]
    next_burn: shown.ShownBurn | None


def shown_card(card: CampaignCard) -> ShownCard:
    """The card with its state in words."""
    if card.clock is None:
        word = tell("Has no run phase") if card.unreadable else STATES[DRAFT]
        return ShownCard(card, "watch" if card.unreadable else "", word, None, DRAFT)
    clock = shown.shown_clock(card.clock)
    return ShownCard(card, clock.state, clock.standing, clock, card.clock.standing.value)


def _shown_room(seen: Room) -> ShownRoom:
    kept = ("orders", "sales", "awards", "alarms")
    burns = [shown.shown_burn(each, seen.clock, seen.currency) for each in seen.burns]
    urgent = [each for each in burns if each.state in {"act", "watch"}]
    return ShownRoom(
        room=seen,
        clock=shown.shown_clock(seen.clock),
        figures=tuple(shown.shown_figure(each) for each in seen.figures if each.key in kept),
        next_burn=urgent[0] if urgent else None,
    )


@page(needs=Permission.SEE_CAMPAIGNS)
@require_safe
def home(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What needs me now: alarms, approvals, tasks; and how the campaigns stand."""
    seen = overview.overview(visit.membership, at=datetime.now(UTC))
    return render(
        request,
        "campaigns/home.html",
        {
            "visit": visit,
            "overview": seen,
            "alarms": [(one, shown.shown_alarm(one.alarm)) for one in seen.alarms],
            "tasks": [(due, shown.owner_named(due.card.task.owner)) for due in seen.tasks],
            "rooms": [_shown_room(one) for one in seen.rooms],
            "drafts": [shown_card(card) for card in seen.cards if card.clock is None],
        },
    )


@page(needs=Permission.SEE_CAMPAIGNS)
@require_safe
def campaigns(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Every campaign: live, coming, over, being written; filtered by the address."""
    text, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    known = [shown_card(card) for card in overview.cards(visit.shop.id, at=datetime.now(UTC))]
    found = [each for each in known if _is_asked(each, text, state)]
    return render(
        request,
        "campaigns/campaigns.html",
        {"visit": visit, "known": known, "found": found, "text": text, "state": state, "states": STATES.items()},
    )


def _is_asked(each: ShownCard, text: str, state: str) -> bool:
    if state and each.key != state:
        return False
    looked_in = f"{each.card.plan_id} {words().word(each.card.name)} {each.card.name.zh} {each.card.name.en}"
    return text.casefold() in looked_in.casefold()
