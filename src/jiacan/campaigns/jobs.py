"""What the worker does for campaigns when the clock asks for it."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from jiacan.campaigns.facade import online, turns

CLOCK = "clock"
"""The queue of what only looks whether something is due."""


@app.periodic(cron="* * * * *")
@app.task(name="campaigns.announce_turns", queue=CLOCK, queueing_lock="campaigns.announce_turns")
def announce_turns(timestamp: int) -> None:
    """Tell whoever asked that a campaign is live or over, every minute."""
    turns.announce_turns(timezone.now())


@app.periodic(cron="* * * * * */10")
@app.task(name="campaigns.expire_reservations", queue=CLOCK, queueing_lock="campaigns.expire_reservations")
def expire_reservations(timestamp: int) -> None:
    """Let go of what reservations hold whose time is over, every ten seconds."""
    online.expire_due(timezone.now())
