"""The demo's shop: its home, its owner, its campaign and what had been ordered before."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.contrib.auth.hashers import make_password

from jiacan.campaigns.contracts.planning import TaskState
from jiacan.campaigns.facade import running, tasks
from jiacan.campaigns.facade.running import OrderFiles
from jiacan.kernel.messages import Message, Phrasebook
from jiacan.plans import facade as plans
from jiacan.plans.contracts.versions import CheckedPlan
from jiacan.project.demo.moving import RUN_FROM, ZONE, Move, move_for, moved_plan, write_moved_orders
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy import joining
from jiacan.tenancy.contracts import COMMAND_LINE, Person, Shop

SHOP = "gifts"
OWNER_EMAIL, OWNER_NAME = "owner@example.com", "Owner"
LINK_MINUTES = 24 * 60


class Interrupted(Exception):
    """Asked to stop while setting up; the next start goes on."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one demo lives: a folder for each run of the campaign."""

    folder: Path
    move: Move

    @property
    def coming(self) -> Path:
        """The orders still to come; there once everything before them is in the books."""
        return self.folder / "coming.parquet"

    @property
    def sent(self) -> Path:
        """How many of them were sent."""
        return self.folder / "sent"


def find_place(folder: Path, at: datetime) -> Place:
    """The demo whose run is under way now, begun before or new."""
    for known in sorted(folder.glob("run-*")):
        days = (date.fromisoformat(known.name.removeprefix("run-")) - RUN_FROM).days
        move = Move(days // 7)
        if move.runs_at(at):
            return Place(known, move)
    move = move_for(at)
    return Place(folder / f"run-{move.run_from.isoformat()}", move)


def set_up(
    place: Place,
    *,
    at: datetime,
    words: Phrasebook,
    on_progress: running.Progress,
    stop: threading.Event,
) -> Shop:
    """The shop with its campaign live and its history in the books; what was done before is not done again.

    Raises:
        Interrupted: the event was set meanwhile.
    """

    def progress(what: Message, share: float) -> None:
        if stop.is_set():
            raise Interrupted
        on_progress(what, share)

    if not place.coming.is_file():
        plan = plans.check_text(moved_plan(place.move), source="order-bonus.yaml")
        before, after = place.folder / "before.parquet", place.folder / "after.parquet"
        write_moved_orders(place.move, until=at, before=before, after=after)
        running.run(plan, OrderFiles((before,)), actor=COMMAND_LINE, words=words, on_progress=progress)
        _do_what_was_due(plan, at)
        before.unlink()
        after.rename(place.coming)
    return tenancy.get_shop(SHOP)


def _do_what_was_due(plan: CheckedPlan, at: datetime) -> None:
    """The work of the days before is done, so that what is late stands out."""
    assert plan.document is not None, "the example has no errors"
    shop = tenancy.get_shop(SHOP)
    for card in tasks.cards(shop.id, plan.document, at=at):
        if card.late:
            evidence = f"done before {plan.document.phases['run'].starts_at:%Y-%m-%d}"
            tasks.take_step(
                shop.id, plan.document, card.task.id, state=TaskState.DONE, evidence=evidence, actor=COMMAND_LINE
            )


def owner_link(at: datetime) -> str:
    """The secret of a link that signs the demo's owner in, who is made if there is nobody yet."""
    owner = tenancy.find_person(OWNER_EMAIL) or _make_owner(at)
    return joining.new_sign_in_link(owner.id, at=at, minutes=LINK_MINUTES).value


def _make_owner(at: datetime) -> Person:
    return joining.make_owner(
        joining.new_sign_in_link(None, at=at, minutes=1).value,
        email=OWNER_EMAIL,
        name=OWNER_NAME,
        password_hash=make_password(None),
        shop_slug=SHOP,
        zone=ZONE,
        at=at,
        origin=COMMAND_LINE.origin,
    )
