"""What the worker does for the API when the clock asks for it."""

from __future__ import annotations

from procrastinate.contrib.django import app

from jiacan.api.facade import calls
from jiacan.kernel.places import each_server


@app.periodic(cron="47 * * * *")
@app.task(name="api.forget_old_answers", queue="upkeep")
def forget_old_answers(timestamp: int) -> None:
    """Forget answers kept for an Idempotency-Key after their day, every hour."""
    for here in each_server():
        with here:
            calls.forget_old_answers()
