"""What the worker does for campaigns when the clock asks for it."""

from __future__ import annotations

from django.utils import timezone, translation
from procrastinate.contrib.django import app

from jiacan.campaigns.facade import birthdays, coupons, drawing, online, referring, rehearsing, room, standing, turns
from jiacan.campaigns.report import keeping
from jiacan.console.facade import words
from jiacan.kernel.places import each_server, long_at_place
from jiacan.referrals.facade import reviewing

CLOCK = "clock"
"""The queue of what only looks whether something is due."""

_CODES = {"zh": "zh-hans", "en": "en"}


@app.periodic(cron="* * * * *")
@app.task(name="campaigns.announce_turns", queue=CLOCK, queueing_lock="campaigns.announce_turns")
def announce_turns(timestamp: int) -> None:
    """Tell whoever asked that a campaign is live or over, every minute."""
    turns.announce_turns(timezone.now())


@app.periodic(cron="* * * * * */10")
@app.task(name="campaigns.expire_reservations", queue=CLOCK, queueing_lock="campaigns.expire_reservations")
def expire_reservations(timestamp: int) -> None:
    """Let go of what reservations hold whose time is over, every ten seconds."""
    for here in each_server():
        with here:
            online.expire_due(timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="campaigns.watch_rooms", queue=CLOCK, queueing_lock="campaigns.watch_rooms")
def watch_rooms(timestamp: int) -> None:
    """Notice alarms of every campaign that is not over, also where nobody looks at its room."""
    room.watch_all(timezone.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="campaigns.follow_referrals", queue=CLOCK, queueing_lock="campaigns.follow_referrals")
def follow_referrals(timestamp: int) -> None:
    """Complete referrals whose orders are final, and undo those whose orders came back, every five minutes."""
    referring.follow_all(timezone.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="campaigns.expire_coupons", queue=CLOCK, queueing_lock="campaigns.expire_coupons")
def expire_coupons(timestamp: int) -> None:
    """End coupons whose time is over, so that their money is free again, every five minutes."""
    coupons.expire_all(timezone.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="campaigns.follow_chances", queue=CLOCK, queueing_lock="campaigns.follow_chances")
def follow_chances(timestamp: int) -> None:
    """Make tickets of chances that were given for no order, every five minutes."""
    drawing.follow_all(timezone.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="campaigns.follow_tiers", queue=CLOCK, queueing_lock="campaigns.follow_tiers")
def follow_tiers(timestamp: int) -> None:
    """Take customers down whose grace is over, and begin one for those who have less, every five minutes."""
    standing.follow_all(timezone.now())


@app.periodic(cron="2 * * * *")
@app.task(name="campaigns.give_for_birthdays", queue=CLOCK, queueing_lock="campaigns.give_for_birthdays")
def give_for_birthdays(timestamp: int) -> None:
    """Give for birthdays that came by now, also on days on which no worker ran, every hour."""
    birthdays.give_all(timezone.now())


@app.task(name=reviewing.FOLLOW, queue=CLOCK)
def follow_referrals_of(shop_id: int) -> None:
    """The same for one shop, at once."""
    with long_at_place(shop_id):
        referring.follow_shop(shop_id, timezone.now())


@app.task(name=keeping.TASK, queue=keeping.QUEUE)
def write_report(shop_id: int, report_id: int, language: str) -> None:
    """Write a report that was asked for, in that language."""
    with translation.override(_CODES[language]), long_at_place(shop_id):
        keeping.write(shop_id, report_id, words, timezone.now)


@app.task(name=rehearsing.TASK, queue=rehearsing.QUEUE)
def rehearse(shop_id: int, rehearsal_id: int, language: str) -> None:
    """Rehearse a plan on uploaded orders, and say what there is to say in that language."""
    with translation.override(_CODES[language]), long_at_place(shop_id):
        rehearsing.rehearse(shop_id, rehearsal_id, words, timezone.now)


@app.periodic(cron="17 * * * *")
@app.task(name="campaigns.forget_uploads", queue=CLOCK, queueing_lock="campaigns.forget_uploads")
def forget_uploads(timestamp: int) -> None:
    """Delete files that were uploaded more than a day ago, every hour."""
    for here in each_server():
        with here:
            rehearsing.forget_uploads(timezone.now())
