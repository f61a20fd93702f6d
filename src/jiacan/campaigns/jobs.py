"""What the worker does for campaigns when the clock asks for it."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from jiacan.campaigns.facade import turns

CLOCK = "clock"
"""The queue of what only looks whether something is due."""


@app.periodic(cron="* * * * *")
@app.task(name="campaigns.announce_turns", queue=CLOCK, queueing_lock="campaigns.announce_turns")
def announce_turns(timestamp: int) -> None:
    """Tell whoever asked that a campaign is live or over, every minute."""
    turns.announce_turns(timezone.now())
