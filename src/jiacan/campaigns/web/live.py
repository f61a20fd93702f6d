"""The room as a stream of events: what has changed, every two seconds, as the same HTML that the page is made of.

All streams of a process tick together and share one reading and one rendering for each language and role, so that
fifty viewers ask the database as much as one. Access is looked up again every minute.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db import DatabaseError, close_old_connections
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from jiacan.campaigns.contracts.public import CampaignUnknown
from jiacan.campaigns.contracts.reported import NoRunPhase
from jiacan.campaigns.web.fragments import Eyes, eyes_of, look
from jiacan.console.contracts import Visit
from jiacan.console.facade import page
from jiacan.kernel.places import at_place
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Membership, Permission

TICK_SECONDS = 2.0
ACCESS_SECONDS = 60.0
LIFE_SECONDS = 900.0
"""A stream ends after so long and the browser opens the next one: nothing lives for ever."""

RETRY = "retry: 2000\n\n"
BEAT = "event: beat\ndata:\n\n"
OVER = "event: over\ndata:\n\n"


@page(needs=Permission.SEE_CAMPAIGNS)
@require_safe
def live(request: HttpRequest, visit: Visit, plan_id: str) -> StreamingHttpResponse:
    """What has changed in the room, as it changes."""
    viewer = Viewer(
        shop_id=visit.shop.id,
        plan_id=plan_id,
        eyes=eyes_of(visit.membership, language=get_language() or "en", wall="wall" in request.GET),
        person_id=visit.person.id,
        session=request.session.session_key or "",
        store=type(request.session),
    )
    events = _events_async(viewer) if isinstance(request, ASGIRequest) else _events(viewer)
    answer = StreamingHttpResponse(events, content_type="text/event-stream; charset=utf-8")
    answer["Cache-Control"] = "no-store"
    answer["X-Accel-Buffering"] = "no"
    return answer


@dataclass
class Viewer:
    """One open stream: who looks, with which eyes, and what they have seen last."""

    shop_id: int
    plan_id: str
    eyes: Eyes
    person_id: int
    session: str
    store: type
    seen: dict[str, str] = field(default_factory=dict)
    checked_at: float = field(default_factory=time.monotonic)
    began_at: float = field(default_factory=time.monotonic)

    @property
    def has_lived(self) -> bool:
        """Whether it is time for the browser's next stream."""
        return time.monotonic() - self.began_at > LIFE_SECONDS

    def next_event(self) -> str | None:
        """What to send now: what changed, a beat where nothing did, or that it is over; None ends the stream, and
        the browser asks again.
        """
        try:
            if time.monotonic() - self.checked_at > ACCESS_SECONDS:
                membership = self._membership()
                if membership is None:
                    return OVER
                if eyes_of(membership, language=self.eyes.language, wall=self.eyes.wall) != self.eyes:
                    return None
                self.checked_at = time.monotonic()
            with at_place(self.shop_id):
                parts = look(self.shop_id, self.plan_id, self.eyes)
        except (CampaignUnknown, NoRunPhase):
            return OVER
        except DatabaseError:
            close_old_connections()  # the database may have been started anew; the next reading connects again
            return None
        changed = {name: html for name, html in parts.items() if self.seen.get(name) != html}
        self.seen.update(changed)
        return _message(changed.values()) if changed else BEAT

    def _membership(self) -> Membership | None:
        """Their membership, as long as they are signed in and their role lets them see campaigns."""
        if not self.store().exists(self.session):
            return None
        membership = tenancy.find_membership(self.person_id, self.eyes.shop_slug)
        if membership is None or not membership.may(Permission.SEE_CAMPAIGNS):
            return None
        return membership


def _message(parts: Iterable[str]) -> str:
    lines = "\n".join(parts).split("\n")
    return "".join(f"data: {line}\n" for line in lines) + "\n"


def _wait_seconds() -> float:
    return TICK_SECONDS - time.monotonic() % TICK_SECONDS


async def _events_async(viewer: Viewer) -> AsyncIterator[str]:
    yield RETRY
    while not viewer.has_lived:
        event = await sync_to_async(viewer.next_event)()
        if event is None:
            return
        yield event
        if event == OVER:
            return
        await asyncio.sleep(_wait_seconds())


def _events(viewer: Viewer) -> Iterator[str]:
    """The same for servers that know no other way than a thread to a stream."""
    yield RETRY
    while not viewer.has_lived:
        event = viewer.next_event()
        if event is None:
            return
        yield event
        if event == OVER:
            return
        time.sleep(_wait_seconds())
