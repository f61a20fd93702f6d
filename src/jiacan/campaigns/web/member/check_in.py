"""Check-in challenges on a customer's own page: today's tasks, those that they do there, and days made up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from jiacan.campaigns.facade import checking_in
from jiacan.campaigns.facade.checking_in import CustomerChallenge, Rewarded
from jiacan.campaigns.web.member.guard import member_page
from jiacan.console.contracts import MemberVisit
from jiacan.console.facade import words
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, Name, tell
from jiacan.members.contracts.check_in import (
    Asks,
    CalendarDay,
    DayState,
    NotToday,
    Question,
    TaskKind,
    WrongAnswer,
)
from jiacan.members.contracts.points import NotEnoughPoints

BY_THEMSELVES = frozenset({TaskKind.SIGN_IN, TaskKind.ANSWER})
"""Tasks that a customer does on this page; of the others the shop's own pages tell."""

DAYS_BEFORE, DAYS_AFTER = timedelta(days=13), timedelta(days=7)

_ALL = tell("Today counts when all of these are done.")
_ANY = tell("Today counts when one of these is done.")
_FAILED = tell("That could not be done any more. What you see now is how it stands.")


# --- shown ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OwnTask:
    """A task of today; `question` is what it asks."""

    id: str
    kind: TaskKind
    is_done: bool
    question: Question | None

    @property
    def by_themselves(self) -> bool:
        """Whether the customer does it on this page."""
        return self.kind in BY_THEMSELVES

    @property
    def field(self) -> str:
        """Names the field of its answer on the page."""
        return f"answer-{self.id}"


@dataclass(frozen=True, slots=True)
class OwnDay:
    """A day of the challenge, and what it is in a word."""

    day: CalendarDay
    says: Message
    is_today: bool


@dataclass(frozen=True, slots=True)
class OwnChallenge:
    """A challenge as its customer sees it today."""

    plan_id: str
    id: str
    name: Name
    today: date
    is_done: bool
    asks: Message
    tasks: tuple[OwnTask, ...]
    streak: Message
    next: Message | None
    days: tuple[OwnDay, ...]
    to_make_up: tuple[OwnDay, ...]
    make_up: Message | None
    make_up_label: Message | None
    rewarded: tuple[Rewarded, ...]


def own_challenge(found: CustomerChallenge) -> OwnChallenge:
    """The challenge in words."""
    calendar, challenge = found.calendar, found.calendar.challenge
    today = next((each for each in calendar.days if each.day == calendar.today), None)
    done = frozenset() if today is None else frozenset(today.tasks)
    terms = challenge.make_up
    days = tuple(
        OwnDay(each, _DAYS[each.state], each.day == calendar.today)
        for each in calendar.days
        if calendar.today - DAYS_BEFORE <= each.day <= calendar.today + DAYS_AFTER
    )
    return OwnChallenge(
        plan_id=found.plan_id,
        id=challenge.id,
        name=challenge.name,
        today=calendar.today,
        is_done=today is not None and today.state in (DayState.DONE, DayState.MADE_UP),
        asks=_ALL if challenge.asks is Asks.ALL else _ANY,
        tasks=tuple(OwnTask(t.id, t.kind, t.id in done, found.questions.get(t.id)) for t in challenge.tasks),
        streak=tell("Days in a row: {days}", days=calendar.streak),
        next=_next(found),
        days=days,
        to_make_up=tuple(each for each in days if each.day.can_be_made_up),
        make_up=_make_up(found),
        make_up_label=None if terms is None else tell("Make it up for {points} points", points=terms.points),
        rewarded=tuple(each for each in found.rewarded if each.says),
    )


_DAYS = {
    DayState.DONE: tell("done"),
    DayState.MADE_UP: tell("made up"),
    DayState.OPEN: tell("open"),
    DayState.MISSED: tell("missed"),
    DayState.AHEAD: tell("ahead"),
}


def _next(found: CustomerChallenge) -> Message | None:
    coming = found.calendar.next
    if coming is None:
        return None
    return tell("Days to go: {missing}. Then you get {gives}.", missing=coming.missing, gives=found.gives[coming.day])


def _make_up(found: CustomerChallenge) -> Message | None:
    terms = found.calendar.challenge.make_up
    if terms is None:
        return None
    left = found.calendar.make_ups_left
    return tell(
        "A missed day can be made up for {points} points. Days that you can still make up: {left}.",
        points=terms.points,
        left=left,
    )


# --- done -------------------------------------------------------------------------------------------------


@member_page
@require_POST
def do_task(request: HttpRequest, member: MemberVisit) -> HttpResponse:
    """Do a task of the day that the page showed; again, it is done as before."""
    asked, at = request.POST, timezone.now()
    plan_id, challenge_id, task_id = (asked.get(name, "")[:64] for name in ("plan", "challenge", "task"))
    shop_id, customer_id = member.shop.id, member.customer_id
    try:
        found = checking_in.challenge_of(shop_id, plan_id, challenge_id, customer_id, at=at)
        kinds = {task.id: task.kind for task in found.calendar.challenge.tasks}
        if kinds.get(task_id) not in BY_THEMSELVES:
            return _back(request, member, tell("This task is not done here; the shop's own pages count it."))
        checking_in.record_task(
            *(shop_id, plan_id, challenge_id, customer_id, task_id),
            answer=asked.get("answer", "")[:200],
            day=_day(asked.get("day", "")),
            at=at,
        )
    except WrongAnswer:
        return _back(
            request, member, tell("That was not the right answer. Read the question once more and try again.")
        )
    except NotToday:
        return _back(request, member, tell("The day changed while the page was open. These are today's tasks."))
    except JiacanError:
        return _back(request, member, _FAILED)
    messages.success(request, words().say(tell("Done for today.")))
    return _back(request, member)


@member_page
@require_POST
def make_up(request: HttpRequest, member: MemberVisit) -> HttpResponse:
    """Make up a missed day for the points that the plan asks; again, nothing more is taken."""
    plan_id, challenge_id = (request.POST.get(name, "")[:64] for name in ("plan", "challenge"))
    day = _day(request.POST.get("day", ""))
    if day is None:
        return _back(request, member, _FAILED)
    try:
        checking_in.make_up(member.shop.id, plan_id, challenge_id, member.customer_id, day, at=timezone.now())
    except NotEnoughPoints as error:
        says = tell("You have {available} points to spend, and this needs {asked}.", **_points(error))
        return _back(request, member, says)
    except JiacanError:
        return _back(request, member, _FAILED)
    messages.success(request, words().say(tell("{day} counts now.", day=day)))
    return _back(request, member)


def _points(error: NotEnoughPoints) -> dict[str, int]:
    return {"available": error.available, "asked": error.asked}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _back(request: HttpRequest, member: MemberVisit, wrong: Message | None = None) -> HttpResponse:
    if wrong is not None:
        messages.error(request, words().say(wrong))
    return redirect("member-page", shop=member.shop.slug)
