"""What the worker does for referrals when the clock asks for it."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from jiacan.kernel.places import each_server
from jiacan.referrals.facade import linking


@app.periodic(cron="23 3 * * *")
@app.task(name="referrals.forget_clicks", queue="upkeep", queueing_lock="referrals.forget_clicks")
def forget_clicks(timestamp: int) -> None:
    """Delete clicks that were nobody's for a year, daily."""
    for here in each_server():
        with here:
            linking.forget_clicks(timezone.now())
