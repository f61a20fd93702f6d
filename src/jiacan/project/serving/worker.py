"""The worker process: runs the jobs that slices put off, and those that the clock asks for."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence

from procrastinate.contrib.django import app

import jiacan.project.start  # noqa: F401 - readies the models, so it comes before any facade
from jiacan.project.places.contracts import DIRECTORY_NAME
from jiacan.project.places.opening import use_parents_servers
from jiacan.webhooks import facade as webhooks

CONCURRENT_JOBS = 4
POLL_SECONDS = 2
JOBS_END_SECONDS = 5


def main(arguments: Sequence[str]) -> None:
    """Run jobs until asked to stop; what is under way may end, and what does not is handed back.

    Each server has a queue and a worker of its own; what the clock asks for is done by the directory's, everywhere.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--at", default=DIRECTORY_NAME)
    server = parser.parse_args(arguments).at
    if server != DIRECTORY_NAME:
        use_parents_servers(server)
        app.perform_import_paths()
        app.periodic_registry.periodic_tasks.clear()
    webhooks.take_over_stalled()
    asyncio.run(_work())


async def _work() -> None:
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
    with app.replace_connector(connector) as working:
        async with working.open_async():
            await working.run_worker_async(
                concurrency=CONCURRENT_JOBS,
                fetch_job_polling_interval=POLL_SECONDS,
                shutdown_graceful_timeout=JOBS_END_SECONDS,
            )
