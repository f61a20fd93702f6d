"""What the worker does for draws when the clock asks for it."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from procrastinate.contrib.django import app

from jiacan.draws.facade import holding, prizes, revealing
from jiacan.kernel.places import long_at_place
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor

CLOCK = Actor("clock", "clock")


@app.periodic(cron="* * * * *")
@app.task(name="draws.follow", queue="clock", queueing_lock="draws.follow")
def follow(timestamp: int) -> None:
    """Close draws whose time is over, carry out, reveal, remind winners and give unclaimed prizes up, each minute."""
    tenancy.at_each_shop(lambda shop_id: follow_shop(shop_id, timezone.now()), at=long_at_place)


def follow_shop(shop_id: int, at: datetime) -> None:
    """The same for one shop."""
    holding.close_due(shop_id, actor=CLOCK, at=at)
    holding.carry_out_due(shop_id, at=at)
    revealing.reveal_due(shop_id, actor=CLOCK, at=at)
    prizes.remind_due(shop_id, at=at)
    prizes.give_up_due(shop_id, at=at)
