"""What the worker does for members when the clock asks for it."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from jiacan.members.facade import expiring, mall, sign_in
from jiacan.offers.facade import backing

CLOCK = "clock"
"""The queue of what only looks whether something is due."""


@app.periodic(cron="*/5 * * * *")
@app.task(name="members.expire_points", queue=CLOCK, queueing_lock="members.expire_points")
def expire_points(timestamp: int) -> None:
    """Take points whose time is over, and warn of those whose soon will be, every five minutes."""
    expiring.expire_everywhere(timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="members.follow_points", queue=CLOCK, queueing_lock="members.follow_points")
def follow_points(timestamp: int) -> None:
    """Let the money of plans follow points that were used while those were at work, every minute."""
    backing.follow_everywhere()


@app.periodic(cron="17 * * * *")
@app.task(name="members.forget_tries", queue=CLOCK, queueing_lock="members.forget_tries")
def forget_tries(timestamp: int) -> None:
    """Forget links, used tokens and tries that mean nothing any more, every hour."""
    sign_in.forget_old(timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="members.let_unpaid_go", queue=CLOCK, queueing_lock="members.let_unpaid_go")
def let_unpaid_go(timestamp: int) -> None:
    """Let go of redemptions that were not paid in time, every minute: their points come back."""
    mall.let_go_everywhere(timezone.now())
