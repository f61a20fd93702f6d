"""The parts of the room that move, put into HTML; the page and the stream take them from here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import SafeString

from jiacan.campaigns.contracts.room import Room, Standing
from jiacan.campaigns.facade import room as facade
from jiacan.campaigns.facade.kept import Kept
from jiacan.campaigns.report import room_definitions as definitions
from jiacan.campaigns.web import shown
from jiacan.tenancy.contracts import Membership, Permission

FRAGMENTS = ("clock", "figures", "burns", "alarms", "goals", "reasons", "ticker")
_LEFT_OUT_ON_A_WALL = frozenset({"goals", "reasons", "ticker"})
WALL_BURNS = 6
_SHARED_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Eyes:
    """What the parts depend on besides the room: everyone with the same eyes sees the same."""

    shop_slug: str
    zone: ZoneInfo
    language: str
    sees_budget: bool
    sees_awards: bool
    takes_alarms: bool
    wall: bool

    @property
    def fragments(self) -> tuple[str, ...]:
        """The parts shown."""
        return tuple(name for name in FRAGMENTS if not (self.wall and name in _LEFT_OUT_ON_A_WALL))


def eyes_of(membership: Membership, *, language: str, wall: bool) -> Eyes:
    """The eyes of a member who reads that language."""
    return Eyes(
        shop_slug=membership.shop.slug,
        zone=membership.shop.zone,
        language=language,
        sees_budget=membership.may(Permission.SEE_BUDGET),
        sees_awards=membership.may(Permission.SEE_AWARDS),
        takes_alarms=membership.may(Permission.TAKE_ALARMS),
        wall=wall,
    )


_rendered: Kept[tuple[int, str, Eyes], tuple[Room, Mapping[str, SafeString]]] = Kept(256)


def look(shop_id: int, plan_id: str, eyes: Eyes) -> Mapping[str, SafeString]:
    """The parts of the room as it is read now; everyone with the same eyes shares one rendering of a reading.

    Raises:
        CampaignUnknown, NoRunPhase: there is no such room.
    """
    room = facade.look(shop_id, plan_id, at=datetime.now(UTC))
    return shared(room, shop_id, eyes)


def shared(room: Room, shop_id: int, eyes: Eyes) -> Mapping[str, SafeString]:
    """The parts of this reading, rendered once."""
    key = (shop_id, room.plan_id, eyes)
    seen, parts = _rendered.get(key, lambda: (room, render(room, eyes)), seconds=lambda _: _SHARED_SECONDS)
    if seen is room:
        return parts
    _rendered.forget(key)
    return _rendered.get(key, lambda: (room, render(room, eyes)), seconds=lambda _: _SHARED_SECONDS)[1]


def render(room: Room, eyes: Eyes) -> Mapping[str, SafeString]:
    """Each part by its name."""
    with timezone.override(eyes.zone), translation.override(eyes.language):
        context = _context(room if eyes.sees_budget else facade.without_money(room), eyes)
        return {name: render_to_string(f"campaigns/room/{name}.html", context) for name in eyes.fragments}


def _context(room: Room, eyes: Eyes) -> dict[str, object]:
    most = WALL_BURNS if eyes.wall else len(room.burns)
    return {
        "room": room,
        "eyes": eyes,
        "clock": shown.shown_clock(room.clock),
        "live": room.clock.standing is Standing.LIVE,
        "figures": [shown.shown_figure(each) for each in room.figures],
        "burns": [shown.shown_burn(each, room.clock, room.currency) for each in room.burns[:most]],
        "window": shown.window_in_words(room.window),
        "alarms": [shown.shown_alarm(each) for each in room.alarms],
        "goals": [shown.shown_goal(each, room.currency) for each in room.goals],
        "goals_elsewhere": [(shown.MEASURES[each.measure], each.why) for each in room.goals_elsewhere],
        "awards": [(award, *shown.outcome_named(award.outcome)) for award in room.last_awards],
        "means": {
            "runs_out": definitions.RUNS_OUT,
            "pace": definitions.PACE,
            "alarms": definitions.ALARMS,
            "refusals": definitions.REFUSALS,
            "awards": definitions.AWARDS,
        },
    }
